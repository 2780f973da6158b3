"""Whoever owns the manager owns no board: he may offer what he likes, and each board keeps what it runs and says why.

Endless answers, wrong lengths and lies about what an image consists of are held against the same code in
src/board/fetcher_test.cpp, fetched_test.cpp and fota_test.cpp. What he can do is to offer nothing: a board that hears
of no update goes on with what it has."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from firmware_scene import Release  # noqa: E402
from fota_scene import PROGRAM, FotaScene, ballast  # noqa: E402


class EvilManager(FotaScene):
    def test_who_owns_the_manager_owns_no_board(self):
        stranger = Release(self.scene.folder, "stranger")
        theirs = stranger.application("6.6.6", "print('not ours')\n", counter=6)
        older = self.release.application("0.9.0", "print('too old')\n", counter=0)
        foreign = self.release.application("7.0.0", "print('a lock, not a lamp')\n", counter=7, board="lock")
        mixed = self.release.application("8.0.0", "print('for the next OS')\n", counter=2, os_version="3.0.0")
        for version, image, why in (("6", theirs, "a key that is not accepted"), ("7", foreign, "for another board"),
                                    ("0.9", older, "older than this board allows"),
                                    ("8", mixed, "another version of the OS")):
            self.schedule(version, image)
            self.assertIn(why, self.ends("failed"))
            self.assertEqual(self.version(), ("permanent", "1.0.0"))
        self.schedule("2.0.0", self.release.application("2.0.0", PROGRAM, counter=2))
        self.ends("done")  # its owner's still comes through
        self.assertEqual(self.version(), ("permanent", "2.0.0"))

    def test_bytes_that_were_changed_on_its_disk_are_not_written_to_a_board(self):
        image = self.release.application("2.0.0", PROGRAM, counter=2, more=ballast(100_000, "two"))
        self.board.operate("firmware", "upload", "lamp", "2.0.0", image)
        stored = next((self.manager.data / "firmware").iterdir())
        changed = bytearray(stored.read_bytes())
        changed[70_000] ^= 1
        stored.write_bytes(changed)
        self.board.operate("fota", "schedule", self.board.device, "lamp", "2.0.0")
        self.assertIn("something else than it announced", self.ends("failed"))
        self.assertEqual(self.version(), ("permanent", "1.0.0"))


if __name__ == "__main__":
    unittest.main()
