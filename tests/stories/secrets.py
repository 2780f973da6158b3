"""Secrets from the owner's prompt to the program: sealed on the way, and gone with the owner."""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402

PASSWORD, API_KEY = "open sesame and quickly", "sk-0123456789abcdef"
# Notes what it met, in its own folder.
PROGRAM = """
import os
from networking import wifi
from crypto import secret

def note(*words):
    with open("notes", "a") as file:
        print(*words, file=file)
        file.flush()
        os.fsync(file.fileno())

try:
    wifi.configure()
    wifi.start()
    note("joined", wifi.info()[0])
    note("key", len(secret.get("api.key")), secret.names())
    secret.get("wifi.password")
except Exception as error:
    note(type(error).__name__, error)
while True:
    sleep(1000)
"""


class Secrets(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.board = Board(self.scene, PROGRAM)
        self.board.start_element()
        self.board.make()
        self.board.folder.mkdir(mode=0o700, exist_ok=True)
        (self.board.folder / "radio.conf").write_text(f"Owners = {PASSWORD}\n")
        self.board.start()

    def secret(self, *arguments, value=None, ok=True):
        options = {"input": value, "stdin": None} if value is not None else {}
        done = run(BIN / "signet", "secret", *arguments, "--board", self.board.console, **options)
        self.assertEqual(done.returncode == 0, ok, done.stderr)
        return done.stdout if ok else done.stderr

    def set_all(self):
        for name, value in (("wifi.ssid", "Owners"), ("wifi.password", PASSWORD), ("api.key", API_KEY)):
            self.secret("set", name, "--file", "-", value=value + "\n")

    def said(self, text):
        notes = self.board.own / "notes"
        return wait_for(lambda: notes.exists() and text in notes.read_text(), f"the program to note {text!r}")

    def test_a_program_joins_the_owners_network_and_uses_a_key(self):
        self.said("WifiException")
        self.set_all()
        self.assertEqual(self.secret("ls").split(), ["api.key", "wifi.password", "wifi.ssid"])
        self.board.process.terminate()
        self.board.process.wait()
        self.board.start()
        self.said("joined True")
        self.said(f"key {len(API_KEY)} ['api.key']")
        self.said("KeyError 'the secret \"wifi.password\" is the board\\'s alone'")

    def test_no_file_of_the_board_shows_one(self):
        self.set_all()
        for path in [*self.board.folder.rglob("*"), self.board.chip]:
            if path.is_file() and path.name != "radio.conf":
                content = path.read_bytes()
                for value in (PASSWORD, API_KEY):
                    self.assertNotIn(value.encode(), content, path)
        for name in ("signet-board", "signet-element"):
            for value in (PASSWORD, API_KEY):
                self.assertNotIn(value, self.scene.log(name))

    def test_they_end_with_the_owner(self):
        manager = self.scene.manager()
        self.board.claim(manager)
        closed = run(BIN / "signet", "secret", "ls", "--board", self.board.console)
        self.assertIn("console is closed", closed.stderr)
        with self.board.jumper():
            self.set_all()
        copy = (self.board.folder / "secrets").read_bytes()
        self.refuses_to_be_unclaimed(manager)
        with self.board.jumper():
            self.board.operate("device", "unclaim", self.board.device, "--board", self.board.console)
        self.assertIn("No secrets", self.secret("ls"))
        (self.board.folder / "secrets").write_bytes(copy)
        self.assertIn("earlier owner", self.secret("ls", ok=False))
        self.secret("rm", "--all")
        self.assertEqual(json.loads(self.secret("ls", "--json")), {"names": []})

    def refuses_to_be_unclaimed(self, manager):
        """Without its jumper; and the manager was not told before the board had agreed."""
        environment = os.environ | {"SIGNET_HOME": str(self.scene.folder / "operator")}
        words = ("device", "unclaim", self.board.device, "--board", self.board.console)
        done = run(BIN / "signet", *words, env=environment)
        self.assertIn("Set the board's jumper", done.stderr)
        devices = manager.call("GET", f"/v3/workspaces/{manager.workspace}/devices")["devices"]
        self.assertEqual([len(one["identities"]) for one in devices], [1])


if __name__ == "__main__":
    unittest.main()
