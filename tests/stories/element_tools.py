"""A part on the bench: found, read, planned, locked and explained with `signet element`, over the bus that a real
signet-element serves on a socket, over TCP and on a single wire; and what was said can be played again."""
import json
import pathlib
import re
import stat
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run, wait_for  # noqa: E402

CONFLICT, NOT_FOUND, UNAVAILABLE = 73, 66, 69


class Bench(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)

    def element(self, *arguments, **options):
        environment = {"SIGNET_HOME": str(self.scene.folder), "PATH": "/usr/bin:/bin"}
        return run(BIN / "signet", "element", *arguments, env=environment, **options)

    def start_chip(self, *how):
        """The link's name, of the place that the program says when it is ready."""
        self.scene.start("signet-element", *how, "--state", self.scene.folder / "chip")
        said = wait_for(lambda: re.search(r'"place":"([^"]+)"', self.scene.log("signet-element")), "the chip")
        return {"--socket": "unix:", "--tcp": "tcp:", "--pty": "serial:"}[how[0]] + said.group(1)

    def on_socket(self):
        return self.start_chip("--socket", self.scene.folder / "s")

    def show(self, link):
        shown = self.element("show", "--link", link, "--json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return json.loads(shown.stdout)

    def test_from_a_blank_part_to_a_locked_one(self):
        link = self.on_socket()
        probed = self.element("probe", link)
        self.assertEqual(probed.returncode, 0, probed.stderr)
        self.assertIn("0x60  an ATECC608B", probed.stdout)
        before = self.show(link)
        self.assertFalse(before["config_locked"])

        plan = self.scene.folder / "plan.json"
        plan.write_text(self.element("plan", "--example").stdout)
        self.assertEqual(self.element("plan", plan).returncode, 0)
        refused = self.element("plan", plan, "--link", link, "--apply", stdin=None, input="no\n")
        self.assertEqual(refused.returncode, CONFLICT)
        self.assertFalse(self.show(link)["config_locked"], "nothing without the serial number")
        applied = self.element("plan", plan, "--link", link, "--apply", stdin=None, input=before["serial"] + "\n")
        self.assertEqual(applied.returncode, 0, applied.stderr)
        after = self.show(link)
        self.assertTrue(after["config_locked"] and after["data_locked"])
        self.assertEqual(after["serial"], before["serial"])

    def test_what_was_recorded_is_played_again_without_the_chip(self):
        link = self.on_socket()
        trace = self.scene.folder / "trace"
        shown = self.element("show", "--link", f"record:{trace}:{link}")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(stat.S_IMODE(trace.stat().st_mode), 0o600)
        again = self.element("show", "--link", f"replay:{trace}")
        self.assertEqual((again.returncode, again.stdout), (0, shown.stdout), again.stderr)
        self.assertEqual(self.element("show", "--link", f"record:{trace}:{link}").returncode, CONFLICT)
        other = self.element("selftest", "--link", f"replay:{trace}")
        self.assertNotEqual(other.returncode, 0, "another conversation is not in it")

    def test_over_tcp_and_on_a_single_wire_it_is_the_same_chip(self):
        for how in (("--tcp", "127.0.0.1:0"), ("--pty",), ("--pty", "--timing", "chip")):
            with self.subTest(how), Scene() as self.scene:
                link = self.start_chip(*how)
                self.assertEqual(self.show(link)["revision"], "ATECC608B (00006003)")
                probed = self.element("probe", link)
                self.assertEqual(probed.returncode, 0, probed.stdout + probed.stderr)
                tested = self.element("selftest", "--link", link)
                self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)

    def test_a_chip_that_is_not_there(self):
        nobody = self.element("show", "--link", f"unix:{self.scene.folder}/nobody")
        self.assertEqual(nobody.returncode, NOT_FOUND)
        self.assertIn("is signet-element running?", nobody.stderr)
        explained = self.element("explain", "f4", "--opcode", "GenKey")
        self.assertEqual(explained.returncode, 0)
        self.assertIn("after the configuration zone is locked", explained.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
