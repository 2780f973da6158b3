"""Asks the board: one request, one answer. Not for programs; they use zdm, bsp, networking and crypto."""
import json
import threading

import _signet

Refused = _signet.Refused
_lock = threading.Lock()
_board = None


def board():
    """The program's end of the line to its board."""
    global _board
    with _lock:
        if _board is None:
            _board = _signet.Board(_signet.firmware_fd)
    return _board


def ask(do, **arguments):
    """The board's answer as a dict; Refused(code, message) when it says no."""
    return json.loads(board().call(json.dumps({"do": do, **arguments})))
