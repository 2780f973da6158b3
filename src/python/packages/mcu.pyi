"""The board's processor, as far as a program may see it."""
from typing import Any
RESET_POWER: int
RESET_SOFTWARE: int
RESET_WATCHDOG: int
RESET_CRASH: int

def reset_reason() -> int:
    """Why this program began: RESET_POWER, RESET_SOFTWARE (somebody asked), RESET_WATCHDOG or RESET_CRASH."""

def reset() -> None:
    """Starts the board anew, as after power-on. This program ends; readings that wait are kept."""

def uid() -> str:
    """The number of this board as hex digits: its element's."""

def info() -> dict[str, Any]:
    """A dict: board, release, element, dcn, device, firmware and others, as board.summary() prints them."""

def reset_on_exception() -> None:
    """For compatibility: a program that ends with an exception is always started anew, later each time."""

def reset_on_outofmemory() -> None:
    """For compatibility: so is one that uses up its memory."""
