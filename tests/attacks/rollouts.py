"""Updates in the wrong hands: other workspaces' ids, roles that are too small, plans that say more than they may,
images that are none, versions that are paths, and devices that lie about their own update or reach for another's. The
manager refuses each with its status, writes down who tried, and what was agreed on stands as it was."""
import http.client
import json
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import PATIENCE, Siege, run_attacks, wait_for  # noqa: E402
from firmware_image import PYTHON, firmware_image  # noqa: E402
from mqtt5 import publish_packet  # noqa: E402

VERSION = "1.2.0"
APPLICATION = firmware_image(b"a program " * 9_000, PYTHON, version=(1, 2, 0, 0))
IMAGE_BYTES_MAX = (8 << 20) + (8 << 10)  # of a body: api/api.h
LIES = 300
PATHS = ("..", ".", "%2e%2e", "..%2f..%2fetc%2fpasswd", "1%2f0", "1%5c0", "1%000", "1%20", "%c3%a9", "x" * 33,
         "1;rm%20-rf", "1%0aX: 1", "1'--", "~root", "1*", "$HOME")


class Rollouts(Siege):
    memory_bound = 64 << 20  # bodies of 8 MiB come at once, of which malloc keeps some
    devices = ("live", "rogue", "victim")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls.manager.token
        cls.mine = cls.things(cls.manager.workspace)
        cls.hers = cls.manager.call("POST", "/v3/workspaces", {"name": "hers"})["workspace"]["id"]
        cls.tokens = {role: cls.manager.join(cls.manager.workspace, f"{role}@example.org", role)
                      for role in ("viewer", "operator")}
        cls.eve = cls.manager.join(cls.hers, "eve@example.org", "owner")
        people = cls.manager.call("GET", f"/v3/workspaces/{cls.hers}/members")["members"]
        ann = next(one["account_id"] for one in people if one["email"] == "ann@example.org")
        cls.manager.call("DELETE", f"/v3/workspaces/{cls.hers}/members/{ann}")
        cls.manager.token = cls.eve
        cls.theirs = cls.things(cls.hers)
        cls.manager.token = cls.ann

    @classmethod
    def things(cls, workspace):
        """Of whoever's token it is: what the paths below name."""
        base = f"/v3/workspaces/{workspace}"
        device = cls.manager.call("POST", f"{base}/devices", {"name": "lamp"})["device"]
        firmware = cls.manager.call("POST", f"{base}/firmwares", {"name": "lamp"})["firmware"]["id"]
        cls.manager.call("POST", f"{base}/firmwares/{firmware}/versions/{VERSION}", APPLICATION)
        rollout = cls.manager.call("POST", f"{base}/rollouts", {
            "firmware_id": firmware, "firmware_version": VERSION, "fleets": [device["fleet_id"]],
            "window": "00:00-00:01"})["rollout"]["id"]
        return {"wks": workspace, "dev": device["id"], "flt": device["fleet_id"], "fmw": firmware, "rol": rollout,
                "ver": VERSION}

    def requests(self):
        """Every request about updates: (method, path with {names}, body)."""
        firmware, rollout = "/v3/workspaces/{wks}/firmwares/{fmw}", "/v3/workspaces/{wks}/rollouts/{rol}"
        plan = {"firmware_id": "{fmw}", "firmware_version": VERSION}
        return [("GET", firmware, None), ("GET", firmware + "/versions", None),
                ("GET", firmware + "/versions/{ver}", None), ("GET", rollout, None),
                ("GET", rollout + "/updates", None), ("GET", "/v3/devices/{dev}/fota", None),
                ("GET", "/v3/devices/{dev}/fota/history", None),
                ("PUT", firmware, {"name": "theirs"}), ("POST", firmware + "/versions/9", APPLICATION),
                ("DELETE", firmware + "/versions/{ver}", None), ("DELETE", firmware, None),
                ("POST", "/v3/workspaces/{wks}/rollouts", plan),
                ("POST", "/v3/workspaces/{wks}/rollouts", plan | {"fleets": ["{flt}"]}),
                ("POST", rollout + "/pause", {}), ("POST", rollout + "/resume", {}), ("POST", rollout + "/abort", {}),
                ("POST", "/v3/devices/{dev}/fota/{fmw}/versions/{ver}", {}), ("DELETE", "/v3/devices/{dev}/fota", None),
                ("POST", "/v3/workspaces/{wks}/fota/{fmw}/versions/{ver}", {}),
                ("POST", "/v3/workspaces/{wks}/fota/{fmw}/versions/{ver}?fleet={flt}", {})]

    @staticmethod
    def filled(text, names):
        for name, value in names.items():
            text = text.replace("{" + name + "}", value)
        return text

    def ask(self, request, names, token=None):
        method, path, body = request
        if isinstance(body, dict):
            body = json.loads(self.filled(json.dumps(body), names))
        return self.manager.status(method, self.filled(path, names), body, token)

    def snapshot(self):
        base = f"/v3/workspaces/{self.manager.workspace}"
        return json.dumps([self.manager.call("GET", f"{base}/{path}") for path in
                           ("firmwares", f"firmwares/{self.mine['fmw']}/versions", "rollouts",
                            f"rollouts/{self.mine['rol']}/updates")], sort_keys=True)

    def refusals(self, who):
        return len(self.manager.refusals(who))

    def test_ids_of_another_workspace_are_not_there(self):
        before, refused = self.snapshot(), self.refusals("eve@example.org")
        for request in self.requests():
            self.assertEqual(self.ask(request, self.mine, self.eve), 404, request)
            for name in ("wks", "dev", "flt", "fmw", "rol"):  # hers, but for one
                if "{" + name + "}" not in request[1] + json.dumps(str(request[2])):
                    continue
                names = self.theirs | {name: self.mine[name]}
                self.assertEqual(self.ask(request, names, self.eve), 404, (request, name))
        self.assertEqual(self.snapshot(), before)
        wait_for(lambda: self.refusals("eve@example.org") > refused, "the audit's word")

    def test_roles_do_what_they_may_and_no_more(self):
        before = self.snapshot()
        for request in self.requests():
            with self.subTest(request[:2]):
                reads = request[0] == "GET"
                self.assertEqual(self.ask(request, self.mine, self.tokens["viewer"]), 200 if reads else 403)
                if request[0] == "DELETE" and "/firmwares/" in request[1]:
                    self.assertEqual(self.ask(request, self.mine, self.tokens["operator"]), 403)
                if reads:
                    self.assertEqual(self.ask(request, self.mine, self.tokens["operator"]), 200)
                self.assertEqual(self.ask(request, self.mine, "sgs_nobody"), 401)
        self.assertEqual(self.snapshot(), before)
        self.assertGreater(self.refusals("viewer@example.org"), 0)

    def test_a_plan_says_what_a_plan_may_say(self):
        before = self.snapshot()
        path = f"/v3/workspaces/{self.manager.workspace}/rollouts"
        good = {"firmware_id": self.mine["fmw"], "firmware_version": VERSION, "window": "00:00-00:01"}
        for more in ({"id": "rol-000000000000"}, {"status": "done"}, {"workspace_id": self.hers}, {"wave": 3},
                     {"counts": []}, {"finished_at": "2020-01-01T00:00:00Z"}, {"created_at": None}, {"force": True},
                     {"__proto__": {"status": "done"}}, {"detail": "x"}, {"devices": [self.theirs["dev"]]},
                     {"canaries": -1}, {"canaries": 1 << 40}, {"canaries": "all"}, {"canaries": 1.5},
                     {"waves": []}, {"waves": [0]}, {"waves": [101]}, {"waves": [50, 10, 100]}, {"waves": [50]},
                     {"waves": ["100"]}, {"waves": list(range(1, 101))}, {"waves": [1 << 63]}, {"waves": {"0": 100}},
                     {"failures_percent": -1}, {"failures_percent": 101}, {"soak": -1}, {"soak": 1 << 31},
                     {"soak": 1 << 70}, {"return_within": 0}, {"return_within": 1 << 31}, {"window": "25:00-26:00"},
                     {"window": "22:00"}, {"window": "22:00-22:00"}, {"window": "x" * 10_000},
                     {"fleets": ["../" + self.mine["flt"]]}, {"fleets": self.mine["flt"]},
                     {"firmware_version": "../1.2.0"}, {"firmware_version": ""}, {"firmware_version": "x" * 33},
                     {"firmware_id": None}, {"firmware_id": self.mine["rol"]}):
            self.assertIn(self.manager.status("POST", path, good | more), (400, 404, 413), more)
        for more in ({"fleets": [self.theirs["flt"]]}, {"firmware_id": self.theirs["fmw"]}, {"firmware_version": "9"}):
            self.assertEqual(self.manager.status("POST", path, good | more), 404, more)
        self.assertEqual(self.snapshot(), before)

    def test_an_order_that_names_fleets_where_nobody_reads_them_is_not_an_order_for_all(self):
        before = self.snapshot()
        fota = f"/fota/{self.mine['fmw']}/versions/{VERSION}"
        everybody = f"/v3/workspaces/{self.manager.workspace}{fota}"
        for path in (everybody, f"{everybody}?fleet={self.mine['flt']}", f"/v3/devices/{self.mine['dev']}{fota}"):
            for body in ({"fleets": [self.mine["flt"]]}, {"fleet": self.mine["flt"]}, b"fleets", b"[1]"):
                self.assertEqual(self.manager.status("POST", path, body), 400, (path, body))
        self.assertEqual(self.snapshot(), before)

    def test_what_is_no_image_is_refused_and_leaves_nothing(self):
        folder = self.manager.data / "firmware"
        kept = sorted(folder.iterdir())
        path = f"/v3/workspaces/{self.manager.workspace}/firmwares/{self.mine['fmw']}/versions/2.0.0"
        foreign = firmware_image(b"x" * 1000, PYTHON)
        endless = bytearray(APPLICATION)
        endless[12:16] = b"\xff\xff\xff\xff"  # a payload of 4 GiB
        for body in (b"", b"x", b"\0" * 4096, APPLICATION[:31], APPLICATION[:-1], APPLICATION + b"x", bytes(endless),
                     APPLICATION[:40] + b"!" + APPLICATION[41:], foreign[: len(foreign) // 2], foreign[::-1],
                     foreign[:-60], b"PK\x03\x04" + foreign, foreign * 2, b"\x1f\x8b" + bytes(1 << 20)):
            self.assertIn(self.manager.status("POST", path, body), (400, 413), body[:20])
        self.assertEqual(self.manager.status("POST", path, b"\0" * (IMAGE_BYTES_MAX + 1)), 413)
        self.assertEqual(sorted(folder.iterdir()), kept)
        self.assertEqual(self.manager.status("GET", path), 404)

    def test_an_image_that_stops_halfway_is_no_upload(self):
        kept = sorted((self.manager.data / "firmware").iterdir())
        path = f"/v3/workspaces/{self.manager.workspace}/firmwares/{self.mine['fmw']}/versions/3.0.0"
        for _ in range(8):
            line = http.client.HTTPSConnection("127.0.0.1", self.manager.ready["people"], timeout=PATIENCE,
                                               context=self.manager.trust)
            line.putrequest("POST", path)
            for name, value in (("Authorization", f"Bearer {self.ann}"), ("Content-Length", str(8 << 20)),
                                ("Content-Type", "application/octet-stream")):
                line.putheader(name, value)
            line.endheaders()
            line.send(APPLICATION)
            line.close()
        self.assertEqual(self.manager.status("GET", path), 404)
        self.assertEqual(sorted((self.manager.data / "firmware").iterdir()), kept)

    def test_a_version_is_no_path(self):
        def files():
            return {path for path in self.manager.data.rglob("*")
                    if "ingest" not in path.parts and not path.name.startswith("signet.db")}

        before = files()
        base = f"/v3/workspaces/{self.manager.workspace}/firmwares/{self.mine['fmw']}/versions/"
        for version in PATHS:
            for method, path, body in (("POST", base + version, APPLICATION), ("GET", base + version, None),
                                       ("DELETE", base + version, None),
                                       ("POST", f"/v3/devices/{self.mine['dev']}/fota/{self.mine['fmw']}/versions/"
                                        + version, {})):
                try:
                    self.assertIn(self.manager.status(method, path, body), (400, 404, 405), (method, path))
                except (http.client.InvalidURL, ValueError):
                    pass  # the client's own refusal
        self.assertEqual(files(), before)

    def update_of(self, identity):
        return self.manager.call("GET", f"/v3/devices/{identity.device}/fota")["fota"]

    def schedule(self, identity, version=VERSION):
        self.manager.call("POST", f"/v3/devices/{identity.device}/fota/{self.mine['fmw']}/versions/{version}", {})

    def test_a_device_that_lies_about_its_update_changes_its_own_words_alone(self):
        self.schedule(self.rogue)
        self.schedule(self.victim)
        victim = self.update_of(self.victim)
        client, number = self.client(self.rogue), 0

        def say(key, value):
            nonlocal number
            number += 1
            message = json.dumps({"key": key, "value": value}).encode()
            client.send(publish_packet(number, f"j/up/{self.rogue.device}", message))
            while client.read()[0] >> 4 != 4:
                pass

        about = {"fw_id": self.mine["fmw"], "fw_version": VERSION}
        for lie in ({"fw_version": "9.9.9", "progress": "downloading"},
                    {"fw_version": VERSION, "fw_id": self.theirs["fmw"]}, {"fw_version": ["x"]}, {"fw_version": {}},
                    {}, [], "done", 7, None, {"device": self.victim.device}):
            say("_fota_status", lie)
        self.assertEqual(self.update_of(self.rogue)["progress"], "")
        for percent in ([-5, 1e300], [101, 400], ["x", None], [1] * 1000, {"0": 100}, 50, [[100], {}], [True, False]):
            say("_fota_status", about | {"progress": "downloading", "percent": percent})
        said = self.update_of(self.rogue)
        self.assertTrue(all(0 <= one <= 100 for one in said["percent"]), said)
        say("_fota_status", about | {"progress": "x" * 30_000})
        self.assertLessEqual(len(self.update_of(self.rogue)["progress"]), 256)
        for lie in (about | {"fw_version": "9.9.9", "result": "success"}, {"result": "success"},
                    about | {"fw_id": self.theirs["fmw"], "result": "success"}, ["success"], "success", None):
            say("@fota", lie)
        self.assertEqual(self.update_of(self.rogue)["status"], "pending", "another version is not what was asked for")
        for at in range(LIES):
            say("_fota_status", about | {"progress": "downloading", "percent": [at % 101, 0]})
        say("@fota", about | {"result": "fail", "msg": "\u202e" * 5_000 + "\r\nX-Evil: 1"})
        wait_for(lambda: self.update_of(self.rogue)["status"] == "failed", "its own end")
        say("@fota", about | {"result": "success", "msg": ""})
        say("_fota_status", about | {"progress": "again", "percent": [1, 1]})
        self.assertEqual(self.update_of(self.rogue)["status"], "failed", "what has ended has ended")
        self.assertEqual(self.update_of(self.victim), victim)

    def line_of(self, identity):
        trust = ssl.create_default_context(cafile=self.manager.ca)
        trust.load_cert_chain(identity.certificate, identity.key)
        trust.set_alpn_protocols(["http/1.1"])
        line = http.client.HTTPSConnection("localhost", self.manager.port, context=trust, timeout=PATIENCE)
        self.open.append(line)
        return line

    def fetch(self, identity, path):
        line = self.line_of(identity)
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read()

    def test_a_device_downloads_its_own_update_and_nothing_else(self):
        path = f"/v3/workspaces/{self.manager.workspace}/firmwares/{self.mine['fmw']}/versions/"
        secret = firmware_image(b"not for you " * 1000, PYTHON, version=(7, 0, 0, 0))
        self.manager.call("POST", path + "7.0.0", secret)
        self.schedule(self.victim)
        mine = f"/fota/{self.mine['fmw']}/{VERSION}/1"
        self.assertEqual(self.fetch(self.victim, mine), (200, APPLICATION))
        refused = self.refusals(self.rogue.dcn)
        self.manager.call("DELETE", f"/v3/devices/{self.rogue.device}/fota")  # it has no update now
        for wanted in (mine, mine.replace(VERSION, "7.0.0"), f"/fota/{self.theirs['fmw']}/{VERSION}/1"):
            status, body = self.fetch(self.rogue, wanted)
            self.assertEqual(status, 403, wanted)
            self.assertNotIn(b"not for you", body)
        for wanted in (mine.replace(VERSION, "7.0.0"), f"/fota/{self.theirs['fmw']}/{VERSION}/1", mine[:-1] + "0",
                       mine + "/..", mine.replace(VERSION, ".."), "/fota/../signet.db", "/fota//etc/passwd",
                       "/v3/workspaces"):
            self.assertIn(self.fetch(self.victim, wanted)[0], (400, 403, 404), wanted)
        wait_for(lambda: self.refusals(self.rogue.dcn) > refused, "the audit's word")


if __name__ == "__main__":
    run_attacks()
