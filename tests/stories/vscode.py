"""The extension in a real VSCode server, driven in Chromium against the real programs: vscode/test/editor/walk.mjs.

    vscode.py                   the walk
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
from board_scene import Board  # noqa: E402
from harness import BIN, SKIPPED, Scene, run, wait_for  # noqa: E402

WIFI_PASSWORD = "staple of the battery"
PROGRAM = """
from networking import wifi
from zdm import zdm

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start()
while True:
    print("online:", agent.online())
    sleep(300)
"""
FAILING = "\nprint('now')\nundefined_name()\n"
SETTINGS = {"security.workspace.trust.enabled": False, "workbench.startupEditor": "none",
            "terminal.integrated.gpuAcceleration": "off", "telemetry.telemetryLevel": "off",
            "window.autoDetectColorScheme": True, "breadcrumbs.enabled": False,
            "extensions.ignoreRecommendations": True, "workbench.enableExperiments": False,
            "extensions.autoCheckUpdates": False, "files.simpleDialog.enable": True}


class EditorScene:
    def __init__(self, scene, vsix):
        self.scene, self.vsix = scene, vsix
        self.manager = scene.manager()
        self.project = scene.folder / "work"  # what is open; the board runs a copy, as it would on a desk
        self.board = Board(scene, PROGRAM)
        self.board.folder = self.project / ".signet" / "boards" / "lamp"
        self.board.console = self.board.folder / "console"
        self.board.folder.parent.mkdir(parents=True)
        (self.project / "main.py").write_text(PROGRAM)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.sign_in()
        said = json.loads(self.board.operate("--json", "registry", "ls"))["identities"]
        self.dcn = said[0]["dcn"]

    def sign_in(self):
        operate, board = self.board.operate, self.board
        operate("--server", f"https://127.0.0.1:{self.manager.ready['people']}", "--ca", self.manager.ca, "login",
                "--email", "ann@example.org", "--password-stdin", input="correct horse battery\n", stdin=None)
        operate("registry", "import", board.manifest, "--log-signer", board.foundry / "log-signer.pem",
                "--root", board.foundry / "root.pem")

    # --- the editor
    def start_editor(self):
        home = self.scene.folder / "editor"
        user, extensions = home / "data", home / "extensions"
        (user / "User").mkdir(parents=True)
        (user / "User" / "settings.json").write_text(json.dumps(SETTINGS))
        # A VSCode server reads settings of the machine, as signet.programs, from another file than a person's.
        (user / "Machine").mkdir()
        (user / "Machine" / "settings.json").write_text(json.dumps({"signet.programs": str(BIN)}))
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

    # --- what the browser's script asks for, by these names
    def do(self, what):
        acts = {"claimed": self.claimed, "board stops": self.stop_board, "board starts": self.board.start,
                "secrets": self.secrets, "program fails": self.fail, "a stranger's board comes": self.stranger,
                "sign out": lambda: self.board.operate("logout") and None}
        return acts[what]() or "done"

    def claimed(self):
        devices = self.manager.call("GET", f"/v3/workspaces/{self.manager.workspace}/devices")["devices"]
        pumps = [one["identities"][0]["dcn"] for one in devices if one["name"] == "pump"]
        return "yes" if pumps == [self.dcn] else "no"

    def stop_board(self):
        self.board.process.terminate()
        self.board.process.wait()

    def secrets(self):
        said = run(BIN / "signet", "--json", "secret", "ls", "--board", self.board.console)
        return " ".join(sorted(json.loads(said.stdout)["names"]))

    def fail(self):
        self.stop_board()
        for program in (self.board.program, self.project / "main.py"):
            program.write_text(FAILING)
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

    def drive(self, script, **more):
        url = self.start_editor()
        facts = self.scene.folder / "editor.json"
        facts.write_text(json.dumps({
            "modules": str(editor_install.HOME), "chromium": shutil.which("chromium"), "dcn": self.dcn,
            "password": WIFI_PASSWORD, "picture": str(TOP / "build" / "vscode-failed.png"),
            "url": f"{url}?folder={self.project}"} | more))
        environment = os.environ | {"HOME": str(self.scene.folder), "TMPDIR": str(self.scene.folder)}
        said = []
        with subprocess.Popen(["node", TOP / "vscode" / "test" / "editor" / script, facts], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env=environment) as node:
            for line in node.stdout:
                said.append(json.loads(line))
                if "ask" in said[-1]:
                    node.stdin.write(f"{self.do(said[-1]['ask'])}\n")
                    node.stdin.flush()
                else:
                    print(line.strip())
        return node.returncode, said


class InTheEditor(unittest.TestCase):
    vsix = None

    def test_a_sitting(self):
        with Scene() as scene:
            editor = EditorScene(scene, self.vsix)
            code, said = editor.drive("walk.mjs")
            kept = [path for path in scene.folder.joinpath("editor").rglob("*")
                    if path.is_file() and WIFI_PASSWORD.encode() in path.read_bytes()]
        failed = next((f"{line['failed']}: {line['error']}" for line in said if "failed" in line), "it ended too early")
        self.assertEqual(code, 0, failed)
        self.assertEqual(kept, [], "the editor kept the Wi-Fi password")
        self.assertGreater(sum("done" in line for line in said), 5)


def main():
    try:
        editor_install.install()
        InTheEditor.vsix = build_vscode.build(TOP)
    except (editor_install.Absent, build_vscode.Absent) as why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    if "--pictures" in sys.argv:
        with Scene() as scene:
            editor = EditorScene(scene, InTheEditor.vsix)
            sys.exit(editor.drive("pictures.mjs", pictures=str(pathlib.Path(sys.argv[-1]).resolve()))[0])
    unittest.main()


if __name__ == "__main__":
    main()
