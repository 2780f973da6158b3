"""An operator copies a manager that serves, loses it, and goes on with the copy."""
import json
import pathlib
import shutil
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run, wait_for  # noqa: E402
from mqtt5 import Client, publish_packet  # noqa: E402

CONFLICT, NOT_FOUND, DAMAGED = 73, 66, 70  # src/base/exit_code.cpp
BEFORE, AFTER = 200, 50


def signetd(*arguments):
    return run(BIN / "signetd", *arguments)


class Backup(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.pump = self.manager.enroll("pump")
        self.copy = self.scene.folder / "monday"

    def publish(self, count):
        client = Client(self.manager, self.pump)
        for number in range(1, count + 1):
            client.send(publish_packet(number, f"j/data/{self.pump.device}/t", b'{"value": %d}' % number))
            self.assertEqual(client.read()[0], 0x40)
        client.close()

    def test_a_copy_of_a_manager_that_serves_takes_its_place(self):
        self.publish(BEFORE)
        wait_for(lambda: len(self.manager.readings(self.pump.device)) == BEFORE, "the readings to be in the database")
        done = signetd("--data", self.manager.data, "backup", self.copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({path.name for path in self.copy.iterdir()}, {"signet.db", "ca.key", "ca.pem", "receipt.key"})
        for path in self.copy.iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0o044 if path.name == "ca.pem" else 0, path.name)
        self.publish(AFTER)  # it still serves
        said = json.loads(signetd("--data", self.copy, "check", "--json").stdout)
        self.assertEqual((said["whole"], said["readings"], said["faults"]), (True, BEFORE, []))
        self.assertGreater(said["audit_entries"], 3)

        self.manager.kill()
        shutil.rmtree(self.manager.data)
        done = signetd("--data", self.manager.data, "restore", self.copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("whole: 1 devices, 200 readings", done.stdout)
        self.manager.start()
        self.publish(AFTER)  # the device knows its manager, and the manager its device
        wait_for(lambda: len(self.manager.readings(self.pump.device)) == BEFORE + AFTER, "the new readings")
        self.assertEqual(self.manager.stop(), 0)

    def test_nothing_is_written_over_and_what_is_not_there_is_named(self):
        self.assertEqual(signetd("--data", self.manager.data, "backup", self.copy).returncode, 0)
        again = signetd("--data", self.manager.data, "backup", self.copy)
        self.assertEqual(again.returncode, CONFLICT)
        self.assertIn("name another folder", again.stderr)
        self.assertEqual(signetd("--data", self.manager.data, "restore", self.copy).returncode, CONFLICT)
        ingest = self.scene.folder / "half" / "ingest"
        ingest.mkdir(parents=True)
        done = signetd("--data", ingest.parent, "restore", self.copy)
        self.assertEqual(done.returncode, CONFLICT)
        self.assertIn("ingest/: move it away", done.stderr)
        for command in (("check",), ("backup", self.scene.folder / "x")):
            done = signetd("--data", self.scene.folder / "none", *command)
            self.assertEqual(done.returncode, NOT_FOUND, done.stderr)

    def test_a_copy_that_was_harmed_is_not_restored(self):
        self.publish(5)
        self.assertEqual(signetd("--data", self.manager.data, "backup", self.copy).returncode, 0)
        with sqlite3.connect(self.copy / "signet.db") as database:
            database.execute("DROP TRIGGER audit_is_not_changed")
            database.execute("UPDATE audit SET actor = 'nobody' WHERE number = 2")
        database.close()
        done = signetd("--data", self.copy, "check")
        self.assertEqual(done.returncode, DAMAGED)
        self.assertIn("FAULT  the audit's entry 2 does not follow", done.stdout)
        done = signetd("--data", self.scene.folder / "new", "restore", self.copy)
        self.assertEqual(done.returncode, DAMAGED)
        self.assertFalse((self.scene.folder / "new").exists())
        with (self.copy / "signet.db").open("r+b") as file:
            file.seek(3 * 4096 + 100)
            file.write(b"\xff" * 3000)
        done = signetd("--data", self.copy, "check")
        self.assertEqual(done.returncode, DAMAGED, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
