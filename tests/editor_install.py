"""A VSCode server (code-server) and playwright-core in build/vscode-editor, as vscode/test/editor's lock names them.

code-server brings two more locked lists (npm-shrinkwrap.json), and one native module without which it does not start
(argon2); its own install script would download programs from elsewhere, so none is run.
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

TOP = pathlib.Path(__file__).parents[1]
HOME = TOP / "build" / "vscode-editor"
SERVER = HOME / "node_modules" / "code-server"
QUIET = ("--no-audit", "--no-fund")


class Absent(Exception):
    pass


def npm(folder, *arguments):
    done = subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, check=False,
                          env=os.environ | {"npm_config_nodedir": ""})
    if done.returncode != 0:
        raise Absent(f"npm {' '.join(arguments)} failed in {folder}: {done.stderr.strip()[-1000:]}")


def install():
    """Once; raises Absent when something is not to be had here."""
    for program, package in (("npm", "npm"), ("chromium", "chromium")):
        if not shutil.which(program):
            raise Absent(f"there is no {program}: apt-get install {package}")
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = TOP / "vscode" / "test" / "editor"
        digest = hashlib.sha256((wanted / "package-lock.json").read_bytes()).hexdigest()
        mark = HOME / "node_modules" / ".signet-lock"
        if mark.exists() and mark.read_text() == digest:
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(wanted / name, HOME)
        npm(HOME, "ci", "--ignore-scripts", *QUIET)
        inner = SERVER / "lib" / "vscode"
        for folder in (inner, inner / "extensions"):
            npm(folder, "install", "--omit=dev", "--ignore-scripts", "--no-save", *QUIET)
        npm(HOME, "rebuild", "argon2")
        (inner / "node_modules.asar").symlink_to("node_modules")
        mark.write_text(digest)
