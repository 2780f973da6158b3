"""Secrets that the owner stored in the board ('signet secret set NAME'), sealed by its element."""

def get(name: str) -> bytes:
    """The secret's bytes. KeyError: there is none of this name, or it is the board's own."""

def names() -> list[str]:
    """The names a program may ask for."""
