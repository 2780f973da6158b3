"""Fifty times kill -9 of signetd while devices publish: every reading that was acknowledged is stored, once.

Each device keeps up to 48 readings unacknowledged and sends those again, with the same device time, on its next
connection. The manager dies in the middle of such a burst, at a place that a seed chooses: while it writes its ingest
logs, while it moves readings from there into the store, or just after it has begun. The number of its loops changes on
the way, so that logs are left whose loops are no more.
"""
import datetime
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Scene  # noqa: E402
from mqtt5 import Client, Closed, publish_packet  # noqa: E402

KILLS = 50
DEVICES = 3
WINDOW = 48  # the manager allows 64
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def device_time(number):
    return (START + datetime.timedelta(microseconds=number)).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Publisher:
    """Sends reading 0, 1, 2, ... and remembers which of them the manager has acknowledged."""

    def __init__(self, manager, identity):
        self.manager, self.identity = manager, identity
        self.next, self.pending, self.acknowledged, self.sent_again = 0, set(), set(), 0

    def connect(self):
        self.client = Client(self.manager, self.identity)
        for number in sorted(self.pending):
            self.send(number)
        self.sent_again += len(self.pending)

    def send(self, number):
        payload = b'{"value": %d}' % number
        topic = f"j/data/{self.identity.device}/test"
        self.client.send(publish_packet(number % 65535 + 1, topic, payload, device_time(number)))

    def fill(self):
        while len(self.pending) < WINDOW:
            self.pending.add(self.next)
            self.send(self.next)
            self.next += 1

    def take_one(self):
        packet_id, reason = self.client.read_puback()
        assert reason == 0, f"PUBACK 0x{reason:02x}"
        self.pending.discard(packet_id - 1)
        self.acknowledged.add(packet_id - 1)

    def take_rest(self):
        """What was on its way when the manager died has been acknowledged, too."""
        try:
            while self.pending:
                self.take_one()
        except Closed:
            pass


class KillNine(unittest.TestCase):
    def test_every_acknowledged_reading_is_stored_once(self):
        chance = random.Random(9)
        with Scene() as scene:
            manager = scene.manager()
            settings = scene.folder / "settings"
            publishers = [Publisher(manager, manager.enroll(f"publisher-{i}")) for i in range(DEVICES)]
            for publisher in publishers:
                publisher.connect()
            for kill in range(KILLS):
                for _ in range(chance.randint(0, 60)):
                    for publisher in publishers:
                        publisher.fill()
                        publisher.take_one()
                for publisher in publishers:
                    publisher.fill()
                manager.kill()
                for publisher in publishers:
                    publisher.take_rest()
                    publisher.client.close()
                settings.write_text(f"loops = {1 + kill % 3}\n")
                manager.start("--config", settings)
                for publisher in publishers:
                    publisher.connect()
            for publisher in publishers:
                publisher.take_rest()
                publisher.client.close()

            for publisher in publishers:
                stored = [datum["payload"]["value"] for datum in manager.readings(publisher.identity.device)]
                print(f"{KILLS} kills: {len(publisher.acknowledged)} acknowledged, {publisher.sent_again} sent again, "
                      f"{len(stored)} stored")
                self.assertGreater(publisher.sent_again, KILLS)  # else no kill came while something was on its way
                self.assertEqual(publisher.acknowledged, set(range(publisher.next)))
                self.assertEqual(stored, list(range(publisher.next)))
            self.assertNotIn("ingest.damaged", scene.log("signetd"))
            self.assertNotIn("ingest.lost", scene.log("signetd"))
            self.assertEqual(manager.stop(), 0)


if __name__ == "__main__":
    unittest.main()
