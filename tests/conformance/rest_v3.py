"""Every request that Zerynth documents of its v3 API, played against a real manager: status, headers, JSON shape.

The rows below are the documentation: method, path, what is sent, what comes back. A program that was written for it
asks with an API key in X-API-KEY, which is bound to one workspace, and sends Content-Type: application/json always.
Beyond the documented members an answer may have more.
"""
import http.client
import json
import pathlib
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Scene, wait_for  # noqa: E402
from firmware_image import firmware_image  # noqa: E402
from mqtt5 import Client  # noqa: E402

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def identifier(prefix):
    return re.compile(rf"{prefix}-[0-9a-z]{{12}}")


def maybe(shape):
    return (type(None), shape)


ACCOUNT, WORKSPACE_ID, FLEET_ID, DEVICE_ID = (identifier(prefix) for prefix in ("acc", "wks", "flt", "dev"))
WORKSPACE = {"id": WORKSPACE_ID, "name": str, "account_id": ACCOUNT, "description": str, "created_at": TIME}
FLEET = {"id": FLEET_ID, "name": str, "description": str, "account_id": ACCOUNT, "workspace_id": WORKSPACE_ID,
         "created_at": TIME}
DEVICE = {"id": DEVICE_ID, "name": str, "account_id": ACCOUNT, "fleet_id": FLEET_ID, "fleet_name": str,
          "workspace_id": WORKSPACE_ID, "workspace_name": str, "created_at": TIME, "phys_id": str,
          "identities": maybe([{"dcn": str, "device_id": DEVICE_ID, "revoked": bool}])}
JOB = {"name": str, "status": re.compile("pending|done"), "scheduled_at": TIME, "value": object}
FLEET_JOB = JOB | {"devices": [DEVICE_ID]}
FOTA = {"scheduled_at": TIME, "status": re.compile("pending|done|failed|cancelled"),
        "value": {"firmware_id": identifier("fmw"), "firmware_version": str}}
FLEET_FOTA = FOTA | {"devices": [DEVICE_ID]}
DATUM = {"timestamp_device": TIME, "timestamp_in": TIME, "fleet_id": FLEET_ID, "device_id": DEVICE_ID, "tag": str,
         "payload": dict}


