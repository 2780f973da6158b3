#!/usr/bin/env python3
"""Plain hosts with exactly the habits of the drivers that people use, from a blank chip to a signature that openssl
verifies: Arduino's, Adafruit's, two-step readers, the Linux kernel's. Nothing of ours is in them but the framing.

The pauses are those of the drivers they stand for, not guesses of a test.
"""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Scene, run
from socket_bus import (COMMAND, GREETING, IDLE, OK, RESET, SLEEP, Element, assert_signed, command, digest, opened,
                        public_key_der)

READ, WRITE, NONCE, LOCK, RANDOM, INFO, GEN_KEY, SIGN, ECDH = 0x02, 0x12, 0x16, 0x17, 0x1b, 0x30, 0x40, 0x41, 0x43
OWN = 0x60
WAKE_DELAY = 0.0015
MESSAGE = b"what a host has to say"


def configuration(old):
    """All sixteen slots hold keys that sign and agree; FF where configurations of the 508A have it."""
    new = bytearray(old)
    new[18:20] = b"\0\0"
    new[20:52] = bytes.fromhex("8720") * 16
    new[68:84] = b"\xff" * 16
    new[88:96] = bytes.fromhex("ffff000000000000")
    new[96:128] = bytes.fromhex("3300") * 16
    return bytes(new)


class Host:
    """What the drivers have in common: commands. exchange() is where they differ."""

    def __init__(self, bus):
        self.bus = bus

    def data(self, size, wait, *parts):
        answer = opened(self.exchange(command(*parts), size, wait))
        assert len(answer) == size, answer.hex()
        return answer

    def status(self, wait, *parts):
        answer = opened(self.exchange(command(*parts), 1, wait))
        assert answer == OK, answer.hex()

    def read_config(self):
        return b"".join(self.data(32, 0.005, READ, 0x80, block << 3) for block in range(4))

    def personalise(self):
        config = configuration(self.read_config())
        for offset in range(16, 128, 4):  # word by word, but for the one that only Lock and UpdateExtra change
            if offset != 84:
                self.status(0.045, WRITE, 0x00, offset // 4, config[offset:offset + 4])
        self.status(0.035, LOCK, 0x80, 0)
        self.status(0.035, LOCK, 0x81, 0)

    def make_key(self, slot):
        return self.data(64, 0.115, GEN_KEY, 0x04, slot)

    def sign(self, slot, message):
        self.data(32, 0.023, RANDOM)
        self.status(0.020, NONCE, 0x03, 0, digest(message))
        return self.data(64, self.sign_wait, SIGN, 0x80, slot)


class Arduino(Host):
    """Wakes by addressing 0, reads its greeting, reads exactly what it expects in one piece, idles after each."""
    sign_wait = 0.115

    def exchange(self, packet, size, wait):
        self.bus.write(0x00, b"")
        time.sleep(WAKE_DELAY)
        assert self.bus.read(OWN, 4) == GREETING
        assert self.bus.write(OWN, COMMAND + packet)
        time.sleep(wait)
        group = self.bus.read(OWN, size + 3)
        time.sleep(0.001)
        assert self.bus.write(OWN, IDLE)
        return group


class Adafruit(Host):
    """Pulses wake before the command and again before the answer, reads no greeting, comes back after 70 ms."""
    sign_wait = 0.070

    def exchange(self, packet, size, wait):
        self.bus.wake()
        time.sleep(WAKE_DELAY)
        assert self.bus.write(OWN, COMMAND + packet)
        time.sleep(min(wait, 0.070))
        for _ in range(20):
            self.bus.wake()
            time.sleep(WAKE_DELAY)
            group = self.bus.read(OWN, size + 3)
            if group is not None:
                break
            time.sleep(0.070)
        assert self.bus.write(OWN, IDLE)
        return group


class TwoStep(Host):
    """Resets the read pointer until it is acknowledged, reads the count, then the rest."""
    sign_wait = 0

    def exchange(self, packet, size, wait):
        self.bus.wake()
        time.sleep(WAKE_DELAY)
        assert self.bus.read(OWN, 4) == GREETING
        assert self.bus.write(OWN, COMMAND + packet)
        for _ in range(1250):
            if self.bus.write(OWN, RESET):
                break
            time.sleep(0.002)
        count = self.bus.read(OWN, 1)
        group = count + self.bus.read(OWN, count[0] - 1)
        assert self.bus.write(OWN, IDLE)
        return group


class Kernel(Host):
    """Wakes by zeros to the own address whatever the answer, waits its fixed time, reads once, ends with sleep."""

    def exchange(self, packet, size, wait):
        self.bus.write(OWN, b"\0")
        time.sleep(WAKE_DELAY)
        assert self.bus.read(OWN, 4) == GREETING
        assert self.bus.write(OWN, COMMAND + packet)
        time.sleep(wait)
        group = self.bus.read(OWN, size + 3)
        assert self.bus.write(OWN, SLEEP)
        return group

    def probe(self):
        """As its probe function: a chip with an open zone is refused."""
        return self.data(4, 0.001, READ, 0x00, 0x15)[2:] == b"\0\0"


class ForeignHosts(unittest.TestCase):
    def scenes(self):
        for where in ("socket", "tcp"):
            for timing in ("none", "chip"):
                with self.subTest(where=where, timing=timing), Scene() as scene:
                    yield scene, Element(scene, "--timing", timing, where=where)

    def from_blank_to_signature(self, kind):
        for scene, element in self.scenes():
            with element.connect() as bus:
                host = kind(bus)
                self.assertEqual(host.data(4, 0.005, INFO), bytes.fromhex("00006003"))
                host.personalise()
                key = host.make_key(0)
                assert_signed(scene.folder, key, MESSAGE, host.sign(0, MESSAGE))

    def test_arduino(self):
        self.from_blank_to_signature(Arduino)

    def test_adafruit(self):
        self.from_blank_to_signature(Adafruit)

    def test_two_step_readers(self):
        self.from_blank_to_signature(TwoStep)

    def test_linux_kernel(self):
        """It signs nothing: it agrees on a secret, which openssl computes too."""
        for scene, element in self.scenes():
            with element.connect() as bus:
                kernel = Kernel(bus)
                self.assertFalse(kernel.probe())
                TwoStep(bus).personalise()
                self.assertTrue(kernel.probe())
                own = kernel.data(64, 0.115, GEN_KEY, 0x04, 2)
                peer, point = self.peer(scene.folder)
                shared = kernel.data(32, 0.058, ECDH, 0x00, 2, point)
                self.assertEqual(shared, self.agreed(scene.folder, peer, own))

    def peer(self, folder):
        key = folder / "peer.key"
        made = run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        self.assertEqual(made.returncode, 0, made.stderr)
        public = run("openssl", "pkey", "-in", key, "-pubout", "-outform", "DER", text=False).stdout
        return key, public[-64:]

    def agreed(self, folder, key, point):
        other = folder / "own.pub"
        other.write_bytes(public_key_der(point))
        done = run("openssl", "pkeyutl", "-derive", "-inkey", key, "-peerkey", other, "-peerform", "DER", text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
