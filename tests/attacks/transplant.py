"""An element is taken off its board and put on another one, with the stolen settings of the first: the other board says
so, uses no key, and the manager hears nothing. Back on its own board it works as before.

A copy of everything, the emulator's own file too, is what no software element can stop: the manager sees one identity
live twice, tells it in the audit, and the owner can keep it out.
"""
import json
import pathlib
import shutil
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import PUBLISHING, Board  # noqa: E402
from harness import Refused, Scene, wait_for  # noqa: E402


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


class Transplant(unittest.TestCase):
    def setUp(self):
        scene = self.enterContext(Scene())
        self.scene, self.manager = scene, scene.manager()
        self.board = Board(scene, PUBLISHING)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.board.claim(self.manager)
        wait_for(self.online, "the board to connect")

    def online(self):
        path = f"/v3/workspaces/{self.manager.workspace}/devices/{self.board.device}"
        answer = self.manager.call("GET", path)
        return answer.get("device", answer)["online"]

    def audited(self, action):
        return [entry for entry in self.manager.audit() if entry["action"] == action]

    def bonds(self):
        """What the boards found, in the order of their boots."""
        lines = (json.loads(line) for line in self.scene.log("signet-board").splitlines() if line.startswith("{"))
        return [line["bond"] for line in lines if line["event"] == "board.identified"]

    def start_other(self, folder, socket):
        console = folder / "console"
        console.unlink(missing_ok=True)
        process = self.scene.start("signet-board", "--dir", folder, "--element", f"unix:{socket}", "--root",
                                   self.board.foundry / "root.pem", "--program", self.board.program)
        self.board.wait_for_start(process, console, "signet-board")
        return process

    def test_an_element_serves_its_own_board_alone(self):
        stop(self.board.process)
        wait_for(lambda: not self.online(), "the board to be gone")
        before, connects = len(self.bonds()), len(self.audited("device.connect"))
        thief = self.scene.folder / "thief"
        thief.mkdir(mode=0o700)
        shutil.copy(self.board.folder / "endpoint.json", thief / "endpoint.json")
        other = self.start_other(thief, self.board.socket)
        wait_for(lambda: len(self.bonds()) > before, "the other board to look at its element")
        self.assertEqual(self.bonds()[-1], "moved")
        stop(other)
        self.assertFalse(self.online())
        self.assertEqual(len(self.audited("device.connect")), connects, "the manager heard nothing of it")
        self.assertFalse((thief / "fuses").exists())
        self.assertIn("moved to another board", (thief / "incident").read_text())

        self.board.start()
        wait_for(self.online, "the element, back on its board, to be let in")
        self.assertEqual(self.bonds()[-1], "bound")
        self.assertEqual(self.audited("board.incident"), [])

    def test_a_board_given_another_element_tells_it_when_it_has_its_own_again(self):
        stop(self.board.process)
        socket, chip = self.scene.folder / "other-bus", self.scene.folder / "other-chip"
        element = self.scene.start("signet-element", "--socket", socket, "--state", chip)
        self.board.wait_for_start(element, socket, "signet-element")
        self.board.foundry_do("personalise", "--foundry", self.board.foundry, "--element", f"unix:{socket}",
                              "--batch", "one")
        before = len(self.bonds())
        stop_at = self.start_other(self.board.folder, socket)
        wait_for(lambda: len(self.bonds()) > before, "the board to look at its element")
        self.assertEqual(self.bonds()[-1], "exchanged")
        stop(stop_at)
        self.assertFalse(self.online())

        self.board.start()
        wait_for(lambda: self.audited("board.incident"), "the manager to hear of it")
        self.assertIn("the board was given another element", self.audited("board.incident")[0]["detail"])
        wait_for(lambda: not (self.board.folder / "incident").exists(), "it to be told once")

    def test_a_clone_with_the_emulators_own_file_is_seen_by_the_manager(self):
        stop(self.board.process)
        stop(self.board.element)
        clone = self.scene.folder / "clone"
        shutil.copytree(self.board.folder, clone, symlinks=True)
        shutil.copy(self.board.chip, self.scene.folder / "chip-copy")
        self.board.start_element()
        self.board.start()
        socket = self.scene.folder / "bus-copy"
        element = self.scene.start("signet-element", "--socket", socket, "--state", self.scene.folder / "chip-copy")
        self.board.wait_for_start(element, socket, "signet-element")
        self.start_other(clone, socket)
        wait_for(lambda: self.audited("identity.duplicated"), "the manager to see one identity twice")
        alarm = self.audited("identity.duplicated")[0]
        self.assertIn("two boards with one identity", alarm["detail"])
        dcn = alarm["subject"]
        self.manager.call("POST", f"/v3/registry/{dcn}/quarantine", {"reason": "two boards"})
        wait_for(lambda: not self.online(), "the quarantine to end the session")
        wait_for(lambda: any("quarantine" in e["detail"] for e in self.audited("gateway.refuse")), "it to be refused")
        self.assertEqual(self.manager.call("GET", f"/v3/registry/{dcn}")["identity"]["state"], "quarantined")
        with self.assertRaises(Refused):
            self.manager.call("POST", f"/v3/registry/{dcn}/quarantine", {"reason": "again"})
        self.manager.call("POST", f"/v3/registry/{dcn}/release", {})
        wait_for(self.online, "a board to be let in again")


if __name__ == "__main__":
    unittest.main()
