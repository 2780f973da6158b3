"""No program leaks at its end: the five of them play a short story, and come to some errors, under LeakSanitizer.

Its run-time library comes with GCC and is preloaded into the very programs that the other stories play; what it finds
makes a program end with 23. The library itself is tried first: with a program that hardens itself as ours do and leaks.
"""
import os
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import PUBLISHING, Board  # noqa: E402
from harness import BIN, PATIENCE, Scene, run, wait_for  # noqa: E402

PROGRAMS = ("signetd", "signet", "signet-foundry", "signet-board", "signet-element")
FOUND = 23  # LeakSanitizer's exit code
LEAKS = """
import ctypes
libc = ctypes.CDLL(None)
assert libc.prctl(4, 0, 0, 0, 0) == 0  # PR_SET_DUMPABLE, as harden_process does
{}
"""


def setUpModule():
    library = run("gcc", "-print-file-name=liblsan.so").stdout.strip()
    assert os.path.isabs(library), "GCC's liblsan.so is missing: ./dev setup test"
    os.environ["LD_PRELOAD"] = library  # for the programs; this process has started without
    unittest.addModuleCleanup(os.environ.pop, "LD_PRELOAD")


class Leaks(unittest.TestCase):
    def test_the_detector_works_here(self):
        self.assertNotIn("leak of 54321 byte", run(sys.executable, "-c", LEAKS.format("")).stderr)  # Python has others
        leaking = run(sys.executable, "-c", LEAKS.format("libc.malloc(54321)"))
        self.assertEqual(leaking.returncode, FOUND)
        self.assertIn("leak of 54321 byte", leaking.stderr)

    def test_a_command_line_leaves_nothing(self):
        for program in PROGRAMS:
            for option, code in (("--help", 0), ("--version", 0), ("--no-such-option", 64)):
                done = run(BIN / program, option)
                self.assertEqual(done.returncode, code, f"{program} {option}: {done.stderr}")

    def test_a_whole_story_leaves_nothing(self):
        with Scene() as scene:
            manager = scene.manager()
            board = Board(scene, PUBLISHING)
            board.start_element()
            board.make()
            board.start()
            board.claim(manager)
            wait_for(lambda: manager.readings(board.device), "a reading")
            for command in (("device", "ls"), ("data", "ls", "--device", board.device), ("--json", "audit", "ls"),
                            ("device", "revoke", board.device, "--reason", "lost", "--yes")):
                board.operate(*command)
            self.come_to_errors(scene, board)
            wait_for(lambda: "is revoked" in scene.log("signetd") + str(manager.audit()), "the board to be refused")
            for name, process in (("signet-board", board.process), ("signet-element", board.element),
                                  ("signetd", manager.program)):
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(PATIENCE), 0, scene.log(name))

    def come_to_errors(self, scene, board):
        environment = os.environ | {"SIGNET_HOME": str(scene.folder / "operator")}
        half = scene.folder / "half.json"
        half.write_text(board.manifest.read_text()[:500])
        trust = ("--log-signer", board.foundry / "log-signer.pem", "--root", board.foundry / "root.pem")
        for command in (("signet", "registry", "import", half, *trust), ("signet", "device", "get", "no-such-device"),
                        ("signet-foundry", "init", board.foundry, "--organization", "Again"),
                        ("signetd", "--data", scene.folder / "data"),
                        ("signet-board", "--dir", board.folder, "--element", f"unix:{board.socket}",
                         "--program", board.program),
                        ("signet-element", "--socket", board.socket, "--state", board.chip)):
            done = run(BIN / command[0], *command[1:], env=environment)
            self.assertNotIn(done.returncode, (0, FOUND), f"{command}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
