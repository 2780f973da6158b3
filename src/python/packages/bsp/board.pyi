"""The board itself: init() once at the start of a program, summary() for a person at the console."""

def init() -> None:
    """Makes the board ready. Harmless when it is."""

def summary() -> None:
    """Prints what the board is made of and whose it is."""
