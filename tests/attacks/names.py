"""A genuine device reaches for what is not its own: other devices' ids, topics, messages and last words (MQTT 5.0)."""
import contextlib
import pathlib
import sqlite3
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks, wait_for  # noqa: E402
from mqtt5 import Client, Closed, packet, publish_packet, text  # noqa: E402

REFUSED = 0x80  # and above
FILTERS_IN_A_BOMB = 5000
BOMB_SILENCE = 2.0  # seconds: one read of a few hundred SUBSCRIBE costs more than that of the rate
RATE, BURST, SUBSCRIBE_COST = 200, 1000, 10  # publishes_per_second and publish_burst by default; gateway/session.h
READ_BYTES = 64 << 10  # what one read takes in before the rate is looked at (net/loop.h)
WILLS = 50
STORE_BYTES = 2 << 20  # a new one takes a fifth of it, fifty wills one and a half


def raw_text(data):
    return struct.pack(">H", len(data)) + data


def publish_raw(topic, payload=b'{"value": 666}'):
    return packet(0x32, raw_text(topic) + struct.pack(">H", 1) + b"\x00" + payload)


def subscribe_raw(*filters):
    return packet(0x82, struct.pack(">H", 1) + b"\x00" + b"".join(raw_text(name) + b"\x01" for name in filters))


def connect_with_will(client_id, topic, payload, user="", qos=1, delay=None):
    """With a `delay` in seconds the session is to live as long as may be."""
    flags = (0x06 if delay is None else 0x04) | qos << 3 | (0x80 if user else 0)
    session = b"\x00" if delay is None else b"\x05\x11\xff\xff\xff\xff"
    waits = b"\x00" if delay is None else b"\x05\x18" + struct.pack(">I", delay)
    body = text("MQTT") + bytes([5, flags]) + struct.pack(">H", 60) + session + text(client_id)
    body += waits + text(topic) + struct.pack(">H", len(payload)) + payload + (text(user) if user else b"")
    return packet(0x10, body)


