"""zdm.Agent: this device at its manager. The board holds connection, key and outbox; this is their handle."""
import json

from _board import Refused, ask


class MQTTPublishTimeout(Exception):
    """No acknowledgement in time. The reading is kept by the board and will be sent."""


class OutboxFull(Exception):
    """The board cannot keep this reading: the outbox is full. Earlier ones are safe."""


class Config:
    """Accepted for compatibility; the board chooses these values itself (keepalive 60 s, QoS 1, full jitter)."""

    def __init__(self, keepalive=60, reconnect_after=5000, network_timeout=60000, clean_session=True, qos_publish=1,
                 qos_subscribe=1, upload_host=""):
        if qos_publish != 1 or qos_subscribe != 1:
            raise ValueError("readings travel at QoS 1: anything less could lose them")
        self.keepalive = keepalive
        self.reconnect_after = reconnect_after
        self.network_timeout = network_timeout
        self.clean_session = clean_session
        self.qos_publish = qos_publish
        self.qos_subscribe = qos_subscribe
        self.upload_host = upload_host


class Agent:
    """One per program.

    `jobs`, a dict of names and functions, is announced to the manager. `host` and the other parameters are accepted
    for compatibility: whose device this is, and where its manager lives, was decided when the board was claimed.
    """

    def __init__(self, cfg=None, jobs=None, conditions=None, on_conditions=None, set_clock_every=300, on_fota=None,
                 host="", ssl_ctx=None, cellular_source=None, gnss_source=None, on_reset=None,
                 download_chunk_size=4096, upload_host=""):
        self._cfg = cfg or Config()
        self._jobs = dict(jobs or {})
        for name, function in self._jobs.items():
            if not isinstance(name, str) or not callable(function):
                raise TypeError("jobs is a dict of names and functions")

    def start(self, wait_working=10):
        """Goes online and stays so. Returns when online, or after `wait_working` seconds."""
        ask("agent.start", jobs=list(self._jobs), wait=int(wait_working * 1000))

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

    def publish(self, payload, tag="default", timeout=0):
        """Sends a dict under a tag. Once this returns the reading survives power cuts, online or not.

        With a `timeout` in milliseconds it waits for the manager's acknowledgement, or raises MQTTPublishTimeout.
        """
        if not isinstance(payload, dict):
            raise TypeError("publish takes a dict")
        text = json.dumps(payload, allow_nan=False, separators=(",", ":"))
        try:
            ask("agent.publish", payload=text, tag=tag, timeout=int(timeout))
        except Refused as refused:
            code, message = refused.args
            if code == "exhausted":
                raise OutboxFull(message) from None
            if code == "unavailable" and timeout > 0:
                raise MQTTPublishTimeout(message) from None
            if code in ("malformed", "too_large"):
                raise ValueError(message) from None
            raise
