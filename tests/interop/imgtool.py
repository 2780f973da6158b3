"""Images that `signet firmware` signs are MCUboot's: openssl verifies them from the bytes alone; and so does MCUboot's
own tool, whose images we verify, where there is one (`imgtool` on the path, or SIGNET_IMGTOOL; Debian has none)."""
import hashlib
import json
import os
import pathlib
import pty
import shlex
import shutil
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run  # noqa: E402

IMGTOOL = shlex.split(os.environ.get("SIGNET_IMGTOOL", "")) or (["imgtool"] if shutil.which("imgtool") else [])
PIN = "1234-release"


def areas(image):
    """{type: value} of the protected and of the plain TLVs, and where the second begins."""
    magic, _, header, protected, payload, _ = struct.unpack_from("<IIHHII", image)
    assert magic == 0x96F3B83D
    found, at = [], header + payload
    for expected in ([0x6908] if protected else []) + [0x6907]:
        start, (magic, size) = at, struct.unpack_from("<HH", image, at)
        assert magic == expected, hex(magic)
        tlvs, at = {}, at + 4
        while at < start + size:
            kind, length = struct.unpack_from("<HH", image, at)
            tlvs[kind] = image[at + 4:at + 4 + length]
            at += 4 + length
        found.append(tlvs)
    assert at == len(image)
    return found[0] if protected else {}, found[-1], start


