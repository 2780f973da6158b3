"""zdm.Agent: this device at its manager. The board holds connection, key and outbox; this is their handle."""
from typing import Any, Callable
from _builtins import MQTTPublishTimeout as MQTTPublishTimeout
from .condition import Condition as Condition

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

    def __init__(
            self, keepalive: int = 60, reconnect_after: int = 5000, network_timeout: int = 60000,
            clean_session: bool = True, qos_publish: int = 1, qos_subscribe: int = 1,
            upload_host: str = '', keep_newest: bool = False) -> None: ...

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

    def __init__(
            self, cfg: Config | None = None, jobs: dict[str, Callable[[Agent, Any], Any]] | None = None, *more: Any,
            conditions: list[str] | None = None,
            on_conditions: Callable[[Agent, list[Condition]], Any] | None = None, set_clock_every: int = 300,
            on_fota: Callable[[Agent, str, Any], Any] | None = None, host: str = '', ssl_ctx: Any = None,
            cellular_source: Any = None, gnss_source: Any = None, on_reset: Callable[[Agent], Any] | None = None,
            download_chunk_size: int = 4096, upload_host: str = '',
            variables: dict[str, Callable[[Agent, Any], Any]] | None = None,
            on_connection: Callable[[Agent, bool], Any] | None = None) -> None: ...

    def start(self, wait_working: float = 10) -> None:
        """Goes online and stays so. Returns when online, or after `wait_working` seconds."""

    def online(self) -> bool:
        """True when connected, subscribed, and the time is known."""

    def connected(self) -> bool:
        """True when connected and subscribed."""

    def has_time(self) -> bool:
        """True when the manager has told the time."""

    def firmware(self) -> str:
        """ "Factory", or the id and version of the firmware that was installed over the air."""

    def get_fota_percentages(self) -> list[int]:
        """[of the OS, of the application]: how much of the update that is under way has been downloaded."""

    def publish(self, payload: dict[str, Any], tag: str = 'default', timeout: int = 0) -> None:
        """Sends a dict under a tag. Once this returns the reading survives power cuts, online or not.

        With a `timeout` in milliseconds it waits for the manager's acknowledgement, or raises MQTTPublishTimeout.
        """

    def new_condition(self, tag: str) -> Condition:
        """A Condition of one of the agent's tags."""

    def request_conditions(self) -> None:
        """Asks the manager which conditions of this device are open: on_conditions hears."""

    def set_variable(self, name: str, value: Any) -> None:
        """Says what a variable is. The manager hears now, or when the device is next online."""

    def reset(self) -> None:
        """Starts the board anew, as after power-on. This program ends."""
