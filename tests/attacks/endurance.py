"""Connections without number, ended in every way there is, leave nothing behind: no descriptor, no memory.

SIGNET_ENDURANCE=100000 python3 tests/attacks/endurance.py plays the long one (half an hour); ctest a short one.
"""
import os
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks  # noqa: E402
from mqtt5 import connect_packet, publish_packet  # noqa: E402

CONNECTIONS = int(os.environ.get("SIGNET_ENDURANCE", "600"))
TELL_EVERY = 10_000


class Endurance(Siege):
    memory_bound = 8 << 20  # one connection at a time: 80 bytes lost with each show in the long one

    def test_nothing_is_left_of_many_connections(self):
        ways = (self.leave_within_the_handshake, self.leave_after_the_handshake, self.leave_without_a_word,
                self.leave_with_a_message_under_way, self.leave_politely)
        self.context = ssl.create_default_context(cafile=self.manager.ca)
        self.context.load_cert_chain(self.rogue.certificate, self.rogue.key)
        for number in range(CONNECTIONS):
            ways[number % len(ways)]()
            if number % TELL_EVERY == TELL_EVERY - 1:
                descriptors, memory = self.manager.footprint()
                print(f"{number + 1} connections: {descriptors} descriptors, {memory >> 10} KiB", flush=True)

    def leave_within_the_handshake(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        half = self.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        connection = self.tcp()
        try:
            half.do_handshake()
        except ssl.SSLWantReadError:
            connection.sendall(outgoing.read())
            connection.recv(1)
        self.open.remove(connection)
        connection.close()

    def leave_after_the_handshake(self):
        self.shake().close()

    def leave_without_a_word(self):
        with self.shake() as connection:
            connection.sendall(connect_packet(self.rogue.device))
            connection.recv(100)

    def leave_with_a_message_under_way(self):
        with self.shake() as connection:
            connection.sendall(connect_packet(self.rogue.device))
            connection.sendall(publish_packet(1, f"j/data/{self.rogue.device}/x", b'{"value": 1}'))

    def leave_politely(self):
        with self.shake() as connection:
            connection.sendall(connect_packet(self.rogue.device) + b"\xe0\x00")
            connection.recv(100)

    def shake(self):
        connection = self.tcp()
        self.open.remove(connection)
        return self.context.wrap_socket(connection, server_hostname="localhost")


if __name__ == "__main__":
    run_attacks()
