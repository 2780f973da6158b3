"""The disk under a running manager is full: what it cannot keep it refuses, so the device still has it; the manager
stays up, and goes on by itself once there is room. In the end it has stored what it acknowledged, no more, no less.

The disk is a small tmpfs, mounted where nobody else sees it: in user and mount namespaces of our own.
"""
import datetime
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Refused, Scene, as_root_of_own_namespaces, run, wait_for  # noqa: E402
from mqtt5 import Client, publish_packet  # noqa: E402

DISK_BYTES, ROOM_BYTES = 8 << 20, 256 << 10  # all of it, and what is left when the publishing begins
KEPT, QUOTA_EXCEEDED = 0x00, 0x97
BURST = 16
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class Publisher:
    """Numbers its readings, and remembers what the manager said of each."""

    def __init__(self, manager, identity):
        self.client, self.topic = Client(manager, identity), f"j/data/{identity.device}/test"
        self.next, self.kept, self.refused, self.reasons = 0, set(), set(), set()

    def burst(self):
        """The reasons of BURST readings that are on their way together."""
        numbers = range(self.next, self.next + BURST)
        self.next += BURST
        for number in numbers:
            at = (START + datetime.timedelta(milliseconds=number)).isoformat(timespec="microseconds")
            payload = b'{"value": %d, "filling": "%s"}' % (number, b"x" * 1000)
            self.client.send(publish_packet(number + 1, self.topic, payload, at.replace("+00:00", "Z")))
        reasons = set()
        for _ in numbers:
            packet_id, reason = self.client.read_puback()
            (self.kept if reason == KEPT else self.refused).add(packet_id - 1)
            reasons.add(reason)
        self.reasons |= reasons
        return reasons


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        disk = self.scene.folder / "data"
        disk.mkdir()
        done = run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "none", disk)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(run, "umount", "--lazy", disk)
        self.disk, self.ballast = disk, disk / "ballast"

    def free_bytes(self):
        disk = os.statvfs(self.disk)
        return disk.f_bavail * disk.f_frsize

    def refusal_of_a_new_device(self, manager):
        """None while there is room for so little."""
        try:
            manager.call("POST", f"/v3/workspaces/{manager.workspace}/devices", {"name": "one more"})
        except Refused as refusal:
            return refusal
        return None

    def stored(self, manager, identity):
        return [reading["payload"]["value"] for reading in manager.readings(identity.device)]

    def test_readings_are_refused_not_dropped_and_it_recovers_by_itself(self):
        manager = self.scene.manager()
        device = manager.enroll("publisher")
        publisher = Publisher(manager, device)
        self.addCleanup(publisher.client.close)
        self.assertEqual(publisher.burst(), {KEPT})

        self.ballast.write_bytes(bytes(self.free_bytes() - ROOM_BYTES))
        wait_for(lambda: publisher.burst() != {KEPT}, "the disk to be full")
        wait_for(lambda: publisher.burst() == {QUOTA_EXCEEDED}, "not even a few readings to fit")
        for _ in range(5):  # it stays so, on the same connection
            self.assertIn(QUOTA_EXCEEDED, publisher.burst())
        self.assertLessEqual(publisher.reasons, {KEPT, QUOTA_EXCEEDED})
        self.assertEqual(set(self.stored(manager, device)), publisher.kept, "people are still answered")
        refusal = wait_for(lambda: self.refusal_of_a_new_device(manager), "a new device to be refused, too")
        self.assertEqual(refusal.status, 429, refusal)

        self.ballast.unlink()
        wait_for(lambda: publisher.burst() == {KEPT}, "the manager to go on by itself")
        self.assertEqual(self.stored(manager, device), sorted(publisher.kept))
        self.assertTrue(manager.enroll("one more").device)
        log = self.scene.log("signetd")  # a line when it begins, and one when it is over
        self.assertGreaterEqual(log.count('"telemetry.not_kept"'), 1)
        self.assertEqual(log.count('"telemetry.not_kept"'), log.count('"telemetry.recovered"'))

        publisher.client.close()
        manager.kill()
        manager.start()
        self.assertEqual(self.stored(manager, device), sorted(publisher.kept), "and it is all on the disk")
        self.assertEqual(manager.stop(), 0)
        print(f"{publisher.next} sent: {len(publisher.kept)} acknowledged and stored, {len(publisher.refused)} refused")


if __name__ == "__main__":
    as_root_of_own_namespaces("--mount")
    unittest.main()
