"""Firmware for a story: a release key, signed images, a board that boots them."""
import fcntl
import json
import os
import select

from board_scene import Board
from harness import BIN, run, wait_for

BOARD = "virtual"


class Release:
    """An owner's release key, and what it signs."""

    def __init__(self, folder, name="release"):
        self.folder, self.name = folder, name
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text("correct horse battery\n")
        self.key = f"software:{folder / name}.key?passphrase-source=file:{self.passphrase}"
        self.public = folder / f"{name}.pem"
        self.firmware("keygen", self.key, "-o", self.public)

    def firmware(self, *arguments):
        done = run(BIN / "signet", "firmware", *arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"

    def sign(self, unsigned, *options):
        signed = unsigned.with_suffix(".signed.img")
        self.firmware("sign", unsigned, "--key", self.key, "-o", signed, *options)
        return signed

    def os(self, version="2.0.0", counter=0, board=BOARD):
        source, image = self.folder / "os.txt", self.folder / f"os-{version}-{counter}-{board}.img"
        source.write_text(f"the OS of a virtual board is signet-board itself; this one is called {version}\n")
        self.firmware("build", source, "--kind", "os", "--board", board, "--version", version, "--counter", counter,
                      "-o", image)
        return self.sign(image)

    def application(self, version, program, counter=0, board=BOARD, os_version="2.0.0", more=None):
        project = self.folder / f"project-{version}-{counter}"
        for name, text in {"main.py": program, "config.yml": "globals:\n", **(more or {})}.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        image = self.folder / f"{self.name}-{version}-{counter}-{board}.img"
        self.firmware("build", project, "--board", board, "--version", version, "--os-version", os_version,
                      "--counter", counter, "-o", image)
        return self.sign(image)

    def native(self, version, executable, counter=0, board=BOARD):
        image = self.folder / f"{self.name}-native-{version}-{counter}-{board}.img"
        self.firmware("build", executable, "--kind", "native", "--board", board, "--version", version,
                      "--os-version", "2.0.0", "--counter", counter, "-o", image)
        return self.sign(image)


class FlashBoard(Board):
    """A board that runs what its flash holds."""

    def __init__(self, scene):
        super().__init__(scene, "")

    def start(self, *options):
        wait_for(self.is_off, "the board's last process, or a child that it was about to start, to end")
        self.console.unlink(missing_ok=True)
        self.process = self.scene.start("signet-board", "--dir", self.folder, "--element", f"unix:{self.socket}",
                                        "--root", self.foundry / "root.pem", "--flash", *options)
        self.wait_for_start(self.process, self.console, "signet-board")

    def is_off(self):
        if not self.folder.exists():
            return True
        with open(self.folder / "lock", "a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def firmware(self, verb, *arguments):
        """The finished `signet firmware VERB`, for this board."""
        place = ("--dir", self.folder) if verb == "flash" else ("--board", self.console)
        return run(BIN / "signet", "firmware", verb, *place, *arguments)

    def identify(self):
        return identity_of(self.console)

    def notes(self):
        path = self.own / "notes"
        return path.read_text() if path.exists() else ""

    def noted(self, text):
        return wait_for(lambda: text in self.notes(), f"the program to note {text!r}; it noted {self.notes()!r}")


def identity_of(console):
    """What a board answers to `identify`, asked over its console."""
    descriptor = os.open(console, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(descriptor, b'!{"id":987654,"do":"identify"}\n')
        text = b""
        while True:
            ready, _, _ = select.select([descriptor], [], [], 20)
            assert ready, "the board does not answer on its console"
            text += os.read(descriptor, 4096)
            for line in text.split(b"\n")[:-1]:
                if line.startswith(b'!{"id":987654,"ok"'):
                    return json.loads(line[1:])["ok"]
    finally:
        os.close(descriptor)