class Names(Siege):
    devices = ("live", "rogue", "victim")

    def answer_to(self, data, client=None):
        """The reason code of the manager's answer; REFUSED when it ended the connection instead."""
        client = client or self.client(self.rogue)
        client.send(data)
        try:
            kind, body = client.read()
        except Closed:
            return REFUSED
        if kind == 0xE0:
            return body[0] if body else 0
        if kind == 0x90:  # SUBACK: the best of its codes
            return min(body[3:])
        return body[2] if len(body) > 2 else 0

    def test_a_foreign_client_id(self):
        for name in (self.victim.device, self.victim.device.upper(), self.rogue.device + "\x00", "#", "x" * 60_000):
            with self.assertRaisesRegex(Closed, "CONNACK 0x8[1-5]|DISCONNECT|ended|reset"):
                Client(self.manager, self.rogue, client_id=name)

    def test_topics_that_escape(self):
        own, theirs = self.rogue.device.encode(), self.victim.device.encode()
        escapes = [
            b"j/data/#", b"j/data/+", b"j/data/+/x", b"#", b"+", b"$SYS/broker", b"$share/g/j/data/" + theirs, b"",
            b"/", b"j", b"j/", b"j/data", b"j/data/", b"j/up", b"j/up/", b"j/dn/" + own, b"j/dn/" + theirs,
            b"j/data/" + theirs, b"j/data/" + theirs + b"/x", b"j/up/" + theirs, b"j/data//" + theirs,
            b"/j/data/" + own + b"/x", b"J/DATA/" + own + b"/x", b" j/data/" + own + b"/x", b"j/data/" + own + b"x/x",
            b"j/data/" + own + b"/#", b"j/data/" + own + b"/+/x", b"j/data/" + own + b"/", b"j/up/" + own + b"/x",
            b"j/data/" + own + b"/a\x00b", b"j/data/" + own + b"\x00/" + theirs, b"j/data/" + own + b"/\xc0\xaf",
            b"j/data/" + own + b"/\xe0\x80\xaf", b"j/data/" + own + b"/\xed\xa0\x80", b"j/data/" + own + b"/\xff",
            b"j/data/" + own + b"/a\nb", b"j/data/" + own + b"/" + b"x" * 60_000]
        for topic in escapes:
            with self.subTest(topic[:60]):
                self.assertGreaterEqual(self.answer_to(publish_raw(topic)), REFUSED)
        self.assertEqual(self.manager.readings(self.victim.device), [])

    def test_a_tag_with_dots_stays_below_its_own_device(self):
        topic = f"j/data/{self.rogue.device}/../{self.victim.device}/x"
        self.answer_to(publish_raw(topic.encode()))
        self.assertEqual(self.manager.readings(self.victim.device), [])

    def test_filters_that_listen_to_others(self):
        victim, own = self.victim.device.encode(), self.rogue.device.encode()
        filters = [b"#", b"+/+/+", b"j/#", b"j/dn/#", b"j/dn/+", b"j/dn/" + victim, b"j/dn/" + victim + b"/#",
                   b"$SYS/#", b"$share/g/j/dn/" + victim, b"$share/g/#", b"j/data/" + victim + b"/#", b"j/up/" + victim,
                   b"", b"j/dn/" + own + b"/../" + victim, b"j/dn/" + own + b"\x00", b"j/dn/\xc0\xaf", b"j/+/" + victim]
        for name in filters:
            with self.subTest(name):
                self.assertGreaterEqual(self.answer_to(subscribe_raw(name)), REFUSED)
        try:
            eavesdropper = self.client(self.rogue)
            eavesdropper.send(subscribe_raw(*filters[:8]))
            eavesdropper.read()
        except Closed:
            return  # it is out
        victim_client = self.client(self.victim)
        victim_client.send(subscribe_raw(b"j/dn/" + victim))
        victim_client.read()
        victim_client.send(publish_packet(2, f"j/up/{self.victim.device}", b'{"key": "#now", "value": null}'))
        kinds = {victim_client.read()[0] >> 4 for _ in range(2)}
        self.assertIn(3, kinds, "the victim itself was not answered")
        self.assertEqual(self.answer_to(b"\xc0\x00", eavesdropper), 0)  # PINGRESP, and no PUBLISH before it

    def test_a_subscription_bomb_in_one_packet(self):
        filters = [f"j/dn/{self.rogue.device}/{number}".encode() for number in range(FILTERS_IN_A_BOMB)]
        self.assertGreaterEqual(self.answer_to(subscribe_raw(*filters)), REFUSED)

    def test_a_subscription_bomb_in_many_packets(self):
        """Each costs the device as much of its rate as a commit: it is slowed down, and nobody else."""
        client, begun = self.client(self.rogue), time.monotonic()
        for number in range(1000, 1000 + FILTERS_IN_A_BOMB):
            client.send(subscribe_raw(f"j/dn/{self.rogue.device}/{number}".encode()))
        one = len(subscribe_raw(f"j/dn/{self.rogue.device}/1000".encode()))
        client.socket.settimeout(BOMB_SILENCE)
        answered = 0
        try:
            while answered < FILTERS_IN_A_BOMB:
                self.assertEqual(client.read()[0], 0x90)
                answered += 1
        except Closed:
            pass
        within_rate = (BURST + RATE * (time.monotonic() - begun)) / SUBSCRIBE_COST
        self.assertLessEqual(answered, within_rate + READ_BYTES / one)
        self.assertLess(answered, FILTERS_IN_A_BOMB)

    def connack_to_will(self, *will, **options):
        client = self.tls(self.rogue)
        client.sendall(connect_with_will(self.rogue.device, *will, **options))
        answer = client.recv(100)
        return answer[3] if answer[:1] == b"\x20" else REFUSED

    def test_a_will_on_a_foreign_topic(self):
        for topic in (f"j/data/{self.victim.device}/x", f"j/up/{self.victim.device}", f"j/dn/{self.victim.device}", "#",
                      "$SYS/x", "j/data/+/x"):
            self.assertGreaterEqual(self.connack_to_will(topic, b'{"value": 666}'), REFUSED, topic)
        self.assertEqual(self.manager.readings(self.victim.device), [])

    def test_wills_by_the_dozen_speak_for_their_own_device_alone(self):
        for number in range(WILLS):
            payload = b'{"value": %d, "pad": "%s"}' % (number, b"x" * 20_000)
            self.connack_to_will(f"j/data/{self.rogue.device}/will", payload)
            self.open.pop().close()
        self.connack_to_will(f"j/data/{self.rogue.device}/will", b"x" * 65_535)
        self.connack_to_will(f"j/data/{self.rogue.device}/will", b"no JSON")
        self.assertEqual(self.manager.readings(self.victim.device), [])

    def test_wills_that_wait_for_ever_are_one_a_device(self):
        """Each lies in the store until the next connection drops it: nothing piles up, and none is published."""
        payload = b'{"value": 666, "pad": "%s"}' % (b"x" * 60_000)
        for _ in range(WILLS):
            self.assertEqual(self.connack_to_will(f"j/data/{self.rogue.device}/wait", payload, delay=0xFFFFFFFF), 0)
            self.open.pop().close()
        self.assertNotIn("wait", self.tags())
        self.assertLess(self.store_bytes(), STORE_BYTES)

    def test_wills_that_are_due_at_once_speak_once_each(self):
        for _ in range(5):
            self.assertEqual(self.connack_to_will(f"j/data/{self.rogue.device}/soon", b'{"value": 1}', delay=1), 0)
            self.open.pop().close()
        self.client(self.rogue)  # a clean start: the last of them is said now, those before were dropped
        wait_for(lambda: self.tags().count("soon"), "the will")
        self.assertLessEqual(self.tags().count("soon"), 5)

    def tags(self):
        return [datum["tag"] for datum in self.manager.readings(self.rogue.device)]

    def store_bytes(self):
        """Of the pages in use: the write-ahead log keeps its length when it begins anew."""
        with contextlib.closing(sqlite3.connect(f"file:{self.scene.folder}/data/signet.db?mode=ro", uri=True)) as store:
            pages, free, size = (store.execute(f"PRAGMA {name}").fetchone()[0]
                                 for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size

    def test_a_user_name_changes_nothing(self):
        self.assertEqual(self.connack_to_will(f"j/data/{self.rogue.device}/x", b"{}", self.victim.device), 0)
        client = self.client(self.rogue)
        self.assertGreaterEqual(self.answer_to(publish_raw(b"j/data/" + self.victim.device.encode()), client), REFUSED)


if __name__ == "__main__":
    run_attacks()
