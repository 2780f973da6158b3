"""Ends a program that hangs: once set up, it must be kicked in time, or the board starts the program anew."""

def setup(ms: int) -> None:
    """From now on the program must kick() at least every `ms` milliseconds, 100 to 3,600,000."""

def kick() -> None:
    """The program is alive. ValueError: there is no watchdog."""
