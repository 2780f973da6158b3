"""Files: the program's own folder, and what came with it.

A path is taken within the program's own folder, which outlives restarts, power cuts and updates. "/zerynth/NAME" is
resources/NAME of the project: to read only. Nothing else can be reached.
"""
import builtins
import hashlib
import os
import shutil
import sys

INTERNAL = 0
SD = 1
_RESOURCES = "/zerynth"


def _path(path):
    text = os.fspath(path)
    if text == _RESOURCES or text.startswith(_RESOURCES + "/"):
        return os.path.join(os.path.dirname(sys.argv[0]), "resources", text[len(_RESOURCES):].lstrip("/"))
    return text.lstrip("/") or "."


def mount(path="/", where=INTERNAL):
    """For compatibility: the internal storage is there already. OSError: this board has no SD card."""
    if where != INTERNAL:
        raise OSError("this board has no SD card")


def open(path, mode="r"):
    """A file object, as Python's own open()."""
    return builtins.open(_path(path), mode)


def exists(path):
    """Whether something has this name."""
    return os.path.exists(_path(path))


def is_dir(path):
    """Whether it is a folder."""
    return os.path.isdir(_path(path))


def is_file(path):
    """Whether it is a file."""
    return os.path.isfile(_path(path))


def size(path):
    """Of a file, in bytes."""
    return os.path.getsize(_path(path))


def ls(path="/"):
    """The names in a folder, in their order."""
    return sorted(os.listdir(_path(path)))


def mkdir(path):
    """Makes a folder."""
    os.mkdir(_path(path))


def rm(path):
    """Removes a file."""
    os.remove(_path(path))


def rmdir(path):
    """Removes a folder that is empty."""
    os.rmdir(_path(path))


def rename(path, to):
    """Moves a file; one that has the new name already is replaced."""
    os.replace(_path(path), _path(to))


def copy(path, to):
    """Copies a file's content."""
    shutil.copyfile(_path(path), _path(to))


def _digest(kind, path):
    digest = hashlib.new(kind, usedforsecurity=False)
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(65536), b""):
            digest.update(part)
    return digest.hexdigest()


def md5(path):
    """The file's MD5 as hex digits. It shows an accident, not an attacker: for that take sha256."""
    return _digest("md5", path)


def sha256(path):
    """The file's SHA-256 as hex digits."""
    return _digest("sha256", path)
