"""Files: the program's own folder, and what came with it.

A path is taken within the program's own folder, which outlives restarts, power cuts and updates. "/zerynth/NAME" is
resources/NAME of the project: to read only. Nothing else can be reached.
"""
from typing import Any, IO
INTERNAL: int
SD: int

def mount(path: str = '/', where: int = INTERNAL) -> None:
    """For compatibility: the internal storage is there already. OSError: this board has no SD card."""

def open(path: str, mode: str = 'r') -> IO[Any]:
    """A file object, as Python's own open()."""

def exists(path: str) -> bool:
    """Whether something has this name."""

def is_dir(path: str) -> bool:
    """Whether it is a folder."""

def is_file(path: str) -> bool:
    """Whether it is a file."""

def size(path: str) -> int:
    """Of a file, in bytes."""

def ls(path: str = '/') -> list[str]:
    """The names in a folder, in their order."""

def mkdir(path: str) -> None:
    """Makes a folder."""

def rm(path: str) -> None:
    """Removes a file."""

def rmdir(path: str) -> None:
    """Removes a folder that is empty."""

def rename(path: str, to: str) -> None:
    """Moves a file; one that has the new name already is replaced."""

def copy(path: str, to: str) -> None:
    """Copies a file's content."""

def md5(path: str) -> str:
    """The file's MD5 as hex digits. It shows an accident, not an attacker: for that take sha256."""

def sha256(path: str) -> str:
    """The file's SHA-256 as hex digits."""
