"""The devices' port as openssl s_client and gnutls-cli see it, with each TLS library behind it.

What they are told is golden text (tests/golden/gate_tls.BACKEND.txt): SIGNET_UPDATE_GOLDEN=1 writes it anew.
sslscan and testssl.sh look for weaknesses beside it (tests/interop/gate_scanners.py).
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Manager, Scene, make_look_alike, run  # noqa: E402

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
BACKENDS = ("openssl", "gnutls")
PINGREQ = b"\xc0\x00"  # before CONNECT: the gateway ends the connection, and nobody has to wait
OLD = ("-cipher", "ALL:@SECLEVEL=0")  # so that OpenSSL's client itself agrees to what is weak

# What is asked, and with which options of s_client.
ASKED = {
    "versions": [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2"), ("TLS 1.1", "-tls1_1", *OLD),
                 ("TLS 1.0", "-tls1", *OLD)],
    "groups, 1.3": [(group, "-tls1_3", "-groups", group) for group in
                    ("X25519", "P-256", "P-256:X25519", "P-384:P-256", "P-384", "X448", "ffdhe2048")],
    "groups, 1.2": [(group, "-tls1_2", "-groups", group) for group in ("X25519", "P-256", "P-384")],
    "signature algorithms": [(f"{name}, {version[4:].replace('_', '.')}", version, "-sigalgs", name)
                             for version in ("-tls1_3", "-tls1_2")
                             for name in ("ECDSA+SHA256", "ECDSA+SHA384", "RSA-PSS+SHA256", "ed25519")],
    "suites, 1.3": [(suite, "-tls1_3", "-ciphersuites", suite) for suite in
                    ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                     "TLS_AES_128_CCM_SHA256", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256")],
    "suites, 1.2": [(suite, "-tls1_2", "-cipher", suite + ":@SECLEVEL=0") for suite in
                    ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
                     "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA",
                     "ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "AES128-GCM-SHA256", "AES128-SHA",
                     "ECDHE-ECDSA-NULL-SHA", "ADH-AES128-GCM-SHA256", "AECDH-AES128-SHA")],
    "ALPN": [("mqtt", "-alpn", "mqtt"), ("h2,mqtt", "-alpn", "h2,mqtt"), ("http/1.1", "-alpn", "http/1.1"),
             ("h2", "-alpn", "h2"), ("none",)],
    "SNI": [("localhost", "-servername", "localhost"), ("another name", "-servername", "elsewhere.example"),
            ("none", "-noservername")],
    "compression": [("asked for, 1.2", "-tls1_2", "-comp")],
}


class Gate:
    def __init__(self, backend):
        self.scene = Scene().__enter__()
        config = self.scene.folder / "signetd.conf"
        config.write_text(f"tls_backend = {backend}\n")
        self.manager = Manager(self.scene, "--config", config)
        self.manager.start()
        self.manager.set_up()
        self.device = self.manager.enroll("device")
        self.stranger = make_look_alike(self.scene.folder, self.device)

    def close(self):
        self.scene.__exit__()

    def ask(self, *options, shows="device"):
        """What s_client says of one connection, in one line."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.manager.port}", "-CAfile", self.manager.ca,
                   "-ign_eof", *options]
        if shows:
            identity = getattr(self, shows)
            command += ["-cert", identity.certificate, "-key", identity.key]
        return summary(self.output(command))

    @staticmethod
    def output(command):
        done = run(*command, input=PINGREQ, stdin=None, text=False)
        return (done.stdout + done.stderr).decode(errors="replace")

    def renegotiate(self):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.manager.port}", "-CAfile", self.manager.ca,
                   "-tls1_2", "-cert", str(self.device.certificate), "-key", str(self.device.key)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as client:
            client.stdin.write(b"R\n")
            client.stdin.flush()
            said = client.communicate(timeout=PATIENCE)[0].decode(errors="replace")
        assert "RENEGOTIATING" in said, said
        return refusal(said) or "done"

    def resume(self, version, *options):
        kept = self.scene.folder / f"session{version}"
        first = self.ask(version, "-sess_out", kept)
        if not kept.exists() or not kept.stat().st_size:
            return f"{first}\n  again: there is no session to resume"
        return f"{first}\n  again: {self.ask(version, '-sess_in', kept, *options)}"


