"""kill -9 of signet-foundry at moments that a seed chooses: at several places of the line, and while it is made.

Afterwards every element is blank, can be finished, or is in the batch exactly once; no serial number has two
certificates; and once the line has run undisturbed, all are whole units.
"""
import base64
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run, wait_for  # noqa: E402

PLACES = 4
ROUNDS = 6
INIT_KILLS = 12
BAD_DATA, NOT_FOUND = 65, 66  # src/base/exit_code.h


def foundry(*arguments):
    return run(BIN / "signet-foundry", *arguments)


def payload(unit):
    text = unit["payload"]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class FoundryKillNine(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.home, self.chance = self.scene.folder / "foundry", random.Random(6)

    def elements(self, number):
        """Blank ones, each on a socket of the line; their processes."""
        (self.home / "line").mkdir(exist_ok=True)
        out = []
        for place in range(1, PLACES + 1):
            socket = self.home / "line" / f"{place}.sock"
            out.append(self.scene.start("signet-element", "--socket", socket, "--state",
                                        self.scene.folder / f"chip-{number}-{place}"))
            wait_for(socket.exists, "an element")
        return out

    def line_arguments(self):
        return ("run", "--foundry", self.home, "--line", PLACES, "--batch", "one", "--once")

    @staticmethod
    def await_moment(victim, seconds):
        with contextlib.suppress(subprocess.TimeoutExpired):
            victim.wait(seconds)

    def await_certificate(self, victim):
        """Until the ledger has one more, whose unit is not published yet as a rule."""
        ledger = self.home / "issued"
        before = set(ledger.glob("*.json"))
        while victim.poll() is None and set(ledger.glob("*.json")) <= before:
            pass

    def issued(self):
        return {path.stem: json.loads(path.read_text()) for path in (self.home / "issued").glob("*.json")}

    def test_no_unit_is_lost_or_certified_twice(self):
        self.assertEqual(foundry("init", self.home).returncode, 0)
        begun = time.monotonic()
        self.elements(0)
        done = foundry(*self.line_arguments())
        self.assertEqual(done.returncode, 0, done.stderr)
        length = time.monotonic() - begun  # of an undisturbed round; kills are spread over it
        kept, seen_half_made = self.issued(), 0
        for number in range(1, ROUNDS + 1):
            for program in self.scene.programs:
                program.terminate()
                program.wait()
            self.elements(number)
            for attempt in range(3):
                victim = self.scene.start("signet-foundry", *self.line_arguments())
                if attempt == 0:
                    self.await_certificate(victim)
                else:
                    self.await_moment(victim, self.chance.uniform(0, length))
                victim.kill()
                victim.wait()
                now = self.issued()
                for unit, entry in kept.items():
                    self.assertEqual(now[unit], entry, "an entry of the ledger has changed")
                batch = {path.stem for path in (self.home / "batches" / "one").glob("*.json")}
                self.assertLessEqual(batch, set(now), "a unit was published that the ledger does not know")
                seen_half_made += len(set(now) - batch)
                kept = now
            done = foundry(*self.line_arguments())
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.check_all_whole((number + 1) * PLACES)
            self.check_anyone_can_verify()
        print(f"{3 * ROUNDS} kills, {seen_half_made} units were half made")
        self.assertGreater(seen_half_made, 0)  # else no kill came in the middle
        report = json.loads(foundry("--json", "report", "--foundry", self.home, "--batch", "one").stdout)
        self.assertEqual(report["units"], (ROUNDS + 1) * PLACES)
        self.assertEqual(report["scrapped"], {})

    def check_all_whole(self, count):
        manifest = json.loads(foundry("manifest", "--foundry", self.home, "--batch", "one").stdout)
        ids = [unit["header"]["uniqueId"] for unit in manifest]
        self.assertEqual(len(ids), count)
        self.assertEqual(len(set(ids)), count)
        issued = self.issued()
        self.assertEqual(set(issued), set(ids))
        for unit in manifest:
            keys = payload(unit)["publicKeySet"]["keys"]
            published = next(key["x5c"][0] for key in keys if key["kid"] == "0")
            self.assertEqual(published, issued[unit["header"]["uniqueId"]]["certificate"])

    def check_anyone_can_verify(self):
        """With the root's certificate and nothing else of the foundry."""
        root, manifest = self.scene.folder / "root.pem", self.scene.folder / "manifest.json"
        root.write_bytes((self.home / "root.pem").read_bytes())
        foundry("manifest", "--foundry", self.home, "--batch", "one", "-o", manifest)
        for unit in [manifest, *(f"unix:{socket}" for socket in (self.home / "line").glob("*.sock"))]:
            done = foundry("verify", unit, "--root", root)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_not_a_unit_of_the_root_is_told(self):
        for home in (self.home, self.scene.folder / "other"):
            self.assertEqual(foundry("init", home).returncode, 0)
        self.elements(0)
        element = f"unix:{self.home / 'line' / '1.sock'}"
        blank = foundry("verify", element, "--root", self.home / "root.pem")
        self.assertEqual(blank.returncode, BAD_DATA)
        self.assertIn("a blank part", blank.stdout)
        self.assertEqual(foundry(*self.line_arguments()).returncode, 0)
        self.assertEqual(foundry("verify", element, "--root", self.home / "root.pem").returncode, 0)
        other = foundry("--json", "verify", element, "--root", self.scene.folder / "other" / "root.pem")
        self.assertEqual(other.returncode, BAD_DATA)
        self.assertFalse(json.loads(other.stdout)["findings"]["chain"]["good"])

        manifest = self.scene.folder / "manifest.json"
        foundry("manifest", "--foundry", self.home, "--batch", "one", "-o", manifest)
        units = json.loads(manifest.read_text())
        units[2]["signature"] = units[1]["signature"]
        manifest.write_text(json.dumps(units))
        done = foundry("verify", manifest, "--root", self.home / "root.pem")
        self.assertEqual(done.returncode, BAD_DATA)
        self.assertIn(f"unit 3 ({units[2]['header']['uniqueId']}): signature does not verify", done.stdout)
        self.assertIn(f"{PLACES - 1} units are good", done.stdout)

    def test_a_mistyped_batch_is_not_made(self):
        self.assertEqual(foundry("init", self.home).returncode, 0)
        for command in ("manifest", "report"):
            self.assertEqual(foundry(command, "--foundry", self.home, "--batch", "typo").returncode, NOT_FOUND)
        self.assertFalse((self.home / "batches").exists())

    def kill_init(self, home, is_time):
        victim = self.scene.start("signet-foundry", "init", home)
        while victim.poll() is None and not is_time():
            time.sleep(0.0005)
        victim.kill()
        victim.wait()
        return home.exists() and not (home / "foundry.json").exists()

    def test_an_init_that_is_killed_anywhere_is_finished_by_the_next(self):
        begun = time.monotonic()
        self.assertEqual(foundry("init", self.scene.folder / "whole").returncode, 0)
        length = time.monotonic() - begun
        half_made = 0
        for number in range(INIT_KILLS):
            home = self.scene.folder / f"foundry-{number}"
            half_made += self.kill_init(home, lambda: home.exists() and len(list(home.rglob("*"))) >= number)
            for _ in range(2):
                end = time.monotonic() + self.chance.uniform(0, length)
                half_made += self.kill_init(home, lambda: time.monotonic() >= end)
            if not (home / "foundry.json").exists():
                done = foundry("init", home)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse((home / "officer-pin").exists(), "the officer's PIN was kept")
            shown = foundry("show", "--foundry", home)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertRegex(shown.stdout, re.compile(r"^root .*^signer .*^log signer ", re.M | re.S))
        print(f"{half_made} kills of {3 * INIT_KILLS} left it half made")
        self.assertGreater(half_made, 0)

    def test_an_init_finds_any_file_of_its_token_cut(self):
        whole = self.scene.folder / "whole"
        self.assertEqual(foundry("init", whole).returncode, 0)
        (whole / "foundry.json").unlink()
        files = [found.relative_to(whole) for found in sorted((whole / "tokens").rglob("*.object"))]
        self.assertGreater(len(files), 6)  # the token's own and three pairs of keys
        for number, name in enumerate(files):
            for part in (0, 2):
                home = self.scene.folder / f"cut-{number}-{part}"
                shutil.copytree(whole, home)
                shutil.rmtree(home / "tokens-copy", ignore_errors=True)
                os.truncate(home / name, (whole / name).stat().st_size * part // 3)
                done = foundry("init", home)
                self.assertEqual(done.returncode, 0, f"{name} cut to {part}/3: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
