"""A real board for a story: its element, the foundry that made it a unit, its claim, its Python program."""
import contextlib
import json
import os
import signal

from harness import BIN, PASSWORD, run, wait_for

CONNECTED = """
from networking import wifi
from zdm import zdm

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start()
"""  # what most programs begin with
PUBLISHING = CONNECTED + """
while True:
    agent.publish({"value": 1}, "test")
    sleep(20)
"""


class Board:
    """signet-element and signet-board. Kill one and start it again as often as you like: what they keep stays."""

    def __init__(self, scene, program):
        self.scene, self.folder = scene, scene.folder / "board"
        self.own = self.folder / "firmware"  # what the program may change
        self.console, self.socket, self.chip = self.folder / "console", scene.folder / "bus", scene.folder / "chip"
        self.foundry, self.device = scene.folder / "foundry", None
        self.program = scene.folder / "program" / "main.py"
        self.program.parent.mkdir()
        self.program.write_text(program)

    def start_element(self):
        self.socket.unlink(missing_ok=True)  # what a killed one left
        self.element = self.scene.start("signet-element", "--socket", self.socket, "--state", self.chip)
        self.wait_for_start(self.element, self.socket, "signet-element")

    def start(self, *options):
        self.console.unlink(missing_ok=True)
        self.process = self.scene.start("signet-board", "--dir", self.folder, "--element", f"unix:{self.socket}",
                                        "--root", self.foundry / "root.pem", "--program", self.program, *options)
        self.wait_for_start(self.process, self.console, "signet-board")

    def wait_for_start(self, process, sign, name):
        wait_for(lambda: os.path.lexists(sign) or process.poll() is not None, f"{name} to start")
        assert process.poll() is None, self.scene.log(name)

    def make(self):
        """A unit of a batch: a root, a signer, the element's key and certificate. Its manifest is manifest.json."""
        self.foundry_do("init", self.foundry, "--organization", "Story")
        self.foundry_do("personalise", "--foundry", self.foundry, "--element", f"unix:{self.socket}", "--batch", "one")
        self.manifest = self.scene.folder / "manifest.json"
        self.foundry_do("manifest", "--foundry", self.foundry, "--batch", "one", "-o", self.manifest)

    def foundry_do(self, *arguments):
        done = run(BIN / "signet-foundry", *arguments)
        assert done.returncode == 0, done.stderr

    def claim(self, manager):
        self.operate("--server", f"https://127.0.0.1:{manager.ready['people']}", "--ca", manager.ca, "login", "--email",
                     "ann@example.org", "--password-stdin", input=PASSWORD + "\n", stdin=None)
        self.operate("registry", "import", self.manifest, "--log-signer", self.foundry / "log-signer.pem",
                     "--root", self.foundry / "root.pem")
        created = json.loads(self.operate("--json", "device", "create", "pump"))
        self.device = created.get("device", created)["id"]
        self.operate("device", "claim", self.device, "--board", self.console)

    def operate(self, *arguments, **options):
        environment = os.environ | {"SIGNET_HOME": str(self.scene.folder / "operator")}
        done = run(BIN / "signet", *arguments, env=environment, **options)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    @contextlib.contextmanager
    def jumper(self):
        """Set, as a person at the board would: without it a claimed board's console is closed."""
        file = self.folder / "jumper"
        file.touch()
        yield
        file.unlink()

    def firmware(self):
        """The process ids of the board's children."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