def refusal(said):
    found = re.search(r"(?:tlsv1|sslv3|tlsv13) alert ([a-z ]+):", said) or re.search(r"alert ([a-z ]+):", said)
    if found:
        return f"refused: {found[1]}"
    if "no renegotiation" in said:
        return "refused: no renegotiation"
    return ""


def summary(said):
    refused = refusal(said)
    suite = re.search(r"^(New|Reused), (\S+), Cipher is (\S+)", said, re.M)
    if refused and (not suite or suite[3] == "(NONE)"):
        return refused
    if not suite or suite[3] == "(NONE)":
        return "refused by the client itself"
    version = re.search(r"^\s*Protocol\s*: (\S+)", said, re.M)
    group = re.search(r"^Server Temp Key: (?:ECDH, )?([^,]+),", said, re.M)
    alpn = re.search(r"^ALPN protocol: (\S+)", said, re.M)
    parts = [suite[1].lower(), version[1] if version else suite[2], suite[3], group[1] if group else "?",
             signature_of(said), "ALPN " + (alpn[1] if alpn else "none")]
    parts += [word for word, sign in (("COMPRESSED", r"^Compression: (?!NONE)"), ("TICKET", "New Session Ticket"),
                                      ("NOT VERIFIED", r"Verification error"),
                                      ("EARLY DATA", "Early data was accepted")) if re.search(sign, said, re.M)]
    return ", ".join(parts) + (f"; then {refused}" if refused else "")


def signature_of(said):
    kind = re.search(r"^Peer signature type: (\S+)", said, re.M)
    digest = re.search(r"^Peer signing digest: (\S+)", said, re.M)
    return f"{kind[1] if kind else '?'} {digest[1] if digest else '?'}"


def report(gate):
    lines = []
    for topic, cases in ASKED.items():
        lines.append(f"== {topic}")
        for name, *options in cases:
            alpn = () if topic == "ALPN" else ("-alpn", "mqtt")
            lines.append(f"{name}: {gate.ask(*alpn, *options)}")
    lines.append("== certificates")
    for version in ("-tls1_3", "-tls1_2"):
        word = version[4:].replace("_", ".")
        lines.append(f"none, {word}: {gate.ask(version, shows=None)}")
        lines.append(f"a look-alike, {word}: {gate.ask(version, shows='stranger')}")
    early = gate.scene.folder / "early"
    early.write_text("early")
    lines += ["== what is off", f"renegotiation: {gate.renegotiate()}", f"resumption, 1.2: {gate.resume('-tls1_2')}",
              f"resumption, 1.3: {gate.resume('-tls1_3')}",
              f"early data: {gate.resume('-tls1_3', '-early_data', early)}"]
    return "\n".join(lines) + "\n"


class GateTls(unittest.TestCase):
    def test_openssl_sees_what_is_written_down(self):
        for backend in BACKENDS:
            with self.subTest(backend):
                gate = Gate(backend)
                self.addCleanup(gate.close)
                seen = report(gate)
                golden = GOLDEN / f"gate_tls.{backend}.txt"
                if "SIGNET_UPDATE_GOLDEN" in os.environ:
                    golden.write_text(seen)
                expected = golden.read_text()
                lines = (text.splitlines(True) for text in (expected, seen))
                self.assertEqual("".join(difflib.unified_diff(*lines, "golden", "seen")), "")

    def test_gnutls_cli_is_served_under_both_versions_and_no_other(self):
        for backend in BACKENDS:
            gate = Gate(backend)
            self.addCleanup(gate.close)
            for version, served in (("1.3", True), ("1.2", True), ("1.1", False)):
                with self.subTest(backend=backend, version=version):
                    done = run("gnutls-cli", "--x509certfile", gate.device.certificate,
                               "--x509keyfile", gate.device.key, "--x509cafile", gate.manager.ca,
                               "--alpn", "mqtt", "--sni-hostname", "localhost",
                               "--verify-hostname", "localhost", "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}",
                               "--port", gate.manager.port, "127.0.0.1", input="", stdin=None)
                    said = done.stdout + done.stderr
                    self.assertEqual("Handshake was completed" in said, served, said)
                    if served:
                        self.assertIn(f"(TLS{version}-X.509)", said)
                        self.assertIn("ECDSA", said)
                    else:
                        self.assertRegex(said, "(?i)protocol version|version")


if __name__ == "__main__":
    unittest.main()
