"""Strangers at the door: certificates that only look right, hellos that are none, renegotiation."""
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks  # noqa: E402
from harness import PATIENCE, make_look_alike, run  # noqa: E402
from mqtt5 import connect_packet  # noqa: E402

KNOCKS, KNOCKERS = 200, 4
AUDIT_LINES_MAX = 10  # of so many refusals of one kind: one in ten seconds, which says how many were held back


class Handshakes(Siege):
    def knock(self, context):
        """The alert that the manager refused with."""
        with socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE) as connection:
            try:
                with context.wrap_socket(connection, server_hostname="localhost") as wrapped:
                    wrapped.sendall(connect_packet(self.live.device))
                    return f"was answered with {wrapped.recv(100)}"
            except ssl.SSLError as error:
                return error.reason
            except OSError:  # more bytes than the manager wanted to read: the alert was lost in a reset
                return "RESET"

    def test_a_flood_of_foreign_chains_that_look_right(self):
        look_alike = make_look_alike(self.scene.folder, self.live)
        refusals_before = self.refusals()
        answers = []

        def knock_often():
            context = ssl.create_default_context(cafile=self.manager.ca)
            context.load_cert_chain(look_alike.certificate, look_alike.key)
            answers.extend(self.knock(context) for _ in range(KNOCKS // KNOCKERS))

        knockers = [threading.Thread(target=knock_often) for _ in range(KNOCKERS)]
        for knocker in knockers:
            knocker.start()
        for knocker in knockers:
            knocker.join()
        self.assertEqual(len(answers), KNOCKS)
        self.assertLessEqual(set(answers), {"SSLV3_ALERT_BAD_CERTIFICATE", "RESET"})
        lines = self.refusals() - refusals_before
        self.assertGreater(lines, 0, "nobody was told")
        self.assertLess(lines, AUDIT_LINES_MAX, "strangers fill the audit at will")

    def refusals(self):
        return sum(line["action"] == "gateway.refuse" for line in self.manager.audit())

    def test_a_client_that_renegotiates_ends_its_own_connection_at_most(self):
        """TLS 1.2: s_client begins a new handshake within the connection when it reads a line "R"."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.manager.port}", "-CAfile", self.manager.ca,
                   "-tls1_2", "-cert", str(self.rogue.certificate), "-key", str(self.rogue.key)]
        done = subprocess.run(command, input=b"R\n" * 50, capture_output=True, timeout=PATIENCE, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace")
        self.assertIn("RENEGOTIATING", said)
        self.assertIn("no renegotiation", said)

    def test_hellos_that_are_none(self):
        hellos = {"nothing": b"", "zeros": bytes(64), "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                  "SSL 2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37),
                  "an empty record": b"\x16\x03\x01\x00\x00", "many empty records": b"\x16\x03\x01\x00\x00" * 1000,
                  "a record too long": b"\x16\x03\x01\xff\xff" + bytes(70_000),
                  "a message too long": b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16_380),
                  "an alert": b"\x15\x03\x01\x00\x02\x02\x28", "many warnings": b"\x15\x03\x01\x00\x02\x01\x5a" * 1000,
                  "application data": b"\x17\x03\x03\x00\x20" + bytes(32), "noise": os.urandom(4096)}
        for name, hello in hellos.items():
            with self.subTest(name):
                connection = self.tcp()
                try:
                    connection.sendall(hello)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                self.assert_ends(connection, PATIENCE)

    def test_a_chain_of_certificates_without_end(self):
        """A genuine device may send a chain, but not as much of it as it likes."""
        bundle = self.scene.folder / "bundle.pem"
        bundle.write_text(self.rogue.certificate.read_text() + pathlib.Path(self.manager.ca).read_text() * 300)
        for version in ("-tls1_2", "-tls1_3"):
            done = run("openssl", "s_client", "-connect", f"127.0.0.1:{self.manager.port}", version, "-cert",
                       self.rogue.certificate, "-cert_chain", bundle, "-key", self.rogue.key, "-quiet", "-ign_eof")
            self.assertNotEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    run_attacks()
