"""The board's Wi-Fi station."""
from _board import Refused, ask
from _builtins import WifiBadPassword, WifiBadSSID, WifiException

OPEN = 0
WEP = 1
WPA = 2
WPA2 = 3
WPA_WPA2 = 4
WPA2_ENTERPRISE = 5
WPA3 = 6
WPA2_WPA3 = 7


def _translate(refused):
    code, message = refused.args
    if code == "unauthenticated":
        return WifiBadPassword(message)
    if code == "not_found":
        return WifiBadSSID(message)
    return WifiException(message)


def _ask(do, **arguments):
    try:
        return ask(do, **arguments)
    except Refused as refused:
        raise _translate(refused) from None


def configure(ssid=None, password=None, security=WPA_WPA2, dhcp=True, ip="", mask="", gateway="", dns="8.8.8.8",
              timeout=10000, ent_user="", ent_pwd="", hostname="", name="wifi", force_dns=False):
    """Says which network to join. Without arguments: the one its owner stored ('signet secret set wifi.ssid' and
    'wifi.password'), so that no password stands in a program. A static address and enterprise security are refused:
    this board has neither."""
    if not dhcp or security == WPA2_ENTERPRISE:
        raise WifiException("this board knows DHCP and passwords only")
    if ssid is None and password is None:
        _ask("wifi.configure")
    else:
        _ask("wifi.configure", ssid=ssid or "", password=(password or "") if security != OPEN else "")


def start():
    """Joins the network. WifiBadSSID: not in reach. WifiBadPassword: refused. WifiException: any other
    reason, also that it took more than 20 seconds."""
    _ask("wifi.start")


def stop():
    """Leaves the network; the agent goes offline."""
    _ask("wifi.stop")


def info():
    """(dhcp, ip, mask, gateway, dns, mac) of the present connection."""
    i = _ask("wifi.info")
    return (i["dhcp"], i["ip"], i["mask"], i["gateway"], i["dns"], i["mac"])
