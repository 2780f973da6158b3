"""A manager with all that its console can show: a real board, devices that say bad things, people, refusals."""
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess

from board_scene import CONNECTED, Board
from firmware_image import PYTHON, firmware_image
from harness import PASSWORD, PATIENCE, Manager, wait_for
from mqtt5 import Client

TOP = pathlib.Path(__file__).parents[1]
MODULES = TOP / "build" / "console"  # where tools/build_console.py let npm work
SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
PLANTED = {"name": SCRIPT, "tag": "<b onclick=hacked=1>t</b>", "payload": "<svg onload=window.hacked=1>",
           "error": "<script>window.hacked=1</script> burnt out"}
PLAIN = {"name": "hall lamp", "tag": "light", "payload": "dimmed", "error": "the fuse is burnt out"}  # for pictures
PROGRAM = CONNECTED + """
while True:
    agent.publish({"temperature": random(180, 260) / 10, "humidity": random(40, 60)}, "env")
    sleep(400)
"""


def missing():
    """What is not here to drive a browser with; empty when all is."""
    if not shutil.which("node"):
        return "node: apt-get install nodejs npm"
    if not shutil.which("chromium"):
        return "chromium: apt-get install chromium"
    if not (MODULES / "node_modules" / "playwright-core").is_dir():
        return "build/console: npm built no console when signetd was built"
    return ""


