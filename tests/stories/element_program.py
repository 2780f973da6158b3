#!/usr/bin/env python3
"""signet-element as its hosts meet it: connections that come and go, TCP, the single wire, parts as they are sold, and
fuses that know an old copy."""
import os
import pathlib
import select
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, PATIENCE, Scene, run
from socket_bus import (COMMAND, COMMUNICATION_ERROR, GREETING, IDLE, OK, RESET, SLEEP, Element, assert_signed, command,
                        digest, opened)

OWN = 0x60
INFO, NONCE, COUNTER, LOCK, GEN_KEY, SIGN, READ = 0x30, 0x16, 0x24, 0x17, 0x40, 0x41, 0x02
STATE = command(INFO, 2)
LOAD = command(NONCE, 3, 0, digest(b"hello"))
TEMP_KEY_IS_THERE, NOTHING_IS_THERE = bytes.fromhex("10810000"), bytes.fromhex("00010000")


def ask(bus, packet, own=OWN):
    assert bus.write(own, COMMAND + packet)
    return opened(bus.read(own, 155))


class Connections(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)

    def each(self):
        for where in ("socket", "tcp"):
            with self.subTest(where=where):
                yield Element(self.scene, where=where, name=where)

    def test_a_connection_drop_is_no_power_cycle(self):
        for element in self.each():
            with element.connect() as bus:
                self.assertTrue(bus.wake())
                self.assertEqual(ask(bus, LOAD), OK)
            with element.connect() as bus:
                self.assertTrue(bus.wake())
                self.assertEqual(ask(bus, STATE), TEMP_KEY_IS_THERE)
                self.assertTrue(bus.write(OWN, IDLE))
            with element.connect() as bus:
                self.assertFalse(bus.write(OWN, IDLE))
                self.assertTrue(bus.wake())
                self.assertEqual(bus.read(OWN, 4), GREETING)
                self.assertEqual(ask(bus, STATE), TEMP_KEY_IS_THERE)
                self.assertTrue(bus.write(OWN, SLEEP))
                bus.wake()
                self.assertEqual(ask(bus, STATE), NOTHING_IS_THERE)

    def test_a_new_connection_needs_no_wake_while_the_chip_is_awake(self):
        for element in self.each():
            with element.connect() as bus:
                bus.wake()
                self.assertTrue(bus.write(OWN, COMMAND + command(INFO)))
            with element.connect() as bus:
                self.assertEqual(bus.read(OWN, 3), bytes.fromhex("070000"))
            with element.connect() as bus:
                bus.wake()
                self.assertEqual(bus.read(OWN, 6), bytes.fromhex("600383bbffff"), "the pointer moves on, then comes ff")
            with element.connect() as bus:
                bus.wake()
                self.assertEqual(bus.read(OWN, 4), GREETING, "all was read: a new host sees a greeting")
                self.assertTrue(bus.write(OWN, SLEEP))

    def test_a_host_that_connects_anew_before_it_closes_keeps_its_state(self):
        for element in self.each():
            bus = element.connect()
            for _ in range(20):
                bus.wake()
                self.assertEqual(ask(bus, LOAD), OK)
                self.assertTrue(bus.write(OWN, IDLE))
                old, bus = bus, element.connect()
                old.__exit__()
                bus.wake()
                self.assertEqual(ask(bus, STATE), TEMP_KEY_IS_THERE)
                self.assertTrue(bus.write(OWN, SLEEP))
            bus.__exit__()

    def test_two_hosts_at_once_do_not_share_a_temp_key(self):
        element = Element(self.scene)
        with element.connect() as one, element.connect() as two:
            one.wake()
            self.assertEqual(ask(one, LOAD), OK)
            self.assertFalse(two.write(OWN, RESET), "who does not hold the bus hears nothing")
            self.assertTrue(one.write(OWN, IDLE))
            two.wake()
            self.assertEqual(ask(two, STATE), NOTHING_IS_THERE)

    def test_bits_of_the_framing(self):
        for element in self.each():
            with element.connect() as bus:
                self.assertFalse(bus.write(OWN, COMMAND + LOAD), "asleep")
                self.assertIsNone(bus.read(OWN, 4))
                self.assertTrue(bus.wake())
                self.assertTrue(bus.wake())
                self.assertEqual(bus.read(OWN, 4), GREETING)
                self.assertEqual(bus.read(OWN, 65535), b"\xff" * 65535)
                for address in (0x00, 0x35, 0x36, 0x61):
                    self.assertFalse(bus.write(address, COMMAND + LOAD), hex(address))
                    self.assertIsNone(bus.read(address, 1), hex(address))
                self.assertTrue(bus.write(OWN, b""))
                for ignored in (b"\x04", b"\x77\1\2", b"\xff"):
                    self.assertTrue(bus.write(OWN, ignored))
                self.assertEqual(bus.read(OWN, 1), b"\xff", "nothing moved the pointer")
                self.assertTrue(bus.write(OWN, RESET))
                self.assertEqual(bus.read(OWN, 4), GREETING)
                for harm in (b"", b"\7", b"\7" * 8, LOAD + b"\0", b"\x9c" + bytes(155), bytes(65534)):
                    self.assertEqual(ask(bus, harm), COMMUNICATION_ERROR, harm[:10].hex())


