"""An element that its owner makes, from its key to a reading at the manager: in a file, a token, a TPM."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import CONNECTED, Board  # noqa: E402
from harness import BIN, PASSWORD, Scene, run, wait_for  # noqa: E402

PROGRAM = CONNECTED + """
agent.publish({"value": 1}, "own")
"""
SECRET = "correct horse battery staple"


class OwnBoard(Board):
    """A board whose element is named; the foundry has no part in it."""

    def start_with(self, element):
        self.console.unlink(missing_ok=True)
        self.process = self.scene.start("signet-board", "--dir", self.folder, "--element", element, "--program",
                                        self.program, **self.environment)
        self.wait_for_start(self.process, self.console, "signet-board")

    environment = {}


class OwnElement(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.secret = self.scene.folder / "secret"
        self.secret.write_text(SECRET + "\n")

    def play(self, element, assurance):
        scene = self.scene
        manager = scene.manager()
        board = OwnBoard(scene, PROGRAM)
        board.operate("--server", f"https://127.0.0.1:{manager.ready['people']}", "--ca", manager.ca, "login",
                      "--email", "ann@example.org", "--password-stdin", input=PASSWORD + "\n", stdin=None)
        made = json.loads(board.operate("--json", "element", "new", element))
        self.assertEqual(made["assurance"], assurance)
        device = json.loads(board.operate("--json", "device", "create", "pump"))
        device = device.get("device", device)["id"]
        csr, certificate = scene.folder / "pump.csr", scene.folder / "pump.pem"
        board.operate("element", "request", element, "-o", csr)
        self.assertEqual(run("openssl", "req", "-in", csr, "-verify", "-noout").returncode, 0)
        board.operate("registry", "enroll", device, "--csr", csr, "-o", certificate)
        board.operate("element", "install", element, "--certificate", certificate)
        board.start_with(element)
        board.operate("device", "claim", device, "--board", board.console)
        reading = wait_for(lambda: manager.readings(device), "a reading: " + scene.log("signet-board"))[0]
        self.assertEqual(reading["tag"], "own")
        self.assertNotIn(SECRET, scene.log("signet-board") + scene.log("signetd"))
        again = run(BIN / "signet", "element", "new", element, env=os.environ | {"SIGNET_HOME": str(scene.folder)})
        self.assertNotEqual(again.returncode, 0, "an identity is never overwritten")

    def test_software(self):
        file = self.scene.folder / "id"
        self.play(f"software:{file}?passphrase-source=file:{self.secret}", "software")

    def test_pkcs11(self):
        tokens, conf = self.scene.folder / "tokens", self.scene.folder / "softhsm2.conf"
        tokens.mkdir()
        conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        done = run("softhsm2-util", "--init-token", "--free", "--label", "bench", "--so-pin", SECRET, "--pin", SECRET)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.play(f"pkcs11:token=bench;object=pump?pin-source=file:{self.secret}", "software")

    def test_tpm(self):
        state, socket = self.scene.folder / "tpm", self.scene.folder / "tpm.sock"
        state.mkdir()
        log = (self.scene.folder / "swtpm.log").open("wb")
        tpm = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--server",
                                f"type=unixio,path={socket}", "--ctrl", f"type=unixio,path={socket}.ctrl", "--flags",
                                "not-need-init,startup-clear"], stdout=log, stderr=log)
        log.close()
        self.scene.programs.append(tpm)
        wait_for(lambda: socket.exists() and pathlib.Path(f"{socket}.ctrl").exists(), "swtpm")
        self.play(f"tpm:swtpm:path={socket}?handle=0x81020300", "emulated")
        # What others see: Debian's own tool reads the same key.
        tool = os.environ | {"TPM2TOOLS_TCTI": f"swtpm:path={socket}"}
        self.assertIn("ecdsa", run("tpm2_readpublic", "-c", "0x81020300", env=tool).stdout)


if __name__ == "__main__":
    unittest.main()
