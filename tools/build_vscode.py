#!/usr/bin/env python3
"""Builds the editor's extension: build/vscode/signet.vsix.

usage: build_vscode.py SOURCE [--test]

SOURCE is the checkout; its vscode/ is copied to build/vscode/, where npm works, so that nothing is written beside the
sources. --test runs the unit tests too. Exit code 77: there is no npm, or what the lock names could not be fetched.
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ABSENT = 77  # SKIP_RETURN_CODE
KEPT = {"node_modules", ".lock", "signet.vsix"}  # from the last time


class Absent(Exception):
    pass


def copy_sources(source, to):
    to.mkdir(parents=True, exist_ok=True)
    for old in to.iterdir():
        if old.name not in KEPT:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(source / "vscode", to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "dist"))
    shutil.copy2(source / "LICENSE", to)
    for main in sorted((source / "examples").glob("*/main.py")):
        shutil.copytree(main.parent, to / "examples" / main.parent.name)


def npm(folder, *arguments, source=""):
    done = subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, check=False,
                          env=os.environ | {"SIGNET_SOURCE": str(source)})
    if done.returncode != 0:
        raise RuntimeError(f"npm {' '.join(arguments)}:\n{done.stdout[-8000:]}{done.stderr[-4000:]}")
    return done.stdout


def install(folder):
    """What the lock names, once."""
    if not shutil.which("npm"):
        raise Absent("there is no npm: apt-get install nodejs npm")
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / "node_modules" / ".signet-lock"
    if mark.exists() and mark.read_text() == lock:
        return
    try:
        npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    except RuntimeError as error:
        raise Absent(f"what the lock names could not be fetched: {error}") from None
    mark.write_text(lock)


def build(source, test=False):
    """The extension's file."""
    work = source / "build" / "vscode"
    work.mkdir(parents=True, exist_ok=True)
    with (work / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_sources(source, work)
        install(work)
        said = npm(work, "run", "test" if test else "build", source=source)
        if test:
            print(said)
        npm(work, "run", "package")
    return work / "signet.vsix"


def main():
    try:
        print(build(pathlib.Path(sys.argv[1]).resolve(), "--test" in sys.argv))
    except Absent as why:
        print(f"skipped: {why}")
        return ABSENT
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
