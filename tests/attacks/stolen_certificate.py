"""A genuine certificate in the hands of someone without its key. Certificates are no secret: the batch's manifest holds
each of them, and whoever sees a TLS 1.2 handshake can copy one. The proof of possession must stop the thief.
"""
import base64
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import PUBLISHING, Board  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402


def certificates_of(manifest):
    """The x5c of the manifest's first unit, as PEM."""
    payload = json.loads(manifest.read_text())[0]["payload"]
    unit = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return "".join(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"
                   for text in unit["publicKeySet"]["keys"][0]["x5c"])


class StolenCertificate(unittest.TestCase):
    def test_the_owner_is_let_in_and_the_thief_is_not_with_tls_1_2(self):
        self.play("1.2")

    def test_the_owner_is_let_in_and_the_thief_is_not_with_tls_1_3(self):
        self.play("1.3")

    def play(self, version):
        with Scene() as scene:
            manager = scene.manager()
            board = Board(scene, PUBLISHING)
            board.start_element()
            board.make()
            board.start()
            board.claim(manager)
            wait_for(lambda: manager.readings(board.device), "the owner's readings")
            stored = len(manager.readings(board.device))
            self.assertEqual(self.refusals(manager), [])

            stolen = scene.folder / "stolen.pem"
            stolen.write_text(certificates_of(board.manifest))
            thief = run(BIN / "impostor", "--port", manager.port, "--ca", manager.ca, "--chain", stolen,
                        "--tls", version)
            self.assertEqual(thief.returncode, 0, thief.stdout + thief.stderr)
            self.assertIn("refused: ", thief.stdout)

            line, = self.refusals(manager)
            self.assertFalse(line["allowed"])
            self.assertEqual(line["subject"], self.dcn_of(manager))
            self.assertEqual(line["detail"], "the peer does not hold the key of the certificate it showed")
            self.assertIn("127.0.0.1:", line["address"])
            wait_for(lambda: len(manager.readings(board.device)) > stored, "the owner, not disturbed")

    def dcn_of(self, manager):
        return next(line["detail"] for line in manager.audit() if line["action"] == "device.claim")

    def refusals(self, manager):
        return [line for line in manager.audit() if line["action"] == "gateway.refuse"]


if __name__ == "__main__":
    unittest.main()
