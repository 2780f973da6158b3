"""A genuine device turns rogue: packets of every type, malformed, too large, too many or out of turn (MQTT 5.0).

The manager may answer or end the connection; it may not wait for ever, grow, or let the neighbours wait."""
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import CONNECT_TIMEOUT, Siege, run_attacks  # noqa: E402
from mqtt5 import Closed, connect_packet, packet, publish_packet, text  # noqa: E402

TYPES = range(16)
PATIENT = CONNECT_TIMEOUT + 6.0  # seconds: keepalive 1, the sweep, a busy machine
WINDOW, UNRELEASED_MAX = 64, 1024  # receive_max; what a kept session holds
BUDGET = 256 * 1024 * 1024  # bytes that an attacker pours in


def harmful(kind, random_bytes):
    """Packets of one type: each flag, lengths that lie, bodies of noise."""
    yield from (bytes([kind << 4 | flags, 0]) for flags in (0, 2, 6, 15))
    yield bytes([kind << 4 | 2]) + b"\xff\xff\xff\x7f"          # 256 MiB announced, none sent
    yield bytes([kind << 4 | 2]) + b"\xff\xff\xff\xff\x7f"      # a length of five bytes
    yield bytes([kind << 4 | 2]) + b"\x81\x80\x00" + b"\x00"    # a length that is longer than it need be
    yield from (packet(kind << 4 | flags, random_bytes(size)) for flags in (0, 2) for size in (1, 2, 3, 40))
    yield packet(kind << 4 | 2, b"\x00\x01\xff\xff\xff\xff\x7f" + random_bytes(64))  # properties that lie
    yield packet(kind << 4 | 2, b"\xff\xff" + random_bytes(64))  # a string that is longer than its packet


class Packets(Siege):
    def setUp(self):
        super().setUp()
        self.random = random.Random(1)

    def assert_all_end(self):
        """Each is answered or not, and ended within the time that silence is borne."""
        for connection in self.open[:]:
            self.assert_ends(getattr(connection, "socket", connection), PATIENT)

    def test_bad_packets_of_every_type_before_connect(self):
        for kind in TYPES:
            for data in harmful(kind, self.random.randbytes):
                self.tls(self.rogue).sendall(data)
        self.assert_all_end()

    def test_bad_packets_of_every_type_when_connected(self):
        """One device, so each connection takes the place of the one before: that ends it too."""
        for kind in TYPES:
            for data in harmful(kind, self.random.randbytes):
                self.client(self.rogue, keepalive=1).send(data)
        self.assert_all_end()

    def test_a_second_connect_ends_the_first(self):
        client = self.client(self.rogue)
        client.send(connect_packet(self.rogue.device))
        self.assert_ends(client.socket, PATIENT)

    def test_a_payload_without_end(self):
        """Announced as 256 MiB and poured in: the announcement alone ends it."""
        client = self.client(self.rogue)
        chunk = bytes(1 << 20)
        with self.assertRaises(Closed):
            client.send(b"\x32\xff\xff\xff\x7f")
            for _ in range(BUDGET // len(chunk)):
                client.send(chunk)

    def test_properties_by_the_thousand(self):
        client = self.client(self.rogue)
        properties = b"".join(b"\x26" + text(f"k{number}") + text("v" * 50) for number in range(1000))
        length = bytes([len(properties) % 128 | 128, len(properties) // 128 % 128 | 128, len(properties) >> 14])
        topic = text(f"j/data/{self.rogue.device}/x")
        client.send(packet(0x32, topic + struct.pack(">H", 1) + length + properties + b"{}"))
        self.assert_ends(client.socket, PATIENT)

    def test_acknowledgements_of_what_was_never_sent(self):
        client = self.client(self.rogue)
        try:
            for kind in (0x40, 0x50, 0x62, 0x70):
                client.send(b"".join(packet(kind, struct.pack(">H", number)) for number in range(1, 5000)))
            self.assertEqual(client.publish(f"j/data/{self.rogue.device}/x", b'{"value": 1}'), 0)
        except (Closed, AssertionError):  # ended, or an answer to one of them: both are fine
            pass

    def test_packet_identifiers_all_in_use(self):
        """More messages in flight than Receive Maximum allows: 0x93, or none is forgotten."""
        client = self.client(self.rogue)
        topic = f"j/data/{self.rogue.device}/x"
        acknowledged = 0
        try:
            for first in range(1, 65_536, 500):
                numbers = range(first, min(first + 500, 65_536))
                client.send(b"".join(publish_packet(number, topic, b'{"value": 1}') for number in numbers))
            while acknowledged < 65_535:
                client.read_puback()
                acknowledged += 1
        except Closed as end:
            self.assertRegex(str(end), "0x93|ended|reset|Broken|EOF")

    def test_packet_identifiers_never_released_over_many_connections(self):
        """QoS 2 without PUBREL, in a session that is kept: it holds UNRELEASED_MAX and refuses the others."""
        topic, answers = text(f"j/data/{self.rogue.device}/x"), []
        for first in range(1, UNRELEASED_MAX + 2 * WINDOW, WINDOW):
            client = self.client(self.rogue, keep=3600)
            for number in range(first, first + WINDOW):
                client.send(packet(0x34, topic + struct.pack(">H", number) + b"\x00" + b'{"value": 1}'))
            for _ in range(WINDOW):
                kind, body = client.read()
                self.assertEqual(kind, 0x50)
                answers.append(body[2] if len(body) > 2 else 0)
            client.close()
        self.assertEqual(answers[:UNRELEASED_MAX], [0] * UNRELEASED_MAX)
        self.assertEqual(set(answers[UNRELEASED_MAX:]), {0x97})
        self.assertFalse(self.client(self.rogue).session_present)  # a clean start is rid of them
        self.assertFalse(self.client(self.rogue, keep=3600).session_present)

    def test_one_packet_identifier_again_and_again(self):
        client = self.client(self.rogue)
        try:
            client.send(publish_packet(7, f"j/data/{self.rogue.device}/x", b'{"value": 1}') * 1000)
            for _ in range(1000):
                client.read_puback()
        except Closed as end:
            self.assertRegex(str(end), "0x9[13]|0x82|ended|reset|Broken|EOF")

    def test_packet_identifier_zero(self):
        client = self.client(self.rogue)
        client.send(publish_packet(0, f"j/data/{self.rogue.device}/x", b'{"value": 1}'))
        with self.assertRaisesRegex(Closed, "0x8[12]|ended|reset"):
            client.read_puback()

    def test_topic_aliases_that_were_never_agreed(self):
        topic = text(f"j/data/{self.rogue.device}/x")
        for alias in (0, 1000, 65_535):
            for name in (topic, text("")):
                client = self.client(self.rogue)
                alias_property = b"\x03\x23" + struct.pack(">H", alias)
                client.send(packet(0x32, name + struct.pack(">H", 1) + alias_property + b'{"value": 1}'))
                with self.assertRaisesRegex(Closed, "0x94|0x82|0x81|ended|reset"):
                    client.read_puback()

    def test_connecting_and_leaving_all_the_time(self):
        for _ in range(100):
            self.client(self.rogue).close()


if __name__ == "__main__":
    run_attacks()