class Documented(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.wks = f"/workspaces/{cls.manager.workspace}"
        made = cls.manager.call("POST", f"/v3{cls.wks}/api-keys", {"name": "program", "role": "admin"})
        cls.key = made["api_key"]["key"]

    def send(self, method, path, body=None, key=None):
        """(status, headers, JSON) of one request as the documentation has it."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.manager.ready["people"], timeout=PATIENCE,
                                                 context=self.manager.trust)
        headers = {"Content-Type": "application/json", "X-API-KEY": self.key if key is None else key}
        connection.request(method, "/v3" + path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        self.assertEqual(int(answer.headers["Content-Length"]), len(text))
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/json")
        return answer.status, answer.headers, json.loads(text)

    def ok(self, method, path, member, shape, body=None, key=None):
        """What stands behind the one documented member of the answer."""
        status, _, answer = self.send(method, path, body, key)
        self.assertEqual(status, 200, answer)
        self.assertIn(member, answer)
        self.fits(answer[member], shape, f"{method} {path}: {member}")
        return answer[member]

    def fits(self, value, shape, where):
        if isinstance(shape, tuple):
            if value is not None:
                self.fits(value, shape[1], where)
        elif isinstance(shape, list):
            self.assertIsInstance(value, list, where)
            for one in value:
                self.fits(one, shape[0], where + "[]")
        elif isinstance(shape, dict):
            self.assertIsInstance(value, dict, where)
            for name, wanted in shape.items():
                self.assertIn(name, value, where)
                self.fits(value[name], wanted, f"{where}.{name}")
        elif isinstance(shape, re.Pattern):
            self.assertIsInstance(value, str, where)
            self.assertTrue(shape.fullmatch(value), f"{where} is {value!r}, not {shape.pattern}")
        else:
            self.assertIsInstance(value, shape, where)

    def device(self, name="lamp", **more):
        return self.ok("POST", f"{self.wks}/devices", "device", DEVICE, {"name": name, **more})

    # --- rows 1 to 3
    def test_workspaces(self):
        for path in ("/workspaces", "/workspaces/"):  # the documented sample has a trailing slash
            listed = self.ok("GET", path, "workspaces", [WORKSPACE])
            self.assertEqual([one["id"] for one in listed], [self.manager.workspace], "a key sees its own alone")
        one = self.ok("GET", self.wks, "workspace", WORKSPACE)
        self.assertEqual((one["id"], one["name"]), (self.manager.workspace, "default"))
        # A key is bound to a workspace; to make another takes a person's sign-in.
        status, _, answer = self.send("POST", "/workspaces", {"name": "second", "description": "of a test"})
        self.assertEqual((status, set(answer) >= {"error", "code", "title", "message"}), (403, True))
        made = self.manager.call("POST", "/v3/workspaces", {"name": "second", "description": "of a test"})
        self.fits(made["workspace"], WORKSPACE, "POST /workspaces")
        self.assertEqual((made["workspace"]["name"], made["workspace"]["description"]), ("second", "of a test"))

    # --- rows 4 to 6
    def test_fleets(self):
        made = self.ok("POST", f"{self.wks}/fleets", "fleet", FLEET, {"name": "north", "description": "up there"})
        self.assertEqual((made["name"], made["description"], made["workspace_id"]),
                         ("north", "up there", self.manager.workspace))
        listed = self.ok("GET", f"{self.wks}/fleets", "fleets", [FLEET])
        self.assertEqual([one["name"] for one in listed][:1], ["default"])
        self.assertIn(made, listed)
        self.assertEqual(self.ok("GET", f"{self.wks}/fleets/{made['id']}", "fleet", FLEET), made)

    # --- rows 7 to 10
    def test_devices(self):
        default = self.ok("GET", f"{self.wks}/fleets", "fleets", [FLEET])[0]["id"]
        fleet = self.ok("POST", f"{self.wks}/fleets", "fleet", FLEET, {"name": "south", "description": ""})["id"]
        lamp = self.device("lamp")
        self.assertEqual(lamp["fleet_id"], default, "without a fleet it is in the default one")
        self.assertEqual(self.device("pump", fleet_id=fleet)["fleet_id"], fleet)
        listed = self.ok("GET", f"{self.wks}/devices", "devices", [DEVICE])
        self.assertIn(lamp["id"], [one["id"] for one in listed])
        path = f"{self.wks}/devices/{lamp['id']}"
        self.assertEqual(self.ok("GET", path, "device", DEVICE)["id"], lamp["id"])
        changed = self.ok("PUT", path, "device", DEVICE, {"name": "lantern", "fleet_id": fleet})
        self.assertEqual((changed["name"], changed["fleet_id"], changed["fleet_name"]), ("lantern", fleet, "south"))

    # --- rows 11 to 13
    def test_jobs_of_a_device(self):
        identity = self.manager.enroll("worker")
        jobs = f"/devices/{identity.device}/jobs"
        self.assertEqual(self.ok("GET", jobs, "jobs", [JOB]), [])
        made = self.ok("POST", f"{jobs}/blink", "job", JOB, {"value": {"n": 3}})
        self.assertEqual((made["name"], made["status"], made["value"]), ("blink", "pending", {"n": 3}))
        self.ok("POST", f"{jobs}/relay", "job", JOB, {"value": "on"})  # any JSON: the official demo does it
        client = Client(self.manager, identity)
        said = json.dumps({"key": "@blink", "value": {"blinked": 3}}).encode()
        self.assertEqual(client.publish(f"j/up/{identity.device}", said), 0)
        client.close()
        wait_for(lambda: self.ok("GET", f"{jobs}/blink", "job", JOB)["status"] == "done", "the answer")
        self.assertEqual(self.ok("GET", f"{jobs}/blink", "job", JOB)["value"], {"blinked": 3})
        for status, names in (("pending", ["relay"]), ("done", ["blink"])):
            found = self.ok("GET", f"{jobs}?status={status}", "jobs", [JOB])
            self.assertEqual([one["name"] for one in found], names)
        self.assertEqual(len(self.ok("GET", jobs, "jobs", [JOB])), 2, "without a status, both")

    # --- row 14
    def test_jobs_of_fleets(self):
        fleets = [self.ok("POST", f"{self.wks}/fleets", "fleet", FLEET, {"name": name, "description": ""})["id"]
                  for name in ("one", "two", "three")]
        devices = [self.device(f"of {fleet}", fleet_id=fleet)["id"] for fleet in fleets]
        for path in (f"/workspace/{self.manager.workspace}", self.wks):  # singular in the signature
            job = self.ok("POST", f"{path}/jobs/blink?fleet={fleets[0]}&fleet={fleets[1]}", "job", FLEET_JOB,
                          {"value": {"n": 1}})
            self.assertEqual(sorted(job["devices"]), sorted(devices[:2]))
            self.assertEqual((job["name"], job["status"], job["value"]), ("blink", "pending", {"n": 1}))
        everywhere = self.ok("POST", f"{self.wks}/jobs/beep", "job", FLEET_JOB, {"value": {}})
        self.assertTrue(set(devices) <= set(everywhere["devices"]), "without a fleet, all")

    # --- rows 15 to 17
    def firmware(self):
        """Its id; it has the version 2.0.0."""
        fmw = self.manager.call("POST", f"/v3{self.wks}/firmwares", {"name": "os"})["firmware"]["id"]
        self.manager.call("POST", f"/v3{self.wks}/firmwares/{fmw}/versions/2.0.0", firmware_image(b"an OS"))
        return fmw

    def test_firmware_updates(self):
        fmw, device = self.firmware(), self.device("old")["id"]
        status, _, answer = self.send("GET", f"/devices/{device}/fota")
        self.assertEqual((status, answer["code"]), (404, "not_found"), "it was never asked to")
        made = self.ok("POST", f"/devices/{device}/fota/{fmw}/versions/2.0.0", "fota", FOTA)
        self.assertEqual(made["value"], {"firmware_id": fmw, "firmware_version": "2.0.0"})
        self.assertEqual(made["status"], "pending")
        self.assertEqual(self.ok("GET", f"/devices/{device}/fota", "fota", FOTA), made)
        for path in (f"/devices/{device}/fota/{fmw}/versions/3.0.0",
                     f"/devices/{device}/fota/fmw-000000000000/versions/2.0.0"):
            status, _, answer = self.send("POST", path)
            self.assertEqual((status, answer["code"]), (404, "not_found"), path)

    def test_firmware_updates_of_fleets(self):
        fmw, fleets = self.firmware(), [self.ok("POST", f"{self.wks}/fleets", "fleet", FLEET, {
            "name": f"fota {name}", "description": ""})["id"] for name in ("one", "two", "three")]
        devices = [self.device(f"in {fleet}", fleet_id=fleet)["id"] for fleet in fleets]
        path = f"{self.wks}/fota/{fmw}/versions/2.0.0"
        made = self.ok("POST", f"{path}?fleet={fleets[0]}&fleet={fleets[1]}", "fota", FLEET_FOTA)
        self.assertEqual(sorted(made["devices"]), sorted(devices[:2]))
        everywhere = self.ok("POST", path, "fota", FLEET_FOTA)
        self.assertTrue(set(devices) <= set(everywhere["devices"]), "without a fleet, all")

    # --- zStorage
    def test_the_timeseries(self):
        identity = self.manager.enroll("teller")
        client, times = Client(self.manager, identity), [f"2026-03-26T09:46:{second:02d}Z" for second in range(10)]
        for number, at in enumerate(times):
            for _ in range(2):  # a second one of the same time is dropped
                payload = b'{"n": %d}' % number
                tag = "even" if number % 2 == 0 else "odd"
                self.assertEqual(client.publish(f"j/data/{identity.device}/{tag}", payload, at), 0)
        client.close()
        path = f"/timeseries/{self.manager.workspace}/data"

        def numbers(**query):
            query = urllib.parse.urlencode({"device": identity.device} | query, doseq=True)
            return [one["payload"]["n"] for one in self.ok("GET", f"{path}?{query}", "result", [DATUM])]

        wait_for(lambda: len(numbers()) == 10, "what was said")
        self.assertEqual(numbers(), list(range(9, -1, -1)), "the newest first when nothing is said")
        self.assertEqual(numbers(sort="-timestamp_device"), list(range(9, -1, -1)))
        self.assertEqual(numbers(sort="timestamp_device"), list(range(10)))
        self.assertEqual(numbers(sort="timestamp_device", start=times[2], end=times[5]), [2, 3, 4], "start <= t < end")
        self.assertEqual(numbers(sort="timestamp_device", size=4), [0, 1, 2, 3])
        self.assertEqual(numbers(sort="timestamp_device", size=4, **{"from": 2}), [8, 9], "from counts pages")
        self.assertEqual(numbers(size=0), [])
        self.assertEqual(numbers(size=175000), list(range(9, -1, -1)))
        self.assertEqual(numbers(sort="timestamp_device", tag="odd"), [1, 3, 5, 7, 9])
        self.assertEqual(len(numbers(tag=["odd", "even"])), 10, "repeatable")
        for query in ("size=175001", "size=-1", "from=-1", "sort=tag", "start=noon"):
            status, _, answer = self.send("GET", f"{path}?{query}")
            self.assertIn(status, (400, 413), query)
            self.assertIsInstance(answer["message"], str)

    # --- what holds for all of them
    def test_without_a_key_or_with_anothers_nothing_is_told(self):
        for path in ("/workspaces", self.wks, f"{self.wks}/devices", f"/timeseries/{self.manager.workspace}/data"):
            for key in ("", "sgk_wrong"):
                status, _, answer = self.send("GET", path, key=key)
                self.assertEqual((status, answer["code"]), (401, "unauthenticated"), path)
        status, _, answer = self.send("GET", "/workspaces/wks-000000000000")
        self.assertEqual((status, answer["code"]), (404, "not_found"))

    def test_an_error_has_the_members_of_the_first_version_too(self):
        status, _, answer = self.send("POST", f"{self.wks}/devices", {"fleet_id": 7})
        self.assertEqual(status, 400)
        self.fits(answer, {"code": str, "title": str, "message": str, "error": {"code": str, "message": str,
                                                                                "detail": str}}, "an error")


if __name__ == "__main__":
    unittest.main()
