"""What a running board and its program cannot do: reach files that are not theirs, listen for anybody."""
import ctypes
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import BIN, Scene, as_root_of_own_namespaces, run, wait_for  # noqa: E402

# Notes for each attempt "done" or the name of the error, in its own folder.
PROGRAM = """
import errno, json, os, socket, sys
from networking import wifi
from zdm import zdm

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start()

board = os.path.dirname(os.getcwd())
scene = os.path.dirname(board)
here = os.path.dirname(__file__)

def read(path):
    with open(path, "rb") as file:
        file.read(1)

def write(path):
    with open(path, "ab") as file:
        file.write(b"x")

def work():
    os.mkdir("kept")
    write("kept/a")
    os.rename("kept/a", "b")
    read("b")
    os.remove("b")
    os.rmdir("kept")

def imports():
    import ssl, sqlite3, beside

may = {
    "its own folder": work, "modules": imports, "itself": lambda: read(__file__), "null": lambda: write("/dev/null"),
    "urandom": lambda: read("/dev/urandom"), "zero": lambda: read("/dev/zero"), "publish": lambda: agent.publish({}),
}
must_not = {
    "the console": lambda: os.open(board + "/console", os.O_RDWR | os.O_NOCTTY),
    "the terminal": lambda: os.open(os.readlink(board + "/console"), os.O_RDWR | os.O_NOCTTY),
    "the endpoint": lambda: read(board + "/endpoint.json"),
    "another endpoint": lambda: os.rename("start", board + "/endpoint.json"),
    "no endpoint": lambda: os.remove(board + "/endpoint.json"),
    "an empty endpoint": lambda: os.truncate(board + "/endpoint.json", 0),
    "a locked endpoint": lambda: os.chmod(board + "/endpoint.json", 0),
    "a link to the endpoint": lambda: os.link(board + "/endpoint.json", "link"),
    "a way around": lambda: read("way"),
    "the board's folder": lambda: os.listdir(board),
    "a new file there": lambda: write(board + "/new"),
    "the element's memory": lambda: read(scene + "/chip"),
    "another program": lambda: write(here + "/main.py"),
    "other packages": lambda: write(sys.path[0] + "/runner.py"),
    "the board's descriptors": lambda: os.listdir("/proc/%d/fd" % os.getppid()),
    "the board's memory": lambda: read("/proc/%d/mem" % os.getppid()),
    "the board's end": lambda: os.pidfd_open(os.getppid()),
    "accounts": lambda: read("/etc/passwd"),
    "a terminal": lambda: os.open("/dev/ptmx", os.O_RDWR),
    "a full device": lambda: read("/dev/full"),
    "the root": lambda: os.listdir("/"),
    "a door": lambda: socket.create_server(("", 0)),
    "a door of this machine": lambda: socket.socket(socket.AF_UNIX),
}
write("start")
os.symlink(board + "/endpoint.json", "way")
seen = {}
for name, attempt in {**may, **must_not}.items():
    try:
        attempt()
        seen[name] = "done"
    except OSError as error:
        seen[name] = errno.errorcode[error.errno]
with open("seen.new", "w") as file:
    json.dump({"may": {n: seen[n] for n in may}, "must_not": {n: seen[n] for n in must_not}}, file)
os.replace("seen.new", "seen.json")
while True:
    sleep(1000)
"""


REFUSALS = {"EACCES", "EPERM", "EXDEV"}  # the last: a link out of a confined folder
LANDLOCK_CREATE_RULESET, ITS_VERSION = 444, 1


def has_landlock():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, ITS_VERSION) > 0


def listening():
    """The inode of every socket of this machine on which somebody may knock, with what it is."""
    found = {}
    for kind, states in (("tcp", {"0A"}), ("tcp6", {"0A"}), ("udp", {"07"}), ("udp6", {"07"})):
        for line in lines_of(f"/proc/net/{kind}"):
            if line[3] in states:  # TCP_LISTEN; a UDP socket without a peer
                found[line[9]] = f"{kind} {line[1]}"
    for line in lines_of("/proc/net/unix"):
        if int(line[3], 16) & 0x10000:  # __SO_ACCEPTCON
            found[line[6]] = "unix " + (line[7] if len(line) > 7 else "")
    return found


def lines_of(path):
    return [line.split() for line in pathlib.Path(path).read_text().splitlines()[1:]]


def sockets_of(pid):
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    return inodes


def listeners_of(pid):
    return sorted(what for inode, what in listening().items() if inode in sockets_of(pid))


class Confined(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.board = Board(cls.scene, PROGRAM)
        (cls.board.program.parent / "beside.py").touch()
        cls.board.start_element()
        cls.board.make()
        cls.board.start()
        cls.board.claim(cls.manager)
        wait_for((cls.board.own / "seen.json").exists, "the program's notes")

    @unittest.skipUnless(has_landlock(), "this kernel has no Landlock")
    def test_a_program_reaches_its_own_files_and_no_others(self):
        seen = json.loads((self.board.own / "seen.json").read_text())
        self.assertEqual(set(seen["may"].values()), {"done"}, seen["may"])
        through = [name for name, outcome in seen["must_not"].items() if outcome not in REFUSALS]
        self.assertEqual(through, [], seen["must_not"])
        self.assertTrue((self.board.folder / "endpoint.json").exists())

    def test_nobody_can_knock_at_a_board(self):
        device_port, people_port = (f":{self.manager.ready[port]:04X}" for port in ("devices", "people"))
        known = listeners_of(self.manager.program.pid)
        self.assertEqual({what[-5:] for what in known}, {device_port, people_port})  # a loop has a socket each
        self.assertEqual([what.split()[0] for what in listeners_of(self.board.element.pid)], ["unix"])

        wait_for(lambda: self.manager.readings(self.board.device), "a reading: the board is connected")
        firmware = self.board.firmware()
        self.assertEqual(len(firmware), 1)
        log = self.scene.log("signet-board")
        if "firmware.refusals_untold" not in log:  # a kernel before 5.0
            self.assertIn('"event":"firmware.refused","call":"socket"', log, "and the board has heard of who tried")
        for pid in [self.board.process.pid, *firmware]:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            self.assertIn("Seccomp:\t2", status, "nor could they")
            self.assertTrue(sockets_of(pid), "it has sockets; they do not listen")
            self.assertEqual(listeners_of(pid), [])

    def test_a_board_s_folder_within_the_program_s_is_refused(self):
        done = run(BIN / "signet-board", "--dir", self.board.program.parent / "board", "--element", "unix:/nowhere",
                   "--program", self.board.program)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("keep them apart", done.stderr)


if __name__ == "__main__":
    if os.geteuid() != 0:  # our programs keep their /proc from their own user too: only root sees their sockets
        as_root_of_own_namespaces()
    unittest.main()
