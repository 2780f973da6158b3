"""Names that every program finds without importing them."""
from typing import Any, Callable
from threading import Thread

class WifiException(Exception):
    """Wi-Fi failed."""

class WifiBadPassword(WifiException):
    """The network refused the password."""

class WifiBadSSID(WifiException):
    """No such network is in reach."""

class MQTTPublishTimeout(Exception):
    """No acknowledgement in time. The reading is kept by the board and will be sent."""

def sleep(ms: int) -> None:
    """Waits so many milliseconds."""

def random(a: int, b: int) -> int:
    """A random whole number from a to b, both included."""

def thread(function: Callable[..., Any], *arguments: object) -> Thread:
    """Runs function(*arguments) beside the program; ends with it."""
