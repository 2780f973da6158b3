"""The board itself: init() once at the start of a program, summary() for a person at the console."""
from _board import ask


def init():
    """Makes the board ready. Harmless when it is."""
    ask("board.init")


def summary():
    """Prints what the board is made of and whose it is."""
    about = ask("board.summary")
    print("Board:    " + about["board"] + ", signet-board " + about["release"])
    print("Element:  " + about["element"] + " " + about["dcn"] + ("" if about["personalised"] else " (blank)"))
    print("Device:   " + (about["device"] or "not claimed"))
    print("Firmware: " + about["firmware"])
