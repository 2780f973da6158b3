"""Firmware that its owner signed, from the project's folder to the running board: what it boots, what it refuses and in
which words, and that a power cut in the middle of the swap is survived at any change of the flash."""
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import kill  # noqa: E402
from firmware_scene import FlashBoard, Release  # noqa: E402
from harness import BIN, Scene, wait_for  # noqa: E402

PROGRAM = """
import os
from bsp import board

def note(text):
    with open("notes", "a") as file:
        file.write(text + "\\n")

import words
note(words.HELLO)
try:
    open(__file__, "a")
    note("changed itself")
except OSError as error:
    note("cannot change itself")
while True:
    sleep(1000)
"""


def program(text):
    return {"program": PROGRAM, "more": {"words.py": f'HELLO = "{text}"\n'}}


class Firmware(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.board = FlashBoard(self.scene)
        self.board.start_element()
        self.board.make()
        self.release = Release(self.scene.folder)
        self.os = self.release.os(counter=1)
        self.first = self.release.application("1.0.0", counter=1, **program("this is one"))

    def flash(self, *images, key=True):
        options = ("--key", self.release.public) if key else ()
        return self.board.firmware("flash", *options, *images)

    def flash_and_start(self):
        done = self.flash(self.os, self.first)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.board.start()
        self.board.noted("this is one")

    def install(self, *images):
        done = self.board.firmware("install", *images)
        self.assertEqual(done.returncode, 0, done.stderr)

    def refused(self, done, *words):
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for word in words:
            self.assertIn(word, done.stderr)

    def state(self):
        known = self.board.identify()
        return known["boot"], known["version"]

    def test_a_board_runs_what_its_flash_holds(self):
        self.flash_and_start()
        self.board.noted("cannot change itself")
        self.assertEqual(self.state(), ("permanent", "1.0.0"))
        kill(self.board.process)
        (self.board.own / "notes").unlink()
        self.board.start()
        self.board.noted("this is one")

    def test_a_fresh_board_says_what_it_needs(self):
        self.board.start()
        self.assertEqual(self.state(), ("nothing", None))
        self.assertFalse(self.board.own.exists())
        self.refused(self.flash(self.os, self.first), "stop the board first")

    def test_an_update_is_on_trial_until_it_is_confirmed(self):
        self.flash_and_start()
        self.install(self.release.application("1.1.0", counter=2, **program("this is two")))
        self.board.noted("this is two")
        self.assertEqual(self.state(), ("trial", "1.1.0"))
        self.assertEqual(self.board.firmware("confirm").returncode, 0)
        self.assertEqual(self.state(), ("permanent", "1.1.0"))
        self.refused(self.board.firmware("confirm"), "no version is on trial")
        kill(self.board.process)
        self.board.start()
        self.assertEqual(self.state(), ("permanent", "1.1.0"))
        self.refused(self.board.firmware("install", self.first), "security counter")

    def test_what_is_not_confirmed_goes_back(self):
        self.flash_and_start()
        self.install(self.release.application("1.1.0", counter=2, **program("this is two")))
        self.board.noted("this is two")
        kill(self.board.process)
        self.board.start("--trial-limit", 1)
        self.assertEqual(self.state(), ("permanent", "1.0.0"))
        self.install(self.release.application("1.2.0", counter=2, **program("this is three")))
        self.board.noted("this is three")
        wait_for(lambda: self.state() == ("permanent", "1.0.0"), "the trial's limit")

    def test_a_version_that_crashes_again_and_again_goes_back_long_before_its_trial_is_over(self):
        self.flash_and_start()
        crashing = PROGRAM.replace("while True:", "if words.HELLO: os._exit(1)\nwhile True:")
        self.install(self.release.application("1.1.0", crashing, counter=2, more=program("this is two")["more"]))
        wait_for(lambda: self.board.notes().count("this is one") == 2, "the one before to be back")
        self.assertEqual(self.state(), ("permanent", "1.0.0"))
        self.assertEqual(self.board.notes().count("this is two"), 3, "trial_crashes_max and one more")
        self.assertIn('"event":"board.trial_over"', self.scene.log("signet-board"))

    def test_nobody_but_the_owner_brings_anything(self):
        self.flash_and_start()
        stranger = Release(self.scene.folder, "stranger")
        theirs = stranger.application("3.0.0", counter=3, **program("not ours"))
        self.refused(self.board.firmware("install", theirs), "not accepted")
        other = self.release.application("3.0.1", counter=3, board="other", **program("another board's"))
        self.refused(self.board.firmware("install", other), "another board")
        self.release.application("3.0.3", counter=3, **program("signed for nothing"))
        unsigned = self.scene.folder / "release-3.0.3-3-virtual.img"
        self.refused(self.board.firmware("install", unsigned), "is not signed")
        newer = self.release.application("3.0.2", counter=3, os_version="3.0.0", **program("wants another OS"))
        self.refused(self.board.firmware("install", newer), "another version of the OS")
        self.assertEqual(self.state(), ("permanent", "1.0.0"))
        kill(self.board.process)
        self.refused(self.board.firmware("flash", "--key", stranger.public, theirs), "not accepted")
        self.refused(self.board.firmware("flash", "--key", stranger.public, self.first), "introduces yours")
        self.board.start()
        self.assertEqual(self.state(), ("permanent", "1.0.0"))

    def test_an_older_image_in_the_flash_does_not_run(self):
        self.flash_and_start()
        kill(self.board.process)
        older = self.release.application("0.9.0", counter=0, **program("too old"))
        self.assertEqual(self.flash(older).returncode, 0, "the tool does not know the board's counters")
        self.board.start()
        self.assertEqual(self.state(), ("nothing", None))
        self.install(self.release.application("1.0.1", counter=1, **program("saved")))  # its console saves it
        self.board.noted("saved")
        self.assertNotIn("too old", self.board.notes())

    def test_a_power_cut_in_the_swap_is_survived(self):
        self.flash_and_start()
        second = self.release.application("1.1.0", counter=1, **program("this is two"))
        swapped = 0
        download = 512 + -(-second.stat().st_size // 4096)  # changes of the flash before the swap begins
        for change in (2, 300, 514, 600, 1028, 1200, 1545, 1546):
            kill(self.board.process)
            self.board.start("--cut-power-at", download + change)
            with subprocess.Popen([BIN / "signet", "firmware", "install", "--board", self.board.console, second],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tool:
                wait_for(lambda: self.board.process.poll() is not None or tool.poll() is not None, "the swap")
                if tool.poll() is not None:
                    wait_for(lambda: self.board.process.poll() is not None, "the cut")
                tool.kill()
            self.assertEqual(self.board.process.returncode, -signal.SIGKILL)
            self.board.start()
            self.assertIn(self.state(), [("trial", "1.1.0"), ("permanent", "1.0.0")], change)
            if self.state()[0] == "trial":
                swapped += 1
                kill(self.board.process)
                self.board.start()
                self.assertEqual(self.state(), ("permanent", "1.0.0"), "nobody confirmed it")
        self.assertGreater(swapped, 5, "most of these cuts were in the swap, which then went on")


if __name__ == "__main__":
    unittest.main()
