"""Names that every program finds without importing them."""
import secrets
import sys
import threading
import time


class WifiException(Exception):
    """Wi-Fi failed."""


class WifiBadPassword(WifiException):
    """The network refused the password."""


class WifiBadSSID(WifiException):
    """No such network is in reach."""


class MQTTPublishTimeout(Exception):
    """No acknowledgement in time. The reading is kept by the board and will be sent."""


def sleep(ms):
    """Waits so many milliseconds."""
    time.sleep(ms / 1000)


def random(a, b):
    """A random whole number from a to b, both included."""
    if b < a:
        raise ValueError("random(a, b) needs a <= b")
    return a + secrets.randbelow(b - a + 1)


def thread(function, *arguments):
    """Runs function(*arguments) beside the program; ends with it."""
    started = threading.Thread(target=function, args=arguments, daemon=True)
    started.start()
    return started


def _teller(level):
    def tell(*words):
        print("[" + level + "]>", *words)
        sys.stdout.flush()
    return tell


NAMES = {
    "sleep": sleep,
    "random": random,
    "thread": thread,
    "zinfo": _teller("info"),
    "zwarn": _teller("warning"),
    "zwarning": _teller("warning"),
    "zerror": _teller("error"),
    "zdebug": _teller("debug"),
    "MQTTPublishTimeout": MQTTPublishTimeout,
    "WifiException": WifiException,
    "WifiBadPassword": WifiBadPassword,
    "WifiBadSSID": WifiBadSSID,
}
