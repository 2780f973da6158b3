"""The owner's command line as a person uses it day by day: profiles of two managers, a shell that completes, words that
are mistyped, Zerynth's way to say it, and exports by a schedule that end up as files."""
import json
import os
import pathlib
import stat
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, PASSWORD, Scene, run, wait_for  # noqa: E402
from mqtt5 import Client  # noqa: E402

USAGE, BAD_DATA, NOT_FOUND = 64, 65, 66  # src/base/exit_code.h


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.home = cls.scene.folder / "home"

    @property
    def server(self):
        return "--server", f"https://127.0.0.1:{self.manager.ready['people']}", "--ca", self.manager.ca

    def signet(self, *words, expected=0, **more):
        environment = {"PATH": f"{BIN}:/usr/bin:/bin", "SIGNET_HOME": str(self.home)} | more.pop("environment", {})
        done = run(BIN / "signet", *words, env=environment, **more)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        return done.stdout if expected == 0 else done.stderr

    def log_in(self, *words):
        self.signet("login", *self.server, "--email", "ann@example.org", "--password-stdin", *words,
                    input=PASSWORD + "\n", stdin=None)

    def test_profiles_keep_managers_apart(self):
        self.log_in("--profile", "work")
        kept = self.home / "profiles" / "work.json"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertIn("default", self.signet("workspace", "ls", "--profile", "work"))
        self.assertIn("no manager is known yet", self.signet("workspace", "ls", expected=77))
        self.assertIn("default", self.signet("workspace", "ls", environment={"SIGNET_PROFILE": "work"}))
        self.signet("profile", "use", "work")
        self.assertIn("default", self.signet("workspace", "ls"))
        listed = json.loads(self.signet("profile", "ls", "--json"))["profiles"]
        self.assertEqual([(one["name"], one["current"]) for one in listed], [("default", False), ("work", True)])
        self.assertIn('did you mean "work"?', self.signet("profile", "use", "wrok", expected=NOT_FOUND))
        self.signet("logout")
        self.signet("profile", "rm", "work")
        self.assertFalse(kept.exists())

    def test_bash_completes(self):
        script = ("source <(signet completion bash); complete -p signet; COMP_WORDS=(signet integration dead re)\n"
                  'COMP_CWORD=3; _signet; echo "${COMPREPLY[@]}"; COMP_WORDS=(signet device ls --js); _signet\n'
                  'echo "${COMPREPLY[@]}"; COMP_WORDS=(signet ""); COMP_CWORD=1; _signet; echo "${#COMPREPLY[@]}"')
        done = run("bash", "--norc", "-c", script, env=os.environ | {"PATH": f"{BIN}:/usr/bin:/bin"})
        known, verb, flag, count = done.stdout.splitlines()
        self.assertIn("_signet", known)
        self.assertEqual((verb, flag), ("replay", "--json"))
        self.assertGreater(int(count), 15)

    def test_what_is_mistyped_is_recognised(self):
        self.assertIn('did you mean "device"?', self.signet("devcie", "ls", expected=USAGE))
        self.assertIn('did you mean "--json"?', self.signet("device", "ls", "--jsno", expected=USAGE))

    def test_zerynths_way_to_say_it(self):
        more = (*self.server, "-J")
        key = {"SIGNET_API_KEY": self.manager.token}
        wks = self.manager.workspace
        fleet = json.loads(self.signet("fleet", "create", wks, "their fleet", *more, environment=key))["fleet"]["id"]
        made = json.loads(self.signet("device", "create", wks, fleet, "their lamp", *more, environment=key))["device"]
        self.assertEqual((made["name"], made["fleet_id"]), ("their lamp", fleet))
        listed = json.loads(self.signet("device", "ls", wks, *more, environment=key))["devices"]
        self.assertIn(made["id"], [one["id"] for one in listed])
        self.assertIn(wks, self.signet("workspace", "get", wks, *self.server, environment=key))

    def test_an_export_by_a_schedule_becomes_files(self):
        def export(*words, **more):
            key = {"SIGNET_API_KEY": self.manager.token}
            return self.signet("export", *words, *self.server, environment=key, **more)

        def files():
            return [one["name"] for one in json.loads(export("files", "nightly", "--json"))["files"]]

        def lines():  # what was said within the running second is in the next
            export("run", "nightly")
            return sum(export("get", "nightly", name, "-o", "-").count(device.device) for name in files())

        export("create", "nightly", "--at", "6 *")
        device = self.manager.enroll("teller")
        client = Client(self.manager, device)
        for number in range(5):
            self.assertEqual(client.publish(f"j/data/{device.device}/t", b'{"n": %d}' % number), 0)
        client.close()
        wait_for(lambda: lines() == 5, "all that was said to be in files")
        folder = next((self.manager.data / "exports").iterdir())
        self.manager.kill()
        self.manager.start()
        self.assertEqual(lines(), 5, "each once, also over a restart")
        self.assertLessEqual(set(files()), {path.name for path in folder.iterdir()})
        export("rm", "nightly", "--yes")
        self.assertFalse(folder.exists())
        export("create", "x", "--at", "noon", expected=BAD_DATA)


if __name__ == "__main__":
    unittest.main()
