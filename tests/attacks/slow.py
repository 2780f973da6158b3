"""Clients that take their time: slow-loris in each phase of a connection, half-open floods, readers that do not read.

Each is cut when its phase's time is over, whatever it trickles; live devices do not notice."""
import pathlib
import socket
import ssl
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT, Siege, run_attacks  # noqa: E402
from mqtt5 import Closed, connect_packet, publish_packet  # noqa: E402

SLACK = 3.0  # seconds beyond a timeout: the sweep comes once a second, and the machine may be busy
SILENT = 20  # connections; fewer than handshakes_max, so that all their clocks run at once
MORE_THAN_ARE_SERVED_AT_ONCE = 100


class Slow(Siege):
    def assert_cut_while_trickling(self, connections, data, within):
        """A byte each every tenth of a second does not make any of them live longer."""
        end = time.monotonic() + within
        open_still = list(connections)
        for connection in open_still:
            connection.settimeout(0)
        sent = 0
        while open_still and time.monotonic() < end:
            open_still = [connection for connection in open_still if self.trickles(connection, data[sent:sent + 1])]
            sent += 1
            self.wait(0.1)
        self.assertEqual(len(open_still), 0, f"still open after {within} seconds")

    def trickles(self, connection, byte):
        """False once the manager has ended it."""
        try:
            if connection.recv(4096) == b"":
                return False
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            return False
        try:
            connection.send(byte)
        except (BlockingIOError, ssl.SSLWantWriteError):
            pass
        except OSError:
            return False
        return True

    def test_tcp_and_nothing_more(self):
        silent = [self.tcp() for _ in range(SILENT)]
        for connection in silent:
            self.assert_ends(connection, HANDSHAKE_TIMEOUT + SLACK)

    def test_a_client_hello_byte_by_byte(self):
        hello = client_hello()
        self.assert_cut_while_trickling([self.tcp() for _ in range(SILENT)], hello, HANDSHAKE_TIMEOUT + SLACK)

    def test_the_rest_of_the_handshake_never_comes(self):
        for connection in [self.tcp() for _ in range(SILENT)]:
            connection.sendall(client_hello())
            self.assert_ends(connection, HANDSHAKE_TIMEOUT + SLACK)

    def test_no_connect_after_the_handshake(self):
        for connection in [self.tls(self.rogue) for _ in range(SILENT)]:
            self.assert_ends(connection, CONNECT_TIMEOUT + SLACK)

    def test_half_a_connect_byte_by_byte(self):
        packet = connect_packet(self.rogue.device + "-" * 200)
        rogues = [self.tls(self.rogue) for _ in range(SILENT)]
        self.assert_cut_while_trickling(rogues, packet[:-1], CONNECT_TIMEOUT + SLACK)

    def test_half_a_publish_byte_by_byte_is_silence(self):
        """[MQTT-3.1.2-22] counts packets: a byte is no packet, and keepalive ends after one and a half times."""
        client = self.client(self.rogue, keepalive=1)
        packet = publish_packet(1, f"j/data/{self.rogue.device}/x", b'{"value":' + b"1" * 2000)
        self.assert_cut_while_trickling([client.socket], packet[:-1], 1.5 + SLACK)

    def test_a_client_that_asks_and_never_reads(self):
        """PINGRESPs pile up until the manager has enough of it."""
        client = self.client(self.rogue)
        client.socket.settimeout(SLACK)
        pings = b"\xc0\x00" * 8000
        with self.assertRaises(Closed):
            for _ in range(2000):
                client.send(pings)

    def test_a_flood_of_connections_that_are_reset(self):
        for turn in range(500):
            connection = self.tcp()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if turn % 2:
                connection.sendall(client_hello()[: turn % 200])
            connection.close()
        self.client(self.rogue)  # and the door is open

    def test_clients_that_are_silent_or_slow_keep_nobody_out(self):
        """Many more than are served at once: a device does not wait for their time to be over."""
        for said in (b"", b"\x16", client_hello()):
            for _ in range(MORE_THAN_ARE_SERVED_AT_ONCE):
                self.tcp().sendall(said)
            start = time.monotonic()
            self.client(self.rogue)
            self.assertLess(time.monotonic() - start, HANDSHAKE_TIMEOUT)


def client_hello():
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


if __name__ == "__main__":
    run_attacks()
