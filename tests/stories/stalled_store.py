"""The store stalls: another program holds the database's lock for some seconds while devices publish. They are
acknowledged all the while, for the ingest log has what they say; in the end what was acknowledged is stored, each once.

SIGNET_STALL_SECONDS says how long (5); the promise is for 30 and more.
"""
import datetime
import os
import pathlib
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Refused, Scene, wait_for  # noqa: E402
from mqtt5 import Client, publish_packet  # noqa: E402

STALL_SECONDS = float(os.environ.get("SIGNET_STALL_SECONDS", "5"))
BURST = 16
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class Publisher:
    """Numbers its readings; stamps them itself, or has them stamped by the manager."""

    def __init__(self, manager, identity, stamps):
        self.client, self.identity, self.stamps, self.next = Client(manager, identity), identity, stamps, 0

    def burst(self):
        """How long the slowest of BURST acknowledgements took."""
        began, slowest = time.monotonic(), 0.0
        for number in range(self.next, self.next + BURST):
            at = (START + datetime.timedelta(milliseconds=number)).isoformat(timespec="microseconds")
            self.client.send(publish_packet(number % 65535 + 1, f"j/data/{self.identity.device}/test",
                                            b'{"value": %d}' % number,
                                            at.replace("+00:00", "Z") if self.stamps else None))
        self.next += BURST
        for _ in range(BURST):
            _, reason = self.client.read_puback()
            assert reason == 0, f"PUBACK 0x{reason:02x}"
            slowest = max(slowest, time.monotonic() - began)
        return slowest


class StalledStore(unittest.TestCase):
    def test_acknowledgements_keep_coming_and_nothing_is_lost_or_doubled(self):
        with Scene() as scene:
            manager = scene.manager()
            publishers = [Publisher(manager, manager.enroll("stamps"), True),
                          Publisher(manager, manager.enroll("has-no-clock"), False)]
            for publisher in publishers:
                publisher.burst()
            other = sqlite3.connect(manager.data / "signet.db", isolation_level=None, timeout=30)
            other.execute("BEGIN IMMEDIATE")  # as a backup or a maintenance job may
            end = time.monotonic() + STALL_SECONDS
            slowest = 0.0
            while time.monotonic() < end:
                slowest = max(slowest, *(publisher.burst() for publisher in publishers))
            with self.assertRaises(Refused) as refusal:
                manager.readings(publishers[0].identity.device)
            self.assertEqual(refusal.exception.status, 503, "no answer rather than a part of it")
            self.assertIn('"ingest.not_moved"', scene.log("signetd"))
            other.execute("ROLLBACK")
            other.close()
            wait_for(lambda: '"ingest.moving_again"' in scene.log("signetd"), "the manager to go on by itself")
            for publisher in publishers:
                publisher.burst()
                publisher.client.close()
                stored = [datum["payload"]["value"] for datum in manager.readings(publisher.identity.device)]
                self.assertEqual(stored, list(range(publisher.next)))
                print(f"{publisher.next} acknowledged in a stall of {STALL_SECONDS:g} s, the slowest after "
                      f"{slowest * 1000:.0f} ms; all stored, each once, in their order")
            self.assertLess(slowest, min(STALL_SECONDS, 5.0), "no acknowledgement waited for the store")
            manager.kill()
            manager.start()
            for publisher in publishers:
                self.assertEqual(len(manager.readings(publisher.identity.device)), publisher.next)
            self.assertEqual(manager.stop(), 0)


if __name__ == "__main__":
    unittest.main()
