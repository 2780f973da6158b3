"""The element's key, behind an OpenSSL provider, in handshakes with a real manager: under TLS 1.2 and under 1.3."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import PUBLISHING, Board, kill  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402


class ElementTls(unittest.TestCase):
    def test_a_board_publishes_under_each_version(self):
        with Scene() as scene:
            manager = scene.manager()
            board = Board(scene, PUBLISHING)
            board.start_element()
            board.make()
            board.start("--tls-max", "1.2")
            board.claim(manager)
            for version in ("1.2", "1.3"):
                wait_for(lambda: self.tls_of_latest_session(scene) == "TLSv" + version, f"a session over TLS {version}")
                stored = len(manager.readings(board.device))
                wait_for(lambda: len(manager.readings(board.device)) > stored, f"readings over TLS {version}")
                kill(board.process)
                board.start()  # its own choice: the newest

    def test_an_older_version_is_not_spoken(self):
        refused = run(BIN / "signet-board", "--dir", "x", "--element", "unix:x", "--program", __file__,
                      "--tls-max", "1.1")
        self.assertEqual(refused.returncode, 64, refused.stderr)
        self.assertIn("--tls-max: 1.1 not in", refused.stderr)

    def tls_of_latest_session(self, scene):
        events = (json.loads(line) for line in scene.log("signetd").splitlines() if line.startswith("{"))
        return "".join([event["tls"] for event in events if event["event"] == "device.connected"][-1:])


if __name__ == "__main__":
    unittest.main()
