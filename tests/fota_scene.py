"""A manager, a claimed board that boots from its flash, and updates that the manager rolls out to it."""
import json
import unittest

from firmware_scene import FlashBoard, Release
from harness import Scene, wait_for

TRIAL_LIMIT = 12  # seconds; a board connects within two
PROGRAM = """
from networking import wifi
from zdm import zdm

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start(wait_working=0)
while True:
    sleep(1000)
"""
def ballast(size, seed):
    """Text that makes an image large, other for each seed."""
    return {"resources/ballast.txt": "".join(f"{seed} {i}\n" for i in range(size // 8))}


class FotaScene(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.manager = self.scene.manager()
        self.board = FlashBoard(self.scene)
        self.board.start_element()
        self.board.make()
        self.release = Release(self.scene.folder)
        first = self.release.application("1.0.0", PROGRAM, counter=1)
        done = self.board.firmware("flash", "--key", self.release.public, self.release.os(counter=1), first)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.board.start("--trial-limit", TRIAL_LIMIT)
        self.board.claim(self.manager)
        self.board.operate("firmware", "create", "lamp")
        self.told("Factory")

    def told(self, firmware):
        wait_for(lambda: self.board.identify()["firmware"] == firmware, f"the board to say {firmware!r}")

    def schedule(self, version, *images):
        self.board.operate("firmware", "upload", "lamp", version, *images)
        self.board.operate("fota", "schedule", self.board.device, "lamp", version)

    def update(self):
        return json.loads(self.board.operate("--json", "fota", "check", self.board.device))["fota"]

    def ends(self, status):
        wait_for(lambda: self.update()["status"] not in ("pending", "waiting"), "the update to end")
        update = self.update()
        self.assertEqual(update["status"], status, update)
        return update["detail"]

    def version(self):
        known = self.board.identify()
        return known["boot"], known["version"]
