"""The extension in a real VSCode server, driven in Chromium against the real programs: vscode/test/editor/.

    vscode.py                   a sitting with a board that is there; the first hour without one
    vscode.py --pictures DIR    the panel, light and dark
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

TOP = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tools")]
import build_vscode  # noqa: E402
import editor_install  # noqa: E402
from board_scene import CONNECTED, Board  # noqa: E402
from firmware_scene import Release  # noqa: E402
from harness import BIN, PASSWORD, SKIPPED, Scene, run, wait_for  # noqa: E402

WIFI_PASSWORD = "staple of the battery"
PROGRAM = CONNECTED + """
while True:
    print("online:", agent.online())
    sleep(300)
"""
FAILING = "\nprint('now')\nundefined_name()\n"
SETTINGS = {"security.workspace.trust.enabled": False, "workbench.startupEditor": "none",
            "terminal.integrated.gpuAcceleration": "off", "telemetry.telemetryLevel": "off",
            "window.autoDetectColorScheme": True, "breadcrumbs.enabled": False, "remote.autoForwardPorts": False,
            "extensions.ignoreRecommendations": True, "workbench.enableExperiments": False,
            "extensions.autoCheckUpdates": False, "files.simpleDialog.enable": True}


class EditorScene:
    """A manager, an open folder, a person who is signed in. `settings` are those of the machine."""

    def __init__(self, scene, vsix, **settings):
        self.scene, self.vsix, self.settings = scene, vsix, settings
        self.manager = scene.manager()
        self.project = scene.folder / "work"
        self.project.mkdir()
        self.write(PROGRAM)
        self.acts = {"sign out": lambda: self.operate("logout") and None}
        self.operate("--server", f"https://127.0.0.1:{self.manager.ready['people']}", "--ca", self.manager.ca, "login",
                     "--email", "ann@example.org", "--password-stdin", input=PASSWORD + "\n", stdin=None)

    def write(self, program):
        (self.project / "main.py").write_text(program)

    def operate(self, *arguments, **options):
        environment = os.environ | {"SIGNET_HOME": str(self.scene.folder / "operator")}
        done = run(BIN / "signet", *arguments, env=environment, **options)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    # --- the editor
    def start_editor(self):
        home = self.scene.folder / "editor"
        user, extensions = home / "data", home / "extensions"
        (user / "User").mkdir(parents=True)
        (user / "User" / "settings.json").write_text(json.dumps(SETTINGS))
        # A VSCode server reads settings of the machine, as signet.programs, from another file than a person's.
        (user / "Machine").mkdir()
        (user / "Machine" / "settings.json").write_text(json.dumps({"signet.programs": str(BIN)} | self.settings))
        entry = ["node", editor_install.SERVER / "out" / "node" / "entry.js", "--config", home / "config.yaml",
                 "--user-data-dir", user, "--extensions-dir", extensions]
        environment = os.environ | {"HOME": str(home), "SIGNET_HOME": str(self.scene.folder / "operator")}
        done = run(*entry, "--install-extension", self.vsix, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        log = (self.scene.folder / "code-server.log").open("ab")
        self.editor = subprocess.Popen(
            [str(one) for one in (*entry, "--bind-addr", "127.0.0.1:0", "--auth", "none", "--disable-telemetry",
                                  "--disable-update-check", "--disable-workspace-trust", self.project)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self.scene.programs.append(self.editor)
        return wait_for(self.editor_url, "the editor to serve")

    def editor_url(self):
        assert self.editor.poll() is None, self.scene.log("code-server")
        for line in self.scene.log("code-server").splitlines():
            if "HTTP server listening on " in line:
                return line.split("HTTP server listening on ")[1].strip()
        return None

    def drive(self, script, **more):
        url = self.start_editor()
        facts = self.scene.folder / "editor.json"
        facts.write_text(json.dumps({
            "modules": str(editor_install.HOME), "chromium": shutil.which("chromium"),
            "picture": str(TOP / "build" / "vscode-failed.png"), "url": f"{url}?folder={self.project}"} | more))
        environment = os.environ | {"HOME": str(self.scene.folder), "TMPDIR": str(self.scene.folder)}
        said = []
        with subprocess.Popen(["node", TOP / "vscode" / "test" / "editor" / script, facts], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env=environment) as node:
            for line in node.stdout:
                said.append(json.loads(line))
                if "ask" in said[-1]:
                    node.stdin.write(f"{self.acts_for(said[-1]['ask'])}\n")
                    node.stdin.flush()
                else:
                    print(line.strip())
        return node.returncode, said

    def acts_for(self, what):
        """What the browser's script asks for, by its name."""
        return self.acts[what]() or "done"


