"""Who can write the manager's disk can change its audit, and cannot hide it."""
import pathlib
import shutil
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Scene, run  # noqa: E402

BROKEN = 70  # src/base/exit_code.cpp


class AuditChain(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        for name in ("lamp", "pump", "door"):
            self.manager.enroll(name)

    def verify(self, *more):
        environment = {"SIGNET_HOME": str(self.scene.folder / "home"), "SIGNET_API_KEY": self.manager.token}
        return run(BIN / "signet", "--server", f"https://127.0.0.1:{self.manager.ready['people']}",
                   "--ca", self.manager.ca, "audit", *more, env=environment)

    def harm(self, statement):
        self.manager.stop()
        whole = self.scene.folder / "whole"
        shutil.copytree(self.manager.data, whole, dirs_exist_ok=True)
        with sqlite3.connect(self.manager.data / "signet.db") as database:
            for trigger in ("audit_is_not_changed", "audit_is_not_cut"):
                database.execute(f"DROP TRIGGER {trigger}")
            self.assertEqual(database.execute(statement).rowcount, 1)
        database.close()
        self.manager.start()

    def mend(self):
        self.manager.stop()
        shutil.rmtree(self.manager.data)
        shutil.copytree(self.scene.folder / "whole", self.manager.data)
        self.manager.start()

    def test_each_harm_is_found_and_the_unharmed_audit_is_whole(self):
        done = self.verify("verify")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("The audit is whole", done.stdout)
        for harm in ("UPDATE audit SET actor = 'nobody' WHERE number = 3", "DELETE FROM audit WHERE number = 3",
                     "UPDATE audit SET number = 100000 WHERE number = 3"):
            self.harm(harm)
            done = self.verify("verify")
            self.assertEqual(done.returncode, BROKEN, done.stdout + done.stderr)
            self.assertIn("is not whole: entry 3", done.stderr, harm)
            self.mend()
        done = self.verify("verify")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.harm("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
        done = self.verify("verify")
        self.assertEqual(done.returncode, BROKEN, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "was cut|another hash then")
        self.assertEqual(self.manager.stop(), 0)


if __name__ == "__main__":
    unittest.main()