class ConsoleScene:
    def __init__(self, scene, said=None):
        """`said`: what devices and people write; without, what a browser must show as text."""
        self.scene, self.words = scene, said or PLANTED
        self.manager = scene.manager()
        self.base = f"/v3/workspaces/{self.manager.workspace}"
        self.board = Board(scene, PROGRAM)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.board.claim(self.manager)
        self.lamp = self.make("lamp", self.words["name"])
        self.bulb = self.make("bulb", "bulb")
        self.client = None
        self.fill()

    def make(self, name, called):
        identity = self.manager.enroll(name)
        self.manager.call("PUT", f"{self.base}/devices/{identity.device}", {"name": called})
        return identity

    def up(self, key, value):
        client = Client(self.manager, self.lamp)
        assert client.publish(f"j/up/{self.lamp.device}", json.dumps({"key": key, "value": value}).encode()) == 0
        client.close()

    def fill(self):
        call = self.manager.call
        for number in range(24):
            call("POST", f"{self.base}/devices", {"name": f"sensor {number + 1}"})
        fleet = {"name": self.words["name"], "description": self.words["name"]}
        fleet = call("POST", f"{self.base}/fleets", fleet)["fleet"]["id"]
        call("PUT", f"{self.base}/devices/{self.lamp.device}", {"fleet_id": fleet})
        call("POST", f"{self.base}/api-keys", {"name": self.words["name"], "read_only": True})
        call("POST", f"{self.base}/integrations", {"name": self.words["name"], "url": "https://sink.example.org/in",
                                                   "tags": [self.words["tag"]]})
        call("POST", f"{self.base}/invitations", {"email": "bob@example.org", "role": "operator"})
        client = Client(self.manager, self.lamp)
        for value in (self.words["payload"], {"deep": [1, {"x": self.words["payload"]}]}):
            client.publish(f"j/data/{self.lamp.device}/{self.words['tag']}", json.dumps({"said": value}).encode())
        client.close()
        self.up("__manifest", {"jobs": ["blink", "reset"], "conditions": ["door"]})
        self.up("note", self.words["payload"])
        self.up("condition", {"uuid": "1", "tag": self.words["tag"], "payload": {"why": self.words["payload"]}})
        self.up("condition", {"uuid": "2", "tag": "door", "payload": {"floor": 2}})
        self.up("condition", {"uuid": "2", "payloadf": {"by": "ann"}, "finish": None})
        self.fail_job("burn")
        self.fill_firmware()
        self.knock()
        wait_for(lambda: len(self.manager.readings(self.board.device)) > 5, "readings of the board")

    def fill_firmware(self):
        """A version of two images; the lamp refused it once, and downloads it now."""
        made = self.manager.call("POST", f"{self.base}/firmwares", {"name": "lamp", "description": self.words["name"]})
        self.firmware = made["firmware"]["id"]
        images = {"os.img": firmware_image(b"an OS " * 9000, version=(2, 0, 0, 0)),
                  "lamp.img": firmware_image(b"a program " * 3000, PYTHON, version=(1, 2, 0, 0)),
                  "next.img": firmware_image(b"a newer program " * 3000, PYTHON, version=(1, 3, 0, 0))}
        for name, image in images.items():
            (self.scene.folder / name).write_bytes(image)
        files = [self.scene.folder / name for name in ("os.img", "lamp.img")]
        self.board.operate("firmware", "upload", self.firmware, "1.2.0", *files)
        self.schedule("1.2.0")
        self.up("@fota", {"fw_id": self.firmware, "fw_version": "1.2.0", "result": "fail", "msg": self.words["error"]})
        self.schedule("1.2.0")
        self.lamp_says("1.2.0", "downloading", [100, 40])

    def roll_out(self):
        """Of the lamp's firmware to all fleets, on its way."""
        fleets = [one["id"] for one in self.manager.call("GET", f"{self.base}/fleets")["fleets"]]
        plan = {"firmware_id": self.firmware, "firmware_version": "1.2.0", "fleets": fleets, "canaries": 1,
                "waves": [20, 50, 100], "soak": 600, "failures_percent": 5}
        return self.manager.call("POST", f"{self.base}/rollouts", plan)["rollout"]["id"]

    def schedule(self, version):
        self.manager.call("POST", f"/v3/devices/{self.lamp.device}/fota/{self.firmware}/versions/{version}")

    def lamp_says(self, version, progress, percent):
        self.up("_fota_status", {"fw_version": version, "progress": progress, "percent": percent})

    def fail_job(self, name):
        if not self.manager.call("GET", f"/v3/devices/{self.lamp.device}/jobs?name={name}&status=pending")["jobs"]:
            self.manager.call("POST", f"/v3/devices/{self.lamp.device}/jobs/{name}", {"value": {"n": 1}})
        self.up(f"@{name}", {"error": self.words["error"]})

    def knock(self):
        """A stranger without a certificate."""
        context = ssl.create_default_context(cafile=self.manager.ca)
        with socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="localhost") as connection:
                    connection.recv(1)
            except OSError:
                pass

    # --- what the browser's script asks for, by these names
    def do(self, what):
        acts = {"bulb comes": self.bulb_comes, "bulb goes": lambda: self.client.close(),
                "lamp fails blink": lambda: self.fail_job("blink"),
                "lamp confirms speed": lambda: self.up("speed", 1200),
                "lamp downloads 1.3.0": lambda: self.lamp_says("1.3.0", "downloading", [0, 70]),
                "lamp runs 1.3.0": lambda: self.up("@fota", {"fw_id": self.firmware, "fw_version": "1.3.0",
                                                             "result": "success", "msg": ""}),
                "all sessions end": self.end_sessions}
        acts[what]()

    def bulb_comes(self):
        self.client = Client(self.manager, self.bulb)

    def end_sessions(self):
        """As somebody would from another place, whose own session stays."""
        self.manager.call("DELETE", "/v3/account/sessions")

    def told(self, fresh, pictures):
        board = self.manager.call("GET", f"{self.base}/devices/{self.board.device}")["device"]
        link = fresh.ready["setup"]
        foundry = self.board.foundry
        return {"modules": str(MODULES), "chromium": shutil.which("chromium"), "planted": self.words,
                "base": f"https://localhost:{self.manager.ready['people']}", "email": "ann@example.org",
                "password": PASSWORD, "workspace": self.manager.workspace, "pump": self.board.device,
                "lamp": self.lamp.device, "firmware": self.firmware,
                "image": str(self.scene.folder / "next.img"), "dcn": board["identities"][0]["dcn"],
                "pictures": str(pictures), "rollout": self.roll_out() if pictures else "",
                "manifest": [str(self.board.manifest), str(foundry / "log-signer.pem"), str(foundry / "root.pem")],
                "fresh": {"link": link, "base": link.split("/setup")[0]}}

    def drive(self, script, pictures=""):
        """Runs a script of console/test in node and does what it asks for; (exit code, what it said as JSON)."""
        folder = self.scene.folder / "fresh"
        folder.mkdir()
        fresh = Manager(self.scene)
        fresh.data, fresh.ready_file = folder / "data", folder / "ready"
        fresh.start()
        facts = self.scene.folder / "browser.json"
        facts.write_text(json.dumps(self.told(fresh, pictures)))
        environment = os.environ | {"HOME": str(self.scene.folder), "TMPDIR": str(self.scene.folder)}
        said = []
        with subprocess.Popen(["node", TOP / "console" / "test" / script, facts], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env=environment) as node:
            for line in node.stdout:
                said.append(json.loads(line))
                if "ask" in said[-1]:
                    self.do(said[-1]["ask"])
                    node.stdin.write("done\n")
                    node.stdin.flush()
        return node.returncode, said
