"""zdm.Condition: something that begins and ends, like a door that stands open."""
from typing import Any, IO

class Condition:
    """Made by Agent.new_condition(tag). open() and close() tell the manager, now or when the device is next online."""

    def __init__(self, agent: Any, tag: str | None, uuid: str | None = None, start: str | None = None) -> None: ...

    def open(self, payload: Any = {}, start: Any = None) -> IO[Any]:
        """It has begun: now, or at `start`. ValueError: it is open already."""

    def close(self, payload: Any = {}, finish: Any = None) -> None:
        """It has ended: now, or at `finish`. ValueError: it is not open."""

    def reset(self) -> None:
        """Forgets what it was, so that it can be opened anew. The manager is told nothing."""

    def is_open(self) -> bool:
        """True between open() and close()."""

    def get_payload_open(self) -> Any:
        """What open() was given."""

    def get_payload_close(self) -> Any:
        """What close() was given."""

    def get_id(self) -> str | None:
        """Its name at the manager, None before open()."""

    def get_tag(self) -> str | None:
        """The tag it was made with."""

    def get_start(self) -> str | None:
        """When it began, RFC 3339."""

    def get_finish(self) -> str | None:
        """When it ended, RFC 3339."""
