"""zdm.Agent: this device at its manager. The board holds connection, key and outbox; this is their handle."""
import json
import threading

from _board import Refused, ask
from _builtins import MQTTPublishTimeout
from .condition import Condition

__all__ = ["Agent", "Condition", "Config", "MQTTPublishTimeout", "OutboxFull"]

_PATIENCE = 600_000  # milliseconds that one question for the next event stays open
_BEFORE_3_0_11 = ("conditions", "on_conditions", "set_clock_every", "on_fota", "host")
_SINCE_3_0_11 = ("set_clock_every", "on_fota", "host")


class OutboxFull(Exception):
    """The board cannot keep this reading: the outbox is full. Earlier ones are safe."""


class Config:
    """How the connection is kept. ValueError at Agent.start when a value is out of its range.

    keepalive        seconds between signs of life, 5 to 600
    reconnect_after  milliseconds: the first wait after a lost connection is anything up to this (1,000 to 60,000),
                     later ones up to a minute, so that a fleet does not come back as one wave
    network_timeout  milliseconds for connecting and for each answer of the manager, 1,000 to 120,000

    keep_newest      when 16 MiB of readings wait, the board lets the oldest go for later ones; else it takes no more
                     (OutboxFull)

    clean_session changes nothing: the board keeps its readings and asks what it missed. QoS is always 1.
    """

    def __init__(self, keepalive=60, reconnect_after=5000, network_timeout=60000, clean_session=True, qos_publish=1,
                 qos_subscribe=1, upload_host="", keep_newest=False):
        if qos_publish != 1 or qos_subscribe != 1:
            raise ValueError("readings travel at QoS 1: anything less could lose them")
        self.keepalive = keepalive
        self.reconnect_after = reconnect_after
        self.network_timeout = network_timeout
        self.clean_session = clean_session
        self.qos_publish = qos_publish
        self.qos_subscribe = qos_subscribe
        self.upload_host = upload_host
        self.keep_newest = keep_newest

    def _chosen(self):
        return {"keepalive": int(self.keepalive), "reconnect_after": int(self.reconnect_after),
                "network_timeout": int(self.network_timeout), "keep_newest": bool(self.keep_newest)}


def _text(value):
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _functions(what, given):
    functions = dict(given or {})
    for name, function in functions.items():
        if not isinstance(name, str) or not callable(function):
            raise TypeError(what + " is a dict of names and functions")
    return functions