class WithABoard(EditorScene):
    """And a board that somebody started in the folder. It runs a copy of the program, as one on a desk would."""

    def __init__(self, scene, vsix):
        super().__init__(scene, vsix)
        self.board = Board(scene, PROGRAM)
        self.board.folder = self.project / ".signet" / "boards" / "lamp"
        self.board.console = self.board.folder / "console"
        self.board.folder.parent.mkdir(parents=True)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.operate("registry", "import", self.board.manifest, "--log-signer", self.board.foundry / "log-signer.pem",
                     "--root", self.board.foundry / "root.pem")
        self.dcn = json.loads(self.operate("--json", "registry", "ls"))["identities"][0]["dcn"]
        self.acts |= {"claimed": self.claimed, "board stops": self.stop_board, "board starts": self.board.start,
                      "secrets": self.secrets, "program fails": self.fail, "a stranger's board comes": self.stranger}

    def claimed(self):
        devices = self.manager.call("GET", f"/v3/workspaces/{self.manager.workspace}/devices")["devices"]
        pumps = [one["identities"][0]["dcn"] for one in devices if one["name"] == "pump"]
        return "yes" if pumps == [self.dcn] else "no"

    def stop_board(self):
        self.board.process.terminate()
        self.board.process.wait()

    def secrets(self):
        with self.board.jumper():
            said = run(BIN / "signet", "--json", "secret", "ls", "--board", self.board.console)
        return " ".join(sorted(json.loads(said.stdout)["names"]))

    def fail(self):
        self.stop_board()
        self.board.program.write_text(FAILING)
        self.write(FAILING)
        self.board.start()

    def stranger(self):
        """A board of a foundry that the manager has never heard of."""
        other = Scene()
        other.folder, other.programs = self.scene.folder / "stranger", self.scene.programs
        other.folder.mkdir()
        board = Board(other, PROGRAM)
        board.folder = self.project / ".signet" / "boards" / "stranger"
        board.console = board.folder / "console"
        board.start_element()
        board.make()
        board.start()


class WithARelease(EditorScene):
    """And a release key, but no board."""

    def __init__(self, scene, vsix):
        release = Release(scene.folder)
        super().__init__(scene, vsix, **{"signet.releaseKey": release.key})
        self.acts |= {"a mistake": lambda: self.write("while True\n    pass\n")}
        for number, version in (("two", "0.1.0"), ("three", "0.2.0"), ("four", "0.3.0")):
            self.acts[f"version {number}"] = lambda number=number, version=version: self.edit(number, version)

    def edit(self, number, version):
        self.write(PROGRAM.replace('"online:"', f'"this is {number}"'))
        settings = {"board": "virtual", "version": version, "os_version": "1.0.0"}
        (self.project / "signet.json").write_text(json.dumps(settings))


class InTheEditor(unittest.TestCase):
    vsix = None

    @staticmethod
    def scene_logs(editor):
        """What the extension wrote into its output channel."""
        return editor.scene.folder.joinpath("editor", "data", "logs").rglob("Signet*.log")

    def sit(self, editor, script, **more):
        code, said = editor.drive(script, **more)
        if code != 0:
            for log in self.scene_logs(editor):
                print(log.read_text())
        failed = next((f"{line['failed']}: {line['error']}" for line in said if "failed" in line), "it ended too early")
        self.assertEqual(code, 0, failed)
        self.assertGreater(sum("done" in line for line in said), 5)

    def test_a_sitting_with_a_board(self):
        with Scene() as scene:
            editor = WithABoard(scene, self.vsix)
            self.sit(editor, "walk.mjs", dcn=editor.dcn, password=WIFI_PASSWORD)
            kept = [path for path in scene.folder.joinpath("editor").rglob("*")
                    if path.is_file() and WIFI_PASSWORD.encode() in path.read_bytes()]
            self.assertEqual(kept, [], "the editor kept the Wi-Fi password")

    def test_the_first_hour(self):
        with Scene() as scene:
            self.sit(WithARelease(scene, self.vsix), "first_hour.mjs")


def main():
    try:
        editor_install.install()
        InTheEditor.vsix = build_vscode.build(TOP)
    except (editor_install.Absent, build_vscode.Absent) as why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    if "--pictures" in sys.argv:
        with Scene() as scene:
            editor = WithABoard(scene, InTheEditor.vsix)
            sys.exit(editor.drive("pictures.mjs", pictures=str(pathlib.Path(sys.argv[-1]).resolve()))[0])
    unittest.main()


if __name__ == "__main__":
    main()
