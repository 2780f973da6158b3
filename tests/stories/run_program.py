"""signet run: a program on a board that is there for it alone."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, run, wait_for  # noqa: E402

PROGRAM = """
from crypto import element
from networking import wifi
from protocols import http

print("I am", element.common_name())
wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
try:
    http.HTTP().get("http://example.org/")
except PermissionError as error:
    print("refused:", error)
while True:
    sleep(1000)
"""


class RunProgram(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="signet-test-")
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.scratch = self.folder / "tmp"
        self.scratch.mkdir()
        self.project = self.folder / "project"
        self.project.mkdir()
        (self.project / "main.py").write_text(PROGRAM)

    def start(self, *arguments):
        self.out = self.folder / "out"
        with self.out.open("wb") as out:
            process = subprocess.Popen([BIN / "signet", "run", *arguments], stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=out, env=os.environ | {"TMPDIR": str(self.scratch)})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def shown(self, text):
        return wait_for(lambda: text in self.out.read_text(), f"{text!r} to be shown; it was {self.out.read_text()!r}")

    def test_shows_what_it_prints_until_it_is_ended_and_leaves_nothing(self):
        process = self.start(self.project)
        self.shown("I am id")
        self.shown("refused: this board's profile lets no program reach example.org")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertEqual(list(self.scratch.iterdir()), [])

    def test_the_board_goes_with_whoever_started_it(self):
        process = self.start(self.project / "main.py")
        self.shown("I am id")
        child = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        process.kill()
        process.wait()
        wait_for(lambda: not pathlib.Path(f"/proc/{child}").exists(), "the board to end")

    def test_a_profile_that_is_wrong_is_named_with_its_line(self):
        profile = self.folder / "profile"
        profile.write_text("board = virtual\nraech = any\n")
        done = run(BIN / "signet", "run", self.project, "--board", profile)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2: raech: no such setting", done.stderr)

    def test_no_program_is_told(self):
        done = run(BIN / "signet", "run", self.folder / "nothing.py")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("signet new PROJECT", done.stderr)


if __name__ == "__main__":
    unittest.main()
