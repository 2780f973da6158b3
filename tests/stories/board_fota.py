"""Updates over the air with the real programs: rolled out by the manager, downloaded by mutual TLS, tried, accepted by
having heard the manager; back when the new version cannot connect; and through power cuts."""
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import kill  # noqa: E402
from fota_scene import PROGRAM, FotaScene, ballast  # noqa: E402
from harness import wait_for  # noqa: E402

SILENT = """
while True:
    sleep(1000)
"""


class Fota(FotaScene):
    def test_a_version_is_rolled_out_and_one_that_cannot_connect_comes_back(self):
        self.schedule("2.0.0", self.release.application("2.0.0", PROGRAM, counter=2, more=ballast(300_000, "two")))
        self.ends("done")
        self.assertEqual(self.version(), ("permanent", "2.0.0"))
        self.assertRegex(self.board.identify()["firmware"], r"^fmw-\w+:2\.0\.0$")
        self.assertRegex(self.board.identify()["firmware"], r"2\.0\.0")

        self.schedule("3.0.0", self.release.application("3.0.0", SILENT, counter=2))
        why = self.ends("failed")
        self.assertIn("nobody accepted it", why)
        self.assertEqual(self.version(), ("permanent", "2.0.0"))

        self.schedule("4.0.0", self.release.application("4.0.0", "raise ValueError('broken')\n", counter=2))
        self.assertIn("the program ended", self.ends("failed"))
        self.assertEqual(self.version(), ("permanent", "2.0.0"))

    def test_power_cuts_in_the_download_and_in_the_swap(self):
        image = self.release.application("2.0.0", PROGRAM, counter=2, more=ballast(400_000, "two"))
        kill(self.board.process)
        self.board.start("--cut-power-at", 514)  # PARK is erased, 512 sectors, and a chunk is there
        self.schedule("2.0.0", image)
        for change in (3, 100):  # in a later chunk; in the swap
            wait_for(lambda: self.board.process.poll() is not None, "the cut")
            self.assertEqual(self.board.process.returncode, -signal.SIGKILL)
            self.board.start("--cut-power-at", change)
        wait_for(lambda: self.board.process.poll() is not None, "the last cut")
        self.board.start()
        self.ends("done")
        self.assertEqual(self.version(), ("permanent", "2.0.0"))


if __name__ == "__main__":
    unittest.main()
