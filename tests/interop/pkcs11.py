"""Programs that are not ours use the element through libsignet-pkcs11.so: its key signs, and never leaves it."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402

MODULE = BIN / "libsignet-pkcs11.so"
KEY = "pkcs11:object=device;type=private"


class Pkcs11(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        board = Board(cls.scene, "agent = None\n")
        board.start_element()
        board.make()
        board.start()
        board.claim(cls.manager)
        board.process.terminate()
        board.process.wait()
        cls.board = board
        config = cls.scene.folder / "pkcs11.conf"
        config.write_text(f"element = unix:{board.socket}\nroot = {board.foundry}/root.pem\nboard = {board.folder}\n")
        cls.environment = os.environ | {"SIGNET_PKCS11_CONF": str(config), "PKCS11_MODULE_PATH": str(MODULE)}
        cls.certificate = cls.scene.folder / "device.pem"
        cls.public = cls.scene.folder / "device.pub"
        der = cls.play("pkcs11-tool", "--module", MODULE, "--read-object", "--type", "cert", "--label", "device",
                       text=False)
        cls.certificate.write_bytes(run("openssl", "x509", "-inform", "DER", input=der, stdin=None, text=False).stdout)
        cls.public.write_text(run("openssl", "x509", "-in", cls.certificate, "-pubkey", "-noout").stdout)

    @classmethod
    def play(cls, *command, **options):
        done = run(*command, env=cls.environment, **options)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout} {done.stderr}")
        return done.stdout

    def verified(self, data, signature):
        return run("openssl", "dgst", "-sha256", "-verify", self.public, "-signature", signature, data).returncode == 0

    def test_pkcs11_tool_sees_the_token_and_signs(self):
        shown = self.play("pkcs11-tool", "--module", MODULE, "--list-token-slots", "--list-objects",
                          "--list-mechanisms")
        for expected in ("Private Key Object; EC", "sensitive, always sensitive, never extractable", "ECDSA-SHA256",
                         "label:      signer", "NOT HARDWARE"):
            self.assertIn(expected, shown)
        data, signature = self.scene.folder / "reading", self.scene.folder / "signature"
        data.write_text("a reading")
        self.play("pkcs11-tool", "--module", MODULE, "--sign", "--mechanism", "ECDSA-SHA256", "--label", "device",
                  "--signature-format", "openssl", "--input-file", data, "--output-file", signature)
        self.assertTrue(self.verified(data, signature))
        data.write_text("another reading")
        self.assertFalse(self.verified(data, signature))

    def test_nothing_can_be_taken_out_or_made(self):
        for wish in (("--delete-object", "--type", "privkey", "--label", "device"),
                     ("--keypairgen", "--key-type", "EC:prime256v1", "--label", "mine")):
            done = run("pkcs11-tool", "--module", MODULE, *wish, env=self.environment)
            self.assertNotEqual(done.returncode, 0, wish)

    def test_random_bytes_come_from_the_element(self):
        one, two = (self.play("pkcs11-tool", "--module", MODULE, "--generate-random", "48", text=False)
                    for _ in range(2))
        self.assertEqual((len(one), len(two)), (48, 48))
        self.assertNotEqual(one, two)

    def test_p11tool_lists_the_same(self):
        shown = self.play("p11tool", "--provider", MODULE, "--list-all", "--only-urls")
        self.assertIn("object=device;type=private", shown)
        self.assertIn("object=signer;type=cert", shown)

    def tls_server(self, *options):
        """openssl s_server that wants a certificate of our root; the port that it took."""
        root, log = self.board.foundry / "root.pem", self.scene.folder / "s_server.log"
        key, certificate = self.scene.folder / "server.key", self.scene.folder / "server.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
        with log.open("wb") as out:
            server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", str(key), "-cert",
                                       str(certificate), "-CAfile", str(root), "-Verify", "2", "-verify_return_error",
                                       *options], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                      cwd=self.scene.folder)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        line = wait_for(lambda: next((line for line in log.read_text(errors="replace").splitlines()
                                      if line.startswith("ACCEPT 127.0.0.1:")), None), "s_server to serve")
        return line.rsplit(":", 1)[1], certificate

    def chain(self):
        signer = self.play("pkcs11-tool", "--module", MODULE, "--read-object", "--type", "cert", "--label", "signer",
                           text=False)
        path = self.scene.folder / "signer.pem"
        path.write_bytes(run("openssl", "x509", "-inform", "DER", input=signer, stdin=None, text=False).stdout)
        return path

    def test_openssl_does_mutual_tls_in_both_versions(self):
        port, trusted = self.tls_server("-www")
        for version, name in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            said = self.play("openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-CAfile", trusted,
                             "-engine", "pkcs11", "-keyform", "engine", "-key", KEY, "-cert", self.certificate,
                             "-cert_chain", self.chain(), "-verify_return_error", "-ign_eof",
                             input="GET / HTTP/1.0\r\n\r\n", stdin=None)
            self.assertIn(f"New, {name}", said)
            self.assertIn("HTTP/1.0 200 ok", said, "the server believed the signature")

    def test_curl_fetches_a_page_with_it(self):
        (self.scene.folder / "page").write_text("for devices only")
        port, trusted = self.tls_server("-WWW")
        both = self.scene.folder / "both.pem"
        both.write_text(self.certificate.read_text() + self.chain().read_text())
        page = self.play("curl", "--silent", "--show-error", "--cacert", trusted, "--engine", "pkcs11", "--key-type",
                         "ENG", "--key", KEY, "--cert", both, f"https://127.0.0.1:{port}/page")
        self.assertEqual(page, "for devices only")

    def test_mosquitto_pub_publishes_as_the_device(self):
        topic = f"j/data/{self.board.device}/pkcs11"
        # Debian's client looks whether --key is a file before it learns that it is none.
        (self.scene.folder / KEY).touch()
        for version in ("tlsv1.2", "tlsv1.3"):
            self.play("mosquitto_pub", "-V", "mqttv5", "-h", "127.0.0.1", "-p", self.manager.port, "--cafile",
                      self.manager.ca, "--tls-version", version, "--tls-alpn", "mqtt", "--tls-engine", "pkcs11",
                      "--keyform", "engine", "--key", KEY, "--cert", self.certificate, "-i", self.board.device,
                      "-q", "1", "-t", topic, "-m", f'{{"by": "{version}"}}', cwd=self.scene.folder)
        stored = [datum["payload"]["by"] for datum in self.manager.readings(self.board.device)
                  if datum["tag"] == "pkcs11"]
        self.assertEqual(stored, ["tlsv1.2", "tlsv1.3"])

    def test_without_a_configuration_the_reason_is_told(self):
        done = run("pkcs11-tool", "--module", MODULE, "--list-objects",
                   env=self.environment | {"SIGNET_PKCS11_CONF": "/nonexistent/pkcs11.conf"})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("SIGNET_PKCS11_CONF names the file", done.stderr)


if __name__ == "__main__":
    unittest.main()
