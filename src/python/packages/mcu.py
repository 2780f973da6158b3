"""The board's processor, as far as a program may see it."""
from _board import ask

RESET_POWER = 0
RESET_SOFTWARE = 1
RESET_WATCHDOG = 2
RESET_CRASH = 3

_REASONS = {"power": RESET_POWER, "software": RESET_SOFTWARE, "watchdog": RESET_WATCHDOG, "crash": RESET_CRASH}


def reset_reason():
    """Why this program began: RESET_POWER, RESET_SOFTWARE (somebody asked), RESET_WATCHDOG or RESET_CRASH."""
    return _REASONS[ask("board.summary")["reset_reason"]]


def reset():
    """Starts the board anew, as after power-on. This program ends; readings that wait are kept."""
    ask("agent.reset")


def uid():
    """The number of this board as hex digits: its element's."""
    return ask("element.uid")["uid"]


def info():
    """A dict: board, release, element, dcn, device, firmware and others, as board.summary() prints them."""
    return ask("board.summary")


def reset_on_exception():
    """For compatibility: a program that ends with an exception is always started anew, later each time."""


def reset_on_outofmemory():
    """For compatibility: so is one that uses up its memory."""