class Program(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)

    def refused(self, *options):
        done = run(BIN / "signet-element", "--state", self.scene.folder / "x", *options)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.scene.folder / "x").exists(), "no chip was made")
        return done.stderr

    def test_tcp_is_for_this_machine_alone(self):
        for address in ("0.0.0.0:0", "192.0.2.1:7000", "[::]:0"):
            self.assertIn("a bus has no lock on its door", self.refused("--tcp", address))
        for address in ("localhost:7000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:1x"):
            self.assertIn("is no address", self.refused("--tcp", address))

    def test_one_place_and_known_words(self):
        self.assertIn("Exactly 1 option", self.refused())
        self.assertIn("Exactly 1 option", self.refused("--pty", "--tcp", "127.0.0.1:0"))
        self.assertIn("blank,trustflex,tngtls", self.refused("--pty", "--config", "trust"))

    def test_parts_as_they_are_sold(self):
        for config, own, code in (("trustflex", 0x36, b"MKMwyhP1"), ("tngtls", 0x35, b"KQp2ZkD8")):
            with self.subTest(config), Element(self.scene, "--config", config, name=config).connect() as bus:
                bus.wake()
                self.assertIsNone(bus.read(OWN, 4))
                self.assertEqual(bus.read(own, 4), GREETING)
                self.assertEqual(ask(bus, command(READ, 0x81), own)[:8], code)
                key = ask(bus, command(GEN_KEY, 0, 0), own)
                self.assertEqual(ask(bus, command(NONCE, 3, 0, digest(b"I am")), own), OK)
                assert_signed(self.scene.folder, key, b"I am", ask(bus, command(SIGN, 0x80), own))

    def test_an_old_copy_is_known_by_the_fuses(self):
        fuses = self.scene.folder / "fuses"
        element = Element(self.scene, "--fuses", fuses)
        with element.connect() as bus:
            bus.wake()
            self.assertEqual(ask(bus, command(COUNTER, 1)), b"\1\0\0\0")
            old = element.state.read_bytes()
            self.assertEqual(ask(bus, command(COUNTER, 1)), b"\2\0\0\0")
        element.kill()
        newest = element.state.read_bytes()
        element.state.write_bytes(old)
        again = run(BIN / "signet-element", "--pty", "--state", element.state, "--fuses", fuses)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("counter 0 stands at 1, and the fuses have seen 2: this is an old copy", again.stderr)
        element.state.write_bytes(newest)
        with Element(self.scene, "--fuses", fuses).connect() as bus:
            bus.wake()
            self.assertEqual(ask(bus, command(COUNTER, 1)), b"\3\0\0\0")

    def test_the_single_wire(self):
        element = Element(self.scene, where="pty")
        wire = os.open(element.place, os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, wire)

        def say(data):
            os.write(wire, b"".join(b"\x7f" if byte >> bit & 1 else b"\x7d" for byte in data for bit in range(8)))

        def hear(size):
            got = b""
            while len(got) < 8 * size:
                self.assertTrue(select.select([wire], [], [], PATIENCE)[0], "silence")
                got += os.read(wire, 8 * size - len(got))
            return bytes(sum((got[8 * i + bit] == 0x7f) << bit for bit in range(8)) for i in range(size))

        os.write(wire, b"\0")
        say(b"\x88")
        self.assertEqual(hear(4), GREETING)
        say(b"\x77" + command(INFO))
        say(b"\x88")
        self.assertEqual(opened(hear(7)), bytes.fromhex("00006003"))
        say(b"\x77" + LOAD)
        say(b"\x88")
        self.assertEqual(opened(hear(4)), OK)
        for flag, kept in ((b"\xbb", TEMP_KEY_IS_THERE), (b"\xcc", NOTHING_IS_THERE)):
            say(flag)
            os.write(wire, b"\0")
            say(b"\x77" + STATE)
            say(b"\x88")
            self.assertEqual(opened(hear(7)), kept)
        element.stop()


if __name__ == "__main__":
    unittest.main()
