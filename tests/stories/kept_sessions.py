"""A device's session outlives kill -9 of signetd, in the middle of a QoS 2 exchange and of a message to the device.

Readings of QoS 2 carry no time of their own, so only their packet ids keep them from being stored twice.
"""
import pathlib
import random
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Scene, wait_for  # noqa: E402
from mqtt5 import Client, Closed, packet, text  # noqa: E402

KILLS = 8
WINDOW = 24
KEEP = 3600  # seconds
WILL_DELAY = 6  # seconds: the manager is killed and started, and one device back, before
PUBREC, PUBREL, PUBCOMP = 0x50, 0x62, 0x70


class Exactly:
    """Sends reading 0, 1, 2, ... at QoS 2 and remembers, as the standard wants it, how far each has come."""

    def __init__(self, manager, identity):
        self.manager, self.identity = manager, identity
        self.next, self.last_id, self.published, self.released, self.done = 0, 0, {}, {}, set()
        self.sent_again = 0

    def connect(self):
        self.client = Client(self.manager, self.identity, keep=KEEP)
        for packet_id, number in self.published.items():
            self.publish(packet_id, number, dup=True)
        for packet_id in self.released:
            self.client.send(packet(PUBREL, struct.pack(">H", packet_id)))
        self.sent_again += len(self.published) + len(self.released)

    def publish(self, packet_id, number, dup=False):
        head = text(f"j/data/{self.identity.device}/twice") + struct.pack(">H", packet_id) + b"\x00"
        self.client.send(packet(0x3C if dup else 0x34, head + b'{"value": %d}' % number))

    def fill(self):
        while len(self.published) + len(self.released) < WINDOW:
            self.last_id = self.last_id % 65535 + 1
            self.published[self.last_id] = self.next
            self.publish(self.last_id, self.next)
            self.next += 1

    def take_one(self, answers=True):
        kind, body = self.client.read()
        packet_id = struct.unpack(">H", body[:2])[0]
        reason = body[2] if len(body) > 2 else 0
        if kind == PUBREC:
            assert reason == 0, f"PUBREC 0x{reason:02x}"
            if packet_id in self.published:
                self.released[packet_id] = self.published.pop(packet_id)
            if answers:
                self.client.send(packet(PUBREL, body[:2]))
        elif kind == PUBCOMP:  # 0x92: the one that said so first was lost
            assert reason in (0, 0x92), f"PUBCOMP 0x{reason:02x}"
            self.done.add(self.released.pop(packet_id))
        else:
            raise Closed(f"packet 0x{kind:02x}")

    def take_rest(self, answers):
        """What was on its way when the manager died."""
        try:
            while self.published or self.released:
                self.take_one(answers)
        except Closed:
            pass


class KeptSessions(unittest.TestCase):
    def test_a_reading_of_qos_2_is_stored_once_whenever_the_manager_dies(self):
        chance = random.Random(12)
        with Scene() as scene:
            manager = scene.manager()
            device = Exactly(manager, manager.enroll("exactly"))
            device.connect()
            self.assertFalse(device.client.session_present)
            for _ in range(KILLS):
                for _ in range(chance.randint(10, 80)):
                    device.fill()
                    device.take_one()
                device.fill()
                manager.kill()
                device.take_rest(answers=False)
                device.client.close()
                manager.start()
                device.connect()
                self.assertTrue(device.client.session_present)
            device.take_rest(answers=True)
            device.client.close()
            stored = [datum["payload"]["value"] for datum in manager.readings(device.identity.device)]
            print(f"{KILLS} kills: {device.next} readings, {device.sent_again} packets sent again, "
                  f"{len(stored)} stored")
            self.assertGreater(device.sent_again, KILLS)
            self.assertEqual(device.done, set(range(device.next)))
            self.assertEqual(sorted(stored), list(range(device.next)))
            self.assertEqual(manager.stop(), 0)

    def test_a_message_to_a_device_is_sent_again_after_the_manager_died(self):
        with Scene() as scene:
            manager = scene.manager()
            identity = manager.enroll("listener")
            client = Client(manager, identity, keep=KEEP)
            topic = text(f"j/dn/{identity.device}")
            client.send(packet(0x82, b"\x00\x01\x00" + topic + b"\x01"))
            self.assertEqual(client.read(), (0x90, b"\x00\x01\x00\x01"))
            client.send(packet(0x30, text(f"j/up/{identity.device}") + b"\x00" + b'{"key": "#status", "value": null}'))
            kind, first = client.read()
            self.assertEqual(kind, 0x32)  # and no PUBACK from us
            manager.kill()
            client.close()
            manager.start()

            client = Client(manager, identity, keep=KEEP)
            self.assertTrue(client.session_present)
            again = client.read()
            self.assertEqual(again, (0x3A, first), "DUP, the same packet id and payload; not subscribed again")
            client.send(packet(0x40, first[len(topic):len(topic) + 2]) + b"\xc0\x00")
            self.assertEqual(client.read()[0], 0xD0)
            client.send(b"\xe0\x00")
            client.close()
            client = Client(manager, identity, keep=KEEP)
            self.assertTrue(client.session_present)
            client.send(b"\xc0\x00")
            self.assertEqual(client.read()[0], 0xD0, "it was acknowledged: nothing comes again")
            client.close()
            manager.stop()

    def test_a_will_that_waits_outlives_the_manager_and_who_is_back_in_time_has_not_died(self):
        with Scene() as scene:
            manager = scene.manager()
            gone, back, cut = manager.enroll("gone"), manager.enroll("back"), manager.enroll("cut")

            def come(identity, delay, keep):
                will = (f"j/data/{identity.device}/will", b'{"value": "gone"}', delay)
                client = Client(manager, identity, keep=keep, will=will)
                client.send(b"\xc0\x00")
                self.assertEqual(client.read()[0], 0xD0)
                return client

            for identity in (gone, back):
                come(identity, WILL_DELAY, KEEP).close()
            connected = come(cut, 0, 0)
            wait_for(lambda: str(manager.audit()).count("device.disconnect") == 2, "both to have left")
            manager.kill()
            connected.close()
            manager.start()
            client = Client(manager, back, keep=KEEP)
            self.assertTrue(client.session_present)
            for identity in (gone, cut):  # who was there until the manager died could not say goodbye either
                wait_for(lambda device=identity.device: manager.readings(device), "the will")
                self.assertEqual([datum["payload"] for datum in manager.readings(identity.device)], [{"value": "gone"}])
            self.assertEqual(manager.readings(back.device), [])
            client.close()
            self.assertEqual(manager.stop(), 0)


if __name__ == "__main__":
    unittest.main()
