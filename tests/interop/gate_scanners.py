"""sslscan and testssl.sh look for weaknesses of the devices' port, with each TLS library behind it, and find none.

With the name of a library, only that one.
"""
import json
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Manager, Scene, run  # noqa: E402

BACKENDS = ("gnutls", "openssl")
# A part of what testssl.sh can look for: the rest is about web servers, and about who signed the certificate.
CHECKS = ("--protocols", "--std", "--heartbleed", "--ccs-injection", "--ticketbleed", "--robot",
          "--renegotiation", "--crime", "--poodle", "--tls-fallback", "--sweet32", "--freak", "--drown", "--logjam",
          "--beast", "--lucky13", "--rc4")
WEAK = ("LOW", "MEDIUM", "HIGH", "CRITICAL")


class Scanners(unittest.TestCase):
    def serve(self, backend):
        scene = Scene().__enter__()
        self.addCleanup(scene.__exit__)
        config = scene.folder / "signetd.conf"
        config.write_text(f"tls_backend = {backend}\n")
        manager = Manager(scene, "--config", config)
        manager.start()
        return manager

    def test_sslscan_sees_two_versions_and_nothing_weak(self):
        for backend in BACKENDS:
            with self.subTest(backend):
                manager = self.serve(backend)
                done = run("sslscan", "--no-colour", "--show-cipher-ids", f"127.0.0.1:{manager.port}")
                said = done.stdout
                for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
                    self.assertRegex(said, rf"{version}\s+disabled", said)
                for version in ("TLSv1.2", "TLSv1.3"):
                    self.assertRegex(said, rf"{version}\s+enabled", said)
                self.assertNotRegex(said, r"(?i)\bvulnerable\b(?<!not vulnerable)", said)
                ciphers = re.findall(r"^(?:Preferred|Accepted)\s+TLSv1\.[23]\s+\d+ bits\s+0x\w+\s+(\S+)", said, re.M)
                self.assertTrue(ciphers, said)
                for cipher in ciphers:
                    self.assertRegex(cipher, "GCM|CHACHA20", said)

    def test_testssl_finds_no_weakness(self):
        self.assertTrue(shutil.which("testssl"), "testssl.sh is missing: ./dev setup test")
        for backend in BACKENDS:
            with self.subTest(backend):
                manager = self.serve(backend)
                found = manager.scene.folder / "found.json"
                done = run("testssl", "--quiet", "--warnings", "batch", "--color", "0", "-n", "none",
                           "--openssl-timeout", "10", "--jsonfile", found, *CHECKS, f"127.0.0.1:{manager.port}",
                           timeout=280)
                self.assertTrue(found.exists(), done.stdout + done.stderr)
                findings = json.loads(found.read_text())
                weak = [f"{one['id']}: {one['finding']}" for one in findings if one["severity"] in WEAK]
                self.assertEqual(weak, [], "\n".join(weak))
                seen = {one["id"]: one["finding"] for one in findings}
                self.assertIn("offered", seen.get("TLS1_3", ""), done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in BACKENDS:
        BACKENDS = (sys.argv.pop(1),)
    unittest.main()
