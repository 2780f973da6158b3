"""What people get wrong: each program says what was expected, loses nothing and ends with the exit code for it."""
import os
import pathlib
import socket
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Manager, Scene, run  # noqa: E402

PROGRAMS = ("signetd", "signet", "signet-foundry", "signet-board", "signet-element")
GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
USAGE, BAD_DATA, UNAVAILABLE, CONFLICT, DAMAGED = 64, 65, 69, 73, 70  # src/base/exit_code.h


class CommandLines(unittest.TestCase):
    def test_every_program_knows_its_version_and_helps_with_an_example(self):
        for program in PROGRAMS:
            with self.subTest(program):
                version = run(BIN / program, "--version")
                self.assertEqual(version.returncode, 0)
                self.assertRegex(version.stdout, rf"^{program} \d+\.\d+\.\d+\n$")
                helped = run(BIN / program, "--help")
                self.assertEqual(helped.returncode, 0)
                self.assertRegex(helped.stdout, r"[Ee]xample")

    def test_help_is_as_it_was_read_and_approved(self):
        for program in PROGRAMS:
            with self.subTest(program):
                golden = GOLDEN / f"{program}.help.txt"
                helped = run(BIN / program, "--help").stdout
                if "SIGNET_UPDATE_GOLDEN" in os.environ:
                    golden.write_text(helped)
                self.assertEqual(helped, golden.read_text(), "SIGNET_UPDATE_GOLDEN=1 writes it anew: read the diff")

    def test_a_wrong_command_line_is_answered_on_standard_error(self):
        for program in PROGRAMS:
            with self.subTest(program):
                wrong = run(BIN / program, "--no-such-option")
                self.assertEqual(wrong.returncode, USAGE)
                self.assertRegex(wrong.stderr, rf"(?s)[Ee]xample.*{program} ")


class ManagerStart(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.manager = Manager(self.scene)

    def start_again(self, *options, device_port=0, people_port=0):
        ports = ("--host", "127.0.0.1", "--device-port", device_port, "--people-port", people_port)
        return run(BIN / "signetd", "--data", self.manager.data, *ports, *options)

    def test_a_second_manager_on_the_same_data_is_refused(self):
        self.manager.start()
        second = self.start_again()
        self.assertEqual(second.returncode, CONFLICT, second.stderr)
        self.assertIn(str(self.manager.data), second.stderr)
        self.manager.set_up()  # the first one was not disturbed

    def test_a_busy_port_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for option in ("device_port", "people_port"):
                refused = self.start_again(**{option: port})
                self.assertEqual(refused.returncode, CONFLICT, refused.stderr)
                self.assertIn(str(port), refused.stderr)
                self.assertIn("--" + option.replace("_", "-"), refused.stderr)

    def test_all_mistakes_of_a_settings_file_are_shown_at_once(self):
        settings = self.scene.folder / "settings"
        settings.write_text("listen_port = 99999\nlisten_prot = 1\n")
        refused = run(BIN / "signetd", "--data", self.manager.data, "--config", settings)
        self.assertEqual(refused.returncode, BAD_DATA, refused.stderr)
        self.assertIn("line 1: listen_port", refused.stderr)
        self.assertIn("line 2: listen_prot", refused.stderr)

    def test_a_newer_database_is_refused_and_left_as_it_is(self):
        self.manager.start()
        self.assertEqual(self.manager.stop(), 0)
        database = self.manager.data / "signet.db"
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA user_version = 9999")
        connection.close()
        before = database.read_bytes()
        refused = self.start_again()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("9999", refused.stderr)
        self.assertEqual(database.read_bytes(), before)

    def test_a_database_that_is_none_is_refused_and_left_as_it_is(self):
        self.manager.data.mkdir()
        database = self.manager.data / "signet.db"
        database.write_bytes(b"this is no database" * 1000)
        refused = self.start_again()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("signet.db", refused.stderr)
        self.assertEqual(database.read_bytes(), b"this is no database" * 1000)

    def test_a_lost_key_is_said_and_not_replaced(self):
        self.manager.start()
        self.assertEqual(self.manager.stop(), 0)
        (self.manager.data / "ca.key").unlink()
        refused = self.start_again()
        self.assertEqual(refused.returncode, DAMAGED, refused.stderr)
        self.assertIn("ca.key", refused.stderr)
        self.assertFalse((self.manager.data / "ca.key").exists())


class FoundryFiles(unittest.TestCase):
    LINKS_FILE_BYTES_MAX = 64 * 1024  # links_file_bytes_max of src/apps/foundry_line.h
    SHOWN_REFUSALS_MAX = 100  # shown_refusals_max of src/apps/foundry_verify.h

    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.foundry = self.scene.folder / "foundry"
        made = run(BIN / "signet-foundry", "init", self.foundry)
        self.assertEqual(made.returncode, 0, made.stderr)

    def test_a_file_of_links_has_a_size(self):
        links = self.scene.folder / "links"
        text = f"unix:{self.scene.folder}/nobody\n#"

        def run_with(size):
            links.write_text(text.ljust(size, "x"))
            return run(BIN / "signet-foundry", "run", "--foundry", self.foundry, "--batch", "one", "--once",
                       "--links-file", links)

        read = run_with(self.LINKS_FILE_BYTES_MAX)
        self.assertEqual(read.returncode, UNAVAILABLE, read.stderr)  # nobody is there, but the file was read
        self.assertIn("a place has no unit", read.stderr)
        refused = run_with(self.LINKS_FILE_BYTES_MAX + 1)
        self.assertEqual(refused.returncode, BAD_DATA, refused.stderr)
        self.assertIn("links", refused.stderr)

    def test_of_many_bad_units_the_first_are_shown_and_all_are_counted(self):
        manifest = self.scene.folder / "manifest.json"
        for count in (self.SHOWN_REFUSALS_MAX, self.SHOWN_REFUSALS_MAX + 1):
            manifest.write_text("[" + ",".join(["{}"] * count) + "]")
            judged = run(BIN / "signet-foundry", "verify", manifest, "--root", self.foundry / "root.pem")
            self.assertEqual(judged.returncode, BAD_DATA, judged.stderr)
            self.assertEqual(judged.stdout.count("BAD  "), self.SHOWN_REFUSALS_MAX)
            self.assertIn(f"{count} are refused", judged.stdout)


if __name__ == "__main__":
    unittest.main()
