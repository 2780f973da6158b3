"""The board's Ethernet. A virtual board's cable is in or out, as the file DIR/cable says."""
from _board import Refused, ask
from _network import ConnectionTimeoutError, NetworkGenericError, ResolveError  # noqa: F401  raised by the network


def _ask(do):
    try:
        return ask(do)
    except Refused as refused:
        code, message = refused.args
        kind = ConnectionError if code == "not_found" else NetworkGenericError
        raise kind(message) from None


def configure(dhcp=True, ip="", mask="", gateway="", dns="8.8.8.8", timeout=60000):
    """For compatibility: the address comes by DHCP. A static one is refused: this board has none."""
    if not dhcp:
        raise NetworkGenericError("this board knows DHCP only")


def start():
    """Takes up the connection. ConnectionError: no cable is in, or the board has no Ethernet."""
    _ask("eth.start")


def stop():
    """Ends the connection; the agent goes offline, but for Wi-Fi."""
    _ask("eth.stop")


def disconnect():
    """The same as stop()."""
    stop()


def down():
    """The same as stop()."""
    stop()


def is_connected():
    """Whether it was started and its cable is in."""
    return _ask("eth.connected")["connected"]


def info():
    """(dhcp, ip, mask, gateway, dns, mac) of the present connection."""
    i = _ask("eth.info")
    return (i["dhcp"], i["ip"], i["mask"], i["gateway"], i["dns"], i["mac"])
