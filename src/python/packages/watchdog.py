"""Ends a program that hangs: once set up, it must be kicked in time, or the board starts the program anew."""
from _board import Refused, ask


def setup(ms):
    """From now on the program must kick() at least every `ms` milliseconds, 100 to 3,600,000."""
    try:
        ask("watchdog.setup", ms=int(ms))
    except Refused as refused:
        if refused.args[0] == "malformed":
            raise ValueError(refused.args[1]) from None
        raise


def kick():
    """The program is alive. ValueError: there is no watchdog."""
    try:
        ask("watchdog.kick")
    except Refused as refused:
        if refused.args[0] == "conflict":
            raise ValueError(refused.args[1]) from None
        raise
