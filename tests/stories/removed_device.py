"""A device that its owner removes is gone: its session at once, its readings soon, its unit free for another claim."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run, wait_for  # noqa: E402
from mqtt5 import Client, Closed  # noqa: E402

READINGS = 700  # more than are erased at once


class RemovedDevice(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.base = f"/v3/workspaces/{self.manager.workspace}"

    def signet(self, *arguments):
        environment = {"SIGNET_HOME": str(self.scene.folder / "home"), "SIGNET_API_KEY": self.manager.token}
        done = run(BIN / "signet", "--server", f"https://127.0.0.1:{self.manager.ready['people']}",
                   "--ca", self.manager.ca, *arguments, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def stored(self):
        return len(self.manager.call("GET", f"/v3/timeseries/{self.manager.workspace}/data?size=10000")["result"])

    def test_it_is_closed_at_once_and_all_of_it_follows(self):
        lamp, pump = self.manager.enroll("lamp"), self.manager.enroll("pump")
        here, other = Client(self.manager, lamp), Client(self.manager, pump)
        for number in range(READINGS):
            self.assertEqual(here.publish(f"j/data/{lamp.device}/t", b'{"value": %d}' % number), 0)
        self.assertEqual(other.publish(f"j/data/{pump.device}/t", b'{"value": 1}'), 0)
        wait_for(lambda: self.stored() == READINGS + 1, "the readings")

        self.signet("device", "rm", "lamp", "--yes")
        here.socket.settimeout(5)
        with self.assertRaises((Closed, OSError)):
            while True:
                here.read()
        with self.assertRaises(Closed):
            Client(self.manager, lamp)
        self.assertEqual(self.stored(), 1)
        self.assertEqual(self.manager.status("GET", f"{self.base}/devices/{lamp.device}"), 404)
        self.assertEqual(self.manager.call("GET", f"/v3/registry/{lamp.dcn}")["identity"]["state"], "known")
        self.assertEqual(other.publish(f"j/data/{pump.device}/t", b'{"value": 2}'), 0, "its neighbour goes on")
        self.assertTrue(any(line["action"] == "device.remove" for line in self.manager.audit()))
        for client in (here, other):
            client.socket.close()

        self.manager.kill()  # while it erases, or after
        self.manager.start()
        self.assertIn("pump", self.signet("device", "ls"))
        self.assertEqual(self.manager.status("GET", f"{self.base}/devices/{lamp.device}"), 404)
        self.assertEqual(self.manager.status("POST", f"{self.base}/devices/{lamp.device}/enroll", {"csr": "x"}), 404)

    def test_fleets_and_workspaces_are_renamed_filled_and_removed_when_they_are_empty(self):
        self.signet("workspace", "create", "works")
        works = ("--workspace", "works")
        self.signet("fleet", "create", "north", *works)
        self.signet("device", "create", "lamp", "--fleet", "north", *works)
        self.signet("fleet", "update", "north", "--name", "south", "--description", "by the river", *works)
        self.assertIn("by the river", self.signet("fleet", "ls", *works))
        self.signet("device", "update", "lamp", "--name", "lantern", "--description", "above the door", *works)
        self.assertIn("default", self.signet("device", "move", "lantern", "default", *works))
        self.signet("fleet", "rm", "south", "--yes", *works)
        self.signet("device", "rm", "lantern", "--yes", *works)
        self.signet("workspace", "update", "works", "--name", "old works")
        wait_for(lambda: "old works" not in self.remove("old works"), "the workspace to go")

    def remove(self, workspace):
        """The workspaces that are left; what is left of a device may hold one for a moment."""
        environment = {"SIGNET_HOME": str(self.scene.folder / "home"), "SIGNET_API_KEY": self.manager.token}
        run(BIN / "signet", "--server", f"https://127.0.0.1:{self.manager.ready['people']}", "--ca", self.manager.ca,
            "workspace", "rm", workspace, "--yes", env=environment)
        return self.signet("workspace", "ls")


if __name__ == "__main__":
    unittest.main()
