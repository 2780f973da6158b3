"""A manager gets another CA: boards and people follow by themselves, and the former CA is believed no more."""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import PUBLISHING, Board  # noqa: E402
from harness import BIN, PASSWORD, Scene, run, wait_for  # noqa: E402

CONFLICT = 73  # src/base/exit_code.cpp


class RotateCa(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.board = Board(self.scene, PUBLISHING)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.board.claim(self.manager)
        wait_for(self.board_publishes, "the board to publish")

    def rotate(self, *options, code=0):
        done = run(BIN / "signetd", "--data", self.manager.data, "rotate-ca", *options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def board_publishes(self):
        """Since it was asked last."""
        before = getattr(self, "seen", 0)
        self.seen = len(self.manager.readings(self.board.device))
        return self.seen > before

    def trusted(self):
        endpoint = json.loads((self.board.folder / "endpoint.json").read_text())
        return endpoint["ca"], endpoint.get("next_ca", "")

    def start_again(self):
        """Where the board and the operator know it."""
        self.manager.start(same_ports=True)

    def test_boards_and_people_follow_and_the_former_ca_is_over(self):
        first = (self.manager.data / "ca.pem").read_text()
        self.manager.stop()
        self.assertIn("The CA that will follow", self.rotate())
        second = (self.manager.data / "ca-next.pem").read_text()
        self.assertIn("0 of 1 devices", self.rotate())
        self.assertIn("0 of 1 devices", self.rotate("--finish", code=CONFLICT))
        self.assertEqual((self.manager.data / "ca.pem").read_text(), first, "nothing was done")

        self.start_again()
        wait_for(self.board_publishes, "the board to come back")
        wait_for(lambda: "1 of 1 devices" in self.rotate(), "the board to say that it trusts the next CA")
        self.assertEqual(self.trusted(), (first, second))
        state = json.loads(self.rotate("--json"))
        self.assertEqual((state["devices"], state["trusting"], state["others"]), (1, 1, []))
        self.board.operate("login", "--email", "ann@example.org", "--password-stdin", input=PASSWORD + "\n", stdin=None)
        former = self.scene.folder / "former"
        self.assertNotEqual(run(BIN / "signetd", "--data", self.manager.data, "rotate-ca", "--finish").returncode, 0,
                            "a manager that serves keeps its CA")
        self.manager.stop()
        shutil.copytree(self.manager.data, former)

        self.assertIn("The CA is now", self.rotate("--finish"))
        self.assertEqual((self.manager.data / "ca.pem").read_text(), second)
        self.assertEqual(list(self.manager.data.glob("ca-next*")), [])
        self.start_again()
        wait_for(self.board_publishes, "the board to publish to the manager with the new CA")
        wait_for(lambda: self.trusted() == (second, ""), "the board to let the former CA go")
        self.assertIn("pump", self.board.operate("device", "ls"), "the operator follows too")
        actions = [entry["action"] for entry in self.manager.audit()]
        self.assertIn("manager.prepare_ca", actions)
        self.assertIn("manager.change_ca", actions)
        self.assertEqual(self.board.operate("audit", "verify").count("whole"), 1)

        self.manager.stop()  # whoever has the former key poses as the manager
        self.manager.data = former
        self.start_again()
        wait_for(lambda: "not from the CA that is trusted here" in self.scene.log("signet-board"), "it to be refused")
        base = f"/v3/workspaces/{self.manager.workspace}/devices/{self.board.device}"
        self.assertFalse(self.manager.call("GET", base)["device"]["online"])


if __name__ == "__main__":
    unittest.main()
