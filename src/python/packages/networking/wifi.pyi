"""The board's Wi-Fi station."""
from _builtins import WifiBadPassword as WifiBadPassword
from _builtins import WifiBadSSID as WifiBadSSID
from _builtins import WifiException as WifiException
OPEN: int
WEP: int
WPA: int
WPA2: int
WPA_WPA2: int
WPA2_ENTERPRISE: int
WPA3: int
WPA2_WPA3: int

def configure(
        ssid: str | None = None, password: str | None = None, security: int = WPA_WPA2, dhcp: bool = True,
        ip: str = '', mask: str = '', gateway: str = '', dns: str = '8.8.8.8', timeout: int = 10000,
        ent_user: str = '', ent_pwd: str = '', hostname: str = '', name: str = 'wifi',
        force_dns: bool = False) -> None:
    """Says which network to join. Without arguments: the one its owner stored ('signet secret set wifi.ssid' and
    'wifi.password'), so that no password stands in a program. A static address and enterprise security are refused:
    this board has neither.
    """

def start() -> None:
    """Joins the network. WifiBadSSID: not in reach. WifiBadPassword: refused. WifiException: any other
    reason, also that it took more than 20 seconds."""

def stop() -> None:
    """Leaves the network; the agent goes offline."""

def info() -> tuple[bool, str, str, str, str, str]:
    """(dhcp, ip, mask, gateway, dns, mac) of the present connection."""