class Mcuboot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.folder = cls.scene.folder
        (cls.folder / "tokens").mkdir()
        (cls.folder / "softhsm2.conf").write_text(f"directories.tokendir = {cls.folder}/tokens\nlog.level = ERROR\n")
        (cls.folder / "pin").write_text(PIN + "\n")
        cls.environment = os.environ | {"SOFTHSM2_CONF": str(cls.folder / "softhsm2.conf"),
                                        "SIGNET_HOME": str(cls.folder)}
        cls.play("softhsm2-util", "--init-token", "--free", "--label", "release", "--pin", PIN, "--so-pin", "officer-7")
        cls.key = f"pkcs11:token=release;object=lamp?pin-source=file:{cls.folder}/pin"
        cls.firmware("keygen", cls.key, "-o", cls.folder / "release.pem")
        project = cls.folder / "lamp"
        project.mkdir()
        (project / "main.py").write_text("from bsp import board\n")
        cls.image = cls.folder / "lamp.signed.img"
        cls.firmware("build", project, "--board", "virtual", "--version", "1.2.0+7", "--os-version", "2.0.0",
                     "--counter", "3", "--needs", "os", "2.0.1", "-o", cls.folder / "lamp.img")
        cls.firmware("sign", cls.folder / "lamp.img", "--key", cls.key, "-o", cls.image)

    @classmethod
    def play(cls, *command, **options):
        done = run(*command, env=cls.environment, **options)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout} {done.stderr}")
        return done.stdout

    @classmethod
    def firmware(cls, *words):
        return cls.play(BIN / "signet", "firmware", *words)

    def test_openssl_verifies_the_bytes_that_the_format_says_are_signed(self):
        image = self.image.read_bytes()
        protected, plain, end = areas(image)
        self.assertEqual(hashlib.sha256(image[:end]).digest(), plain[0x10])
        spki = self.play("openssl", "pkey", "-pubin", "-in", self.folder / "release.pem", "-outform", "DER", text=False)
        self.assertEqual(hashlib.sha256(spki).digest(), plain[0x01])
        self.assertEqual(struct.unpack("<I", protected[0x50])[0], 3)
        self.assertEqual(protected[0x40], bytes([0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0]))
        self.assertEqual(protected[0xA0], b"virtual")
        (self.folder / "signed").write_bytes(image[:end])
        (self.folder / "signature").write_bytes(plain[0x22])
        verify = ("openssl", "dgst", "-sha256", "-verify", self.folder / "release.pem", "-signature",
                  self.folder / "signature", self.folder / "signed")
        self.play(*verify)
        (self.folder / "signed").write_bytes(image[:end - 1] + bytes([image[end - 1] ^ 1]))
        self.assertNotEqual(run(*verify).returncode, 0)

    def test_tar_reads_the_project(self):
        image = self.image.read_bytes()
        _, _, header, _, payload, _ = struct.unpack_from("<IIHHII", image)
        archive = self.folder / "payload.tar"
        archive.write_bytes(image[header:header + payload])
        self.assertEqual(self.play("tar", "--list", "--file", archive), "main.py\n")
        self.assertEqual(self.play("tar", "-xO", "-f", archive, "main.py"), "from bsp import board\n")

    def test_two_machines_build_the_same_image(self):
        copy = self.folder / "elsewhere" / "deep"
        copy.mkdir(parents=True)
        (copy / "main.py").write_text("from bsp import board\n")
        os.utime(copy / "main.py", (0, 0))
        (copy / "main.py").chmod(0o600)
        self.firmware("build", copy, "--board", "virtual", "--version", "1.2.0+7", "--os-version", "2.0.0",
                      "--counter", "3", "--needs", "os", "2.0.1", "-o", self.folder / "again.img")
        self.assertEqual((self.folder / "again.img").read_bytes(), (self.folder / "lamp.img").read_bytes())

    def test_a_passphrase_is_asked_for_at_the_terminal_and_nowhere_else(self):
        key = self.folder / "release.key"
        command = [str(BIN / "signet"), "firmware", "keygen", f"software:{key}"]
        refused = run(*command, env=self.environment)
        self.assertNotEqual(refused.returncode, 0, "there is nobody to ask")
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(command[0], command, self.environment)
        said = b""
        while b"again" not in said:
            said += os.read(terminal, 1024)
            if said.endswith(b": ") and b"again" not in said:
                os.write(terminal, b"correct horse battery\n")
        os.write(terminal, b"correct horse battery\n")
        try:
            while more := os.read(terminal, 1024):
                said += more
        except OSError:
            pass  # it has ended
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, said)
        self.assertNotIn(b"correct horse", said, "no echo")
        self.assertNotIn(b"correct horse", key.read_bytes())
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    @unittest.skipUnless(IMGTOOL, "there is no imgtool here")
    def test_imgtool_verifies_ours(self):
        verify = [*IMGTOOL, "verify", "--key", self.folder / "release.pem"]
        self.assertIn("Image was correctly validated", self.play(*verify, self.image))
        harmed = bytearray(self.image.read_bytes())
        harmed[40] ^= 1
        (self.folder / "harmed.img").write_bytes(harmed)
        self.assertNotEqual(run(*verify, self.folder / "harmed.img").returncode, 0)

    @unittest.skipUnless(IMGTOOL, "there is no imgtool here")
    def test_we_verify_those_of_imgtool(self):
        folder = self.folder
        self.play("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                  folder / "theirs.key")
        (folder / "theirs.pem").write_text(self.play("openssl", "pkey", "-in", folder / "theirs.key", "-pubout"))
        (folder / "payload").write_bytes(bytes(range(256)) * 9)
        for name, options in (("small", ("--header-size", "32")), ("padded", ("--header-size", "0x200", "--pad-sig"))):
            out = folder / f"{name}.img"
            self.play(*IMGTOOL, "sign", "--key", folder / "theirs.key", "--align", "4", "--pad-header", "--slot-size",
                      "0x10000", "--version", "3.1.4+15", "--security-counter", "9", *options, folder / "payload", out)
            self.firmware("verify", out, "--key", folder / "theirs.pem")
            shown = json.loads(self.firmware("inspect", out, "--json"))
            self.assertEqual((shown["version"], shown["security_counter"], shown["board"]), ("3.1.4+15", 9, None))
            refused = run(BIN / "signet", "firmware", "verify", out, "--key", folder / "release.pem",
                          env=self.environment)
            self.assertNotEqual(refused.returncode, 0)


if __name__ == "__main__":
    unittest.main()