class Agent:
    """One per program.

    jobs           {"name": function(agent, args)}: what the manager may order. What a function returns is the answer,
                   what it raises makes the job fail with that text. They run in the agent's thread, one at a time.
    conditions     tags for new_condition().
    on_conditions  function(agent, [Condition, ...]): the answer to request_conditions().
    variables      {"name": function(agent, value)}: what the manager may wish. A function returns what it made of the
                   wish, or nothing when it did as it was wished.
    on_connection  function(agent, online): told each time that the device goes online or offline.
    on_reset       function(agent): told before the board starts anew, by the manager's order or for an update; it has
                   5 seconds.
    on_fota        function(agent, step, arg), step "check_version" or "accept": something true refuses, and says why.

    After cfg and jobs come conditions, on_conditions, set_clock_every, on_fota, host, as until 3.0.10; or, when a
    number comes third, set_clock_every, on_fota, host, as since 3.0.11. `host` and what else is accepted changes
    nothing: whose device this is, and where its manager lives, was decided when the board was claimed.
    """

    def __init__(self, cfg=None, jobs=None, *more, conditions=None, on_conditions=None, set_clock_every=300,
                 on_fota=None, host="", ssl_ctx=None, cellular_source=None, gnss_source=None, on_reset=None,
                 download_chunk_size=4096, upload_host="", variables=None, on_connection=None):
        names = _SINCE_3_0_11 if more and isinstance(more[0], (int, float)) else _BEFORE_3_0_11
        if len(more) > len(names):
            raise TypeError("Agent takes no more than " + str(2 + len(names)) + " values without a name")
        places = dict(zip(names, more))
        self._tuning = cfg._chosen() if cfg else {}
        self._tuning["set_clock_every"] = int(places.get("set_clock_every", set_clock_every))
        self._jobs = _functions("jobs", jobs)
        self._variables = _functions("variables", variables)
        self._conditions = list(places.get("conditions", conditions) or [])
        self._on_conditions = places.get("on_conditions", on_conditions)
        self._on_fota = places.get("on_fota", on_fota)
        self._on_connection = on_connection
        self._on_reset = on_reset
        self._thread = None

    def start(self, wait_working=10):
        """Goes online and stays so. Returns when online, or after `wait_working` seconds."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="agent", daemon=True)
            self._thread.start()
        try:
            ask("agent.start", jobs=list(self._jobs), conditions=self._conditions, variables=list(self._variables),
                fota=self._on_fota is not None, connection=self._on_connection is not None,
                reset=self._on_reset is not None,
                wait=int(wait_working * 1000), **self._tuning)
        except Refused as refused:
            raise _value_error(refused) from None

    def online(self):
        """True when connected, subscribed, and the time is known."""
        return ask("agent.state")["online"]

    def connected(self):
        """True when connected and subscribed."""
        return ask("agent.state")["connected"]

    def has_time(self):
        """True when the manager has told the time."""
        return ask("agent.state")["has_time"]

    def firmware(self):
        """"Factory", or the id and version of the firmware that was installed over the air."""
        return ask("agent.state")["firmware"]

    def get_fota_percentages(self):
        """[of the OS, of the application]: how much of the update that is under way has been downloaded."""
        return ask("agent.state")["fota_percent"]

    def publish(self, payload, tag="default", timeout=0):
        """Sends a dict under a tag. Once this returns the reading survives power cuts, online or not.

        With a `timeout` in milliseconds it waits for the manager's acknowledgement, or raises MQTTPublishTimeout.
        """
        if not isinstance(payload, dict):
            raise TypeError("publish takes a dict")
        try:
            ask("agent.publish", payload=_text(payload), tag=tag, timeout=int(timeout))
        except Refused as refused:
            code, message = refused.args
            if code == "exhausted":
                raise OutboxFull(message) from None
            if code == "unavailable" and timeout > 0:
                raise MQTTPublishTimeout(message) from None
            raise _value_error(refused) from None

    def new_condition(self, tag):
        """A Condition of one of the agent's tags."""
        if tag not in self._conditions:
            raise ValueError("no such condition: name it in Agent(conditions=[...])")
        return Condition(self, tag)

    def request_conditions(self):
        """Asks the manager which conditions of this device are open: on_conditions hears."""
        ask("agent.conditions")

    def set_variable(self, name, value):
        """Says what a variable is. The manager hears now, or when the device is next online."""
        try:
            ask("agent.variable", name=name, value=_text(value))
        except Refused as refused:
            raise _value_error(refused) from None

    def reset(self):
        """Starts the board anew, as after power-on. This program ends."""
        ask("agent.reset")

    def _serve(self):
        do = {"job": self._do_job, "variable": self._do_variable, "conditions": self._do_conditions,
              "fota": self._do_fota, "connection": self._do_connection, "reset": self._do_reset}
        while True:
            try:
                event = ask("agent.next", wait=_PATIENCE)
                if event["event"] in do:
                    do[event["event"]](event)
            except Refused as refused:
                print("[error]> the agent's thread:", refused.args[1], flush=True)
                if refused.args[0] == "unavailable":  # the board has gone
                    return

    def _do_job(self, event):
        name, version = event["name"], event["version"]
        try:
            function = self._jobs[name]
            result = _text(function(self, {} if event["args"] is None else event["args"]))
        except BaseException as error:  # whatever a program raises is the answer
            result = _text({"error": _why("the job " + name, error)})
        try:
            ask("agent.answer", name=name, version=version, result=result)
        except Refused as refused:
            code, message = refused.args
            if code not in ("too_large", "malformed"):
                raise
            ask("agent.answer", name=name, version=version, result=_text({"error": message}))

    def _do_variable(self, event):
        name, value = event["name"], event["value"]
        try:
            made = self._variables[name](self, value)
            made = _text(value if made is None else made)
        except BaseException as error:  # the wish stays: it is told again when the program starts anew
            _why("the variable " + name, error)
            return
        ask("agent.variable", name=name, value=made, version=event["version"])

    def _do_conditions(self, event):
        if self._on_conditions is None:
            return
        found = [Condition(self, one.get("tag"), uuid, one.get("start")) for uuid, one in event["open"].items()]
        try:
            self._on_conditions(self, found)
        except BaseException as error:
            _why("on_conditions", error)

    def _do_connection(self, event):
        try:
            self._on_connection(self, event["online"])
        except BaseException as error:
            _why("on_connection", error)

    def _do_reset(self, _):
        try:
            self._on_reset(self)
        except BaseException as error:
            _why("on_reset", error)
        self.reset()

    def _do_fota(self, event):
        try:
            refused = self._on_fota(self, event["step"], event["arg"])
            refused = str(refused) if refused else ""
        except BaseException as error:
            refused = _why("on_fota", error)
        ask("agent.fota", step=event["step"], refused=refused[:256])


def _why(where, error):
    """What the manager is told of an exception; a person at the console sees where it came from."""
    text = str(error) or type(error).__name__
    print("[error]>", where + ":", type(error).__name__ + ":", error, flush=True)
    return text[:1024]


def _value_error(refused):
    code, message = refused.args
    return ValueError(message) if code in ("malformed", "too_large") else refused
