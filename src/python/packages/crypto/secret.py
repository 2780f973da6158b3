"""Secrets that the owner stored in the board ('signet secret set NAME'), sealed by its element."""
import base64

from _board import Refused, ask


def get(name):
    """The secret's bytes. KeyError: there is none of this name, or it is the board's own."""
    try:
        return base64.b64decode(ask("secret.get", name=name)["value"])
    except Refused as refused:
        if refused.args[0] in ("not_found", "forbidden"):
            raise KeyError(refused.args[1]) from None
        raise


def names():
    """The names a program may ask for."""
    return ask("secret.names")["names"]
