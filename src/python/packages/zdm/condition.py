"""zdm.Condition: something that begins and ends, like a door that stands open."""
import datetime
import json
import secrets

from _board import ask


def _time(given):
    """RFC 3339 of a text, a datetime, or now by the manager's clock; None: nobody knows, the manager decides."""
    if given is None:
        return ask("agent.state").get("time")
    if isinstance(given, datetime.datetime):
        if given.tzinfo is None:
            given = given.replace(tzinfo=datetime.timezone.utc)
        return given.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    return str(given)


class Condition:
    """Made by Agent.new_condition(tag). open() and close() tell the manager, now or when the device is next online."""

    def __init__(self, agent, tag, uuid=None, start=None):
        self._agent = agent
        self._tag = tag
        self._clear()
        self._uuid, self._start = uuid, start

    def _clear(self):
        self._uuid = self._start = self._finish = self._payload_open = self._payload_close = None

    def _tell(self, value):
        ask("agent.condition", value=json.dumps(value, allow_nan=False, separators=(",", ":")))

    def open(self, payload={}, start=None):  # noqa: B006  as documented; it is not changed
        """It has begun: now, or at `start`. ValueError: it is open already."""
        if self.is_open():
            raise ValueError("the condition is open already")
        uuid, start = secrets.token_hex(10), _time(start)
        self._tell({"uuid": uuid, "tag": self._tag, "payload": payload, "start": start})
        self._clear()
        self._uuid, self._start, self._payload_open = uuid, start, payload

    def close(self, payload={}, finish=None):  # noqa: B006
        """It has ended: now, or at `finish`. ValueError: it is not open."""
        if not self.is_open():
            raise ValueError("the condition is not open")
        finish = _time(finish)
        self._tell({"uuid": self._uuid, "payloadf": payload, "finish": finish})
        self._finish, self._payload_close = finish or "", payload

    def reset(self):
        """Forgets what it was, so that it can be opened anew. The manager is told nothing."""
        self._clear()

    def is_open(self):
        """True between open() and close()."""
        return self._uuid is not None and self._finish is None

    def get_payload_open(self):
        """What open() was given."""
        return self._payload_open

    def get_payload_close(self):
        """What close() was given."""
        return self._payload_close

    def get_id(self):
        """Its name at the manager, None before open()."""
        return self._uuid

    def get_tag(self):
        """The tag it was made with."""
        return self._tag

    def get_start(self):
        """When it began, RFC 3339."""
        return self._start

    def get_finish(self):
        """When it ended, RFC 3339."""
        return self._finish
