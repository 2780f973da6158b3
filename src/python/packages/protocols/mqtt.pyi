"""MQTT 3.1.1 to brokers that the board's profile names. For the manager there is zdm: it keeps what cannot be sent."""
from typing import Any, Callable, NoReturn
PACKET_BYTES_MAX: int

class MQTTError(Exception):
    """The broker refused, broke the protocol, or is not connected."""

class MQTT:
    """A client. With `ctx`, as in protocols.http, over TLS. `keepalive`: s; the other times: ms."""

    def __init__(
            self, host: str, client_id: str, username: str = '', password: str = '', port: int = 1883,
            clean_session: bool = True, keepalive: int = 60, reconnect_after: int = 5000,
            network_timeout: int = 6000, ctx: Any = ()) -> None: ...

    def connect(self) -> None:
        """Connects and says again what was subscribed to. MQTTError: refused. OSError: no way there."""

    def is_connected(self) -> bool:
        """Whether there is a connection, as far as is known."""

    def disconnect(self) -> None:
        """Says goodbye, when connected."""

    def pending_subscriptions(self) -> list[str]:
        """Topics that the broker has not confirmed yet."""

    def on(self, topic: str, function: Callable[..., Any], qos: int = 0) -> None:
        """Subscribes; `function(client, topic, payload)` is called for each message, within receive() or loop()."""

    def publish(self, topic: str, payload: str | bytes = '', qos: int = 0, retain: bool = False) -> None:
        """Sends a message; with QoS 1 it returns when the broker has it. MQTTError: not connected, or no answer."""

    def receive(self, timeout: int = 1000) -> bool:
        """Waits so many ms for one message or confirmation; whether there was one."""

    def stats(self) -> dict[str, int]:
        """A dict: messages sent and received, connects."""

    def loop(self) -> NoReturn:
        """Receives for ever; connects anew, `reconnect_after` ms later, when the connection is lost."""
