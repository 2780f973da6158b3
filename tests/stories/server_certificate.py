"""The manager's certificate from files, its key in a file or a PKCS#11 token, exchanged while a device is connected."""
import os
import pathlib
import signal
import socket
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Manager, Scene, run, wait_for  # noqa: E402
from mqtt5 import Client  # noqa: E402

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class ServerCertificate(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.folder = self.scene.folder
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        self.openssl("req", "-x509", *self.new_key("ca"), "-days", "30", "-subj", "/CN=Operator", "-out", "ca.pem")

    def openssl(self, *arguments):
        done = run("openssl", *arguments, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    @staticmethod
    def new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")

    def make_pair(self, name):
        (self.folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self.openssl("req", "-new", *self.new_key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "30", "-extfile", "san", "-out", f"{name}.pem")
        return (self.folder / f"{name}.pem").read_text(), (self.folder / f"{name}.key").read_text()

    def install(self, certificate, key=None):
        self.certificate.write_text(certificate)
        if key:
            self.key.write_text(key)

    def serve(self, key, **process):
        config = self.folder / "signetd.conf"
        config.write_text(f"server_certificate = {self.certificate}\nserver_key = {key}\n")
        manager = Manager(self.scene, "--config", config, **process)
        manager.start()
        manager.ca = self.folder / "ca.pem"
        manager.trust = ssl.create_default_context(cafile=manager.ca)
        return manager

    def shown(self, port):
        """The common name of the certificate on a port."""
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as tls:
                return dict(part[0] for part in tls.getpeercert()["subject"])["commonName"]

    def both(self, manager):
        return {self.shown(manager.port), self.shown(manager.ready["people"])}

    def test_new_files_are_taken_up_and_cut_nobody(self):
        self.install(*self.make_pair("first"))
        manager = self.serve(self.key)
        manager.set_up()
        device = manager.enroll("device")
        client = Client(manager, device)
        self.addCleanup(client.close)
        self.assertEqual(self.both(manager), {"first"})

        second = self.make_pair("second")
        self.install(second[0])  # without its key
        manager.program.send_signal(signal.SIGHUP)
        wait_for(lambda: "certificate_refused" in self.scene.log("signetd"), "a line about the broken pair")
        self.assertIn("does not belong to its certificate", self.scene.log("signetd"))
        self.assertEqual(self.both(manager), {"first"})

        self.install(*second)
        manager.program.send_signal(signal.SIGHUP)
        wait_for(lambda: self.both(manager) == {"second"}, "the new certificate on both ports")
        self.assertEqual(client.publish(f"j/data/{device.device}/tag", b'{"value": 1}'), 0)

        self.install(*self.make_pair("third"))  # nobody says so
        wait_for(lambda: self.both(manager) == {"third"}, "the next certificate, found by looking")

    def test_the_key_may_stay_in_a_token(self):
        tokens = self.folder / "tokens"
        tokens.mkdir()
        (self.folder / "softhsm.conf").write_text(f"directories.tokendir = {tokens}\n")
        (self.folder / "pin").write_text("1234\n")
        environment = os.environ | {"SOFTHSM2_CONF": str(self.folder / "softhsm.conf")}
        certificate, _ = self.make_pair("token")
        self.install(certificate)
        self.openssl("pkcs8", "-topk8", "-nocrypt", "-in", "token.key", "-out", "token.p8")
        for command in (("--init-token", "--free", "--label", "gate", "--pin", "1234", "--so-pin", "12345678"),
                        ("--import", self.folder / "token.p8", "--token", "gate", "--label", "server", "--id", "01",
                         "--pin", "1234")):
            done = run("softhsm2-util", *command, env=environment)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        name = f"pkcs11:token=gate;object=server?module-path={MODULE}&pin-source=file:{self.folder / 'pin'}"
        manager = self.serve(name, env=environment)
        self.assertEqual(self.both(manager), {"token"})


if __name__ == "__main__":
    unittest.main()
