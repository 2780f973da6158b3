"""Firmware in C++, from its source to a job's answer; and what a native executable cannot do: run where it does not
belong, reach what is not its own, crash without end, hang."""
import json
import os
import pathlib
import platform
import select
import shutil
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from board_confined import has_landlock, listeners_of  # noqa: E402
from board_scene import Board, kill  # noqa: E402
from firmware_scene import FlashBoard, Release  # noqa: E402
from harness import BIN, Scene, as_root_of_own_namespaces, run, wait_for  # noqa: E402

KIT = BIN.parent / "firmware"
LAMP, UNRULY = KIT / "examples" / "lamp", KIT / "examples" / "unruly"
ITS_OWN = ("own file", "null", "random")


def foreign_executable(folder):
    """The name of another machine than this one, and the smallest executable for it."""
    name, number = ("x86_64", 62) if platform.machine() == "aarch64" else ("aarch64", 183)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 2, number, 1, 0x1000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    code = struct.pack("<IIQQQQQQ", 1, 5, 120, 0x1000, 0x1000, 1, 1, 1)
    path = folder / "foreign"
    path.write_bytes(head + code + b"\0")
    return name, path


class Native(unittest.TestCase):
    def setUp(self):
        if not has_landlock():
            self.skipTest("this kernel has no Landlock, and a board without runs no native executable")
        self.scene = self.enterContext(Scene())
        self.board = FlashBoard(self.scene)
        self.board.start_element()
        self.board.make()
        self.release = Release(self.scene.folder)
        self.os = self.release.os(counter=1)

    def flash(self, *images):
        done = self.board.firmware("flash", "--key", self.release.public, self.os, *images)
        self.assertEqual(done.returncode, 0, done.stderr)

    def claim(self):
        self.manager = self.scene.manager()
        self.board.claim(self.manager)

    def start(self, executable):
        self.flash(self.release.native("1.0.0", executable, counter=1))
        self.board.start()
        self.claim()

    def secret(self, name, value):
        done = run(BIN / "signet", "secret", "set", name, "--file", "-", "--board", self.board.console,
                   input=value + "\n", stdin=None)
        self.assertEqual(done.returncode, 0, done.stderr)

    def state(self):
        known = self.board.identify()
        return known["boot"], known["version"]

    def logged(self, text):
        return wait_for(lambda: text in self.scene.log("signet-board"), f"the board to log {text!r}")

    def readings(self, tag):
        wait_for(lambda: any(one["tag"] == tag for one in self.manager.readings(self.board.device)), f"a reading {tag}")
        return [one["payload"] for one in self.manager.readings(self.board.device) if one["tag"] == tag]

    def job(self, name, *arguments):
        self.board.operate("job", "schedule", name, "pump", *arguments)

        def checked():
            return json.loads(self.board.operate("--json", "job", "check", name, "pump"))["job"]
        wait_for(lambda: checked()["status"] != "pending", f"the job {name} to end")
        return checked()

    def with_its_network(self, executable):
        """The board knows its network from its owner before the program runs."""
        self.board.start()
        self.secret("wifi.ssid", "Signet-Lab")
        self.secret("wifi.password", "correct horse battery")
        self.claim()
        kill(self.board.process)
        self.flash(self.release.native("1.0.0", executable, counter=1))
        self.board.start()

    def test_the_example_is_heard_and_does_its_job(self):
        self.with_its_network(LAMP)
        self.assertEqual(self.readings("test")[0], {"value": 0})
        done = self.job("blink", "--arg", "times", "3")
        self.assertEqual((done["status"], done["value"]), ("done", {"blinked": 3}))
        self.assertEqual(self.job("blink")["status"], "failed", "it wants an argument")
        self.assertEqual(self.state(), ("permanent", "1.0.0"))
        pid, = Board.firmware(self.board)
        self.assertEqual(os.readlink(f"/proc/{pid}/exe"), "/memfd:firmware (deleted)")
        self.assertEqual(sorted(os.listdir(f"/proc/{pid}/fd")), ["0", "1", "2", "3"])
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.assertIn("Seccomp:\t2", status)
        self.assertIn("NoNewPrivs:\t1", status)

    def test_somebody_elses_project_builds_with_the_kit(self):
        build = self.scene.folder / "build"
        source = pathlib.Path(__file__).parents[2] / "examples" / "native"
        for command in (["cmake", "-S", source, "-B", build, f"-Dsignet-firmware_DIR={KIT}"],
                        ["cmake", "--build", build]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.release.native("1.0.0", build / "lamp")

    def test_an_executable_for_another_machine_is_packed_only_when_asked_for_and_never_runs(self):
        name, foreign = foreign_executable(self.scene.folder)
        image = self.scene.folder / "foreign.img"
        common = ("firmware", "build", foreign, "--kind", "native", "--board", "virtual", "--version", "1.1.0",
                  "--os-version", "2.0.0", "--counter", 1, "-o", image)
        done = run(BIN / "signet", *common)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"it is an executable for {name}", done.stderr)
        self.assertEqual(run(BIN / "signet", *common, "--machine", name).returncode, 0)
        foreign = self.release.sign(image)

        self.flash(self.release.native("1.0.0", UNRULY, counter=1))
        self.board.start()
        wait_for((self.board.own / "own").exists, "the good one")
        done = self.board.firmware("install", foreign)
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for(lambda: "board.booted" in self.scene.log("signet-board").split("trial")[-1], "the trial's end")
        self.assertEqual(self.state(), ("permanent", "1.0.0"), "a trial that cannot run is over at once")
        kill(self.board.process)
        self.flash(foreign)
        self.board.start()
        self.assertIn(f"the firmware cannot run: it is an executable for {name}", self.console_until("cannot run"))

    def console_until(self, text):
        """What the board's console shows, up to a line with this text."""
        descriptor = os.open(self.board.console, os.O_RDWR | os.O_NOCTTY)
        shown = b""
        try:
            while text.encode() not in shown or not shown.endswith(b"\n"):
                self.assertTrue(select.select([descriptor], [], [], 20)[0], shown)
                shown += os.read(descriptor, 4096)
        finally:
            os.close(descriptor)
        return shown.decode(errors="replace")

    def test_a_program_reaches_what_is_its_own_and_nothing_else(self):
        self.start(UNRULY)
        seen = self.readings("seen")[0]
        self.assertEqual({seen[name] for name in ITS_OWN}, {"done"}, seen)
        through = [name for name, what in seen.items()
                   if name not in ITS_OWN and what not in ("EACCES", "EPERM", "EBADF", "ETXTBSY")]
        self.assertEqual(through, [], seen)
        pid, = Board.firmware(self.board)
        self.assertEqual(listeners_of(pid), [])
        self.assertFalse((self.board.folder / "new").exists())

    def test_a_crash_fails_the_job_and_a_crash_loop_is_slowed_down(self):
        self.start(UNRULY)
        self.readings("seen")
        self.assertEqual(self.job("crash")["detail"], "the program ended before it had answered")
        self.logged("the program ended by signal")
        wait_for(lambda: len(self.readings("seen")) > 1, "it to begin anew")
        (self.board.own / "crash").touch()  # from now on it ends as soon as it begins
        self.job("crash")
        times = wait_for(lambda: len(self.waits()) >= 4 and self.waits(), "the fourth end of a crash loop")
        self.assertGreater(sum(times), 100, times)  # each is anything below a ceiling that doubles
        for already, waited in enumerate(times):
            self.assertLessEqual(waited, 1000 * 2 ** already, times)
        (self.board.own / "crash").unlink()
        wait_for(lambda: len(self.readings("seen")) > 2, "the program to live again")

    def waits(self):
        """Milliseconds that the board waited before each start after a crash."""
        return [int(line.split("next start in ")[1].split(" ms")[0])
                for line in self.scene.log("signet-board").splitlines() if "next start in " in line]

    def test_a_program_that_hangs_is_ended_by_its_watchdog(self):
        self.start(UNRULY)
        self.readings("seen")
        self.assertEqual(self.job("hang")["detail"], "the program ended before it had answered")
        self.logged("did not kick its watchdog in time")
        wait_for(lambda: len(self.readings("seen")) > 1, "it to begin anew")

    def test_a_native_update_of_a_python_program_and_back(self):
        first = self.release.application("1.0.0", "open('python', 'w').close()\nwhile True: sleep(1000)\n", counter=1)
        self.flash(first)
        self.board.start()
        wait_for((self.board.own / "python").exists, "the Python program")
        done = self.board.firmware("install", self.release.native("1.1.0", UNRULY, counter=1))
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for((self.board.own / "own").exists, "the native one")
        self.assertEqual(self.state(), ("trial", "1.1.0"))
        (self.board.own / "python").unlink()
        kill(self.board.process)
        self.board.start()
        wait_for((self.board.own / "python").exists, "the Python program, as nobody confirmed the other")
        self.assertEqual(self.state(), ("permanent", "1.0.0"))

    def test_a_board_without_python_runs_native_executables_alone(self):
        copied = self.scene.folder / "alone" / "bin" / "signet-board"  # it looks for ../python
        copied.parent.mkdir(parents=True)
        shutil.copy(BIN / "signet-board", copied)
        self.flash(self.release.native("1.0.0", UNRULY, counter=1))
        self.start_program(copied)
        wait_for((self.board.own / "own").exists, "the native one")
        kill(self.board.process)
        self.flash(self.release.application("1.1.0", "while True: sleep(1000)\n", counter=1))
        self.start_program(copied)
        self.assertIn("signet-board found no packages for one", self.console_until("cannot run"))

    def start_program(self, program):
        self.board.console.unlink(missing_ok=True)
        self.board.process = self.scene.start(program, "--dir", self.board.folder, "--element",
                                              f"unix:{self.board.socket}", "--root", self.board.foundry / "root.pem",
                                              "--flash")
        self.board.wait_for_start(self.board.process, self.board.console, "signet-board")


if __name__ == "__main__":
    if os.geteuid() != 0:  # a board keeps its /proc from its own user too
        as_root_of_own_namespaces()
    unittest.main()
