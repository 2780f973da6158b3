"""The board's Ethernet. A virtual board's cable is in or out, as the file DIR/cable says."""
from _network import ConnectionTimeoutError as ConnectionTimeoutError
from _network import NetworkGenericError as NetworkGenericError
from _network import ResolveError as ResolveError

def configure(
        dhcp: bool = True, ip: str = '', mask: str = '', gateway: str = '', dns: str = '8.8.8.8',
        timeout: int = 60000) -> None:
    """For compatibility: the address comes by DHCP. A static one is refused: this board has none."""

def start() -> None:
    """Takes up the connection. ConnectionError: no cable is in, or the board has no Ethernet."""

def stop() -> None:
    """Ends the connection; the agent goes offline, but for Wi-Fi."""

def disconnect() -> None:
    """The same as stop()."""

def down() -> None:
    """The same as stop()."""

def is_connected() -> bool:
    """Whether it was started and its cable is in."""

def info() -> tuple[bool, str, str, str, str, str]:
    """(dhcp, ip, mask, gateway, dns, mac) of the present connection."""
