"""Members that nobody offered, in every body: refused by name, and nothing has changed.

The rule (docs/formats/api.md): a member that a path does not name is refused; a path that takes no body reads none.
"""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Refused, Scene  # noqa: E402

# What an attacker would like to set: whose it is, what it may, what it is, and the ways into prototypes.
FORBIDDEN = {
    "id": "dev-000000000000", "account_id": "acc-000000000000", "account": "acc-000000000000",
    "workspace_id": "wks-000000000000", "role_of_account": "owner", "is_admin": True, "admin": True, "owner": True,
    "state": "claimed", "status": "done", "created_at": "2020-01-01T00:00:00Z", "last_seen": "2020-01-01T00:00:00Z",
    "online": True, "removed": True, "secret": "00" * 32, "hash": "00" * 32, "key": "sgk_x", "prefix": "sgk_x",
    "assurance": "hardware", "fingerprint": "00" * 32, "delivered": 0, "position": 0, "is_on": True,
    "second_factor": False, "retention_days": 1, "__proto__": {"admin": True},
    "constructor": {"prototype": {"admin": True}},
}
SAMPLES = {"string": "x", "integer": 1, "boolean": True, "object": {"speed": 1}, "array": ["x"], "number": 1.5}


class MassAssignment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager(request_burst=1_000_000)  # too_fast.py meets that limit
        cls.base = f"/v3/workspaces/{cls.manager.workspace}"
        unit = cls.manager.enroll("lamp")
        device = cls.manager.call("GET", f"{cls.base}/devices")["devices"][0]
        key = cls.manager.call("POST", f"{cls.base}/api-keys", {"name": "k"})["api_key"]["id"]
        invited = cls.manager.call("POST", f"{cls.base}/invitations", {"email": "x@example.org"})["invitation"]["id"]
        member = cls.manager.call("GET", f"{cls.base}/members")["members"][0]["account_id"]
        sink = cls.manager.call("POST", f"{cls.base}/integrations",
                                {"name": "sink", "url": "https://sink.example.org/"})["integration"]["id"]
        cls.manager.call("POST", f"/v3/devices/{device['id']}/jobs/blink", {"value": 1})
        cls.names = {"wks": cls.manager.workspace, "dev": device["id"], "flt": device["fleet_id"], "tok": key,
                     "inv": invited, "acc": member, "int": sink, "job": "blink", "name": "speed", "dcn": unit.dcn}

    def snapshot(self):
        """All that can be read, but for what reading itself changes."""
        seen = {}
        for path in ("", "/fleets", "/devices", "/members", "/invitations", "/api-keys", "/integrations"):
            seen[path] = self.manager.call("GET", self.base + path)
        device = self.names["dev"]
        for path in ("jobs", "twin", "variables", "conditions"):
            seen[path] = self.manager.call("GET", f"/v3/devices/{device}/{path}")
        seen["account"] = self.manager.call("GET", "/v3/account")
        seen["registry"] = self.manager.call("GET", "/v3/registry")
        seen["workspaces"] = self.manager.call("GET", "/v3/workspaces")
        for key in seen["/api-keys"]["api_keys"]:
            key.pop("last_used")
        for sink in seen["/integrations"]["integrations"]:
            sink.pop("last_test")
        return json.dumps(seen, sort_keys=True)

    def refusal(self, method, path, body):
        try:
            return self.manager.call(method, path, body)
        except Refused as refused:
            self.assertLess(refused.status, 500, refused)
            return refused

    def valid_body(self, schema):
        out = {}
        for name in schema.get("required", []):
            kind = schema["properties"][name].get("type", "string")
            out[name] = SAMPLES[kind[0] if isinstance(kind, list) else kind]
        return out

    def test_members_that_no_path_names_are_refused_by_name_and_change_nothing(self):
        before, asked = self.snapshot(), 0
        for path, methods in self.manager.call("GET", "/v3/openapi.json")["paths"].items():
            filled = path
            for name, value in self.names.items():
                filled = filled.replace("{" + name + "}", value)
            for method, operation in methods.items():
                if method not in ("post", "put", "patch") or path in ("/v3/setup", "/v3/login", "/v3/join"):
                    continue
                content = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if content is None:
                    continue
                for name, value in FORBIDDEN.items():
                    if name in content["schema"]["properties"]:
                        continue
                    answer = self.refusal(method.upper(), filled, self.valid_body(content["schema"]) | {name: value})
                    self.assertIsInstance(answer, Refused, f"{method} {filled} took {name}")
                    self.assertEqual(answer.status, 400, f"{method} {filled} {name}: {answer}")
                    self.assertIn(name, json.loads(answer.answer)["error"]["detail"])
                    asked += 1
        self.assertGreater(asked, 300)
        self.assertEqual(self.snapshot(), before)
        self.manager.has_audited("request.refuse", "ann@example.org", "{wks}")

    def test_a_path_that_takes_no_body_refuses_one_and_a_delete_reads_none(self):
        device, tested = self.names["dev"], f"{self.base}/integrations/{self.names['int']}/test"
        self.assertEqual(self.manager.status("POST", tested, FORBIDDEN), 400)
        self.manager.call("POST", tested, {})
        self.manager.call("DELETE", f"/v3/devices/{device}/variables/speed", FORBIDDEN)
        shown = self.manager.call("GET", f"{self.base}/devices/{device}")["device"]
        self.assertEqual((shown["id"], shown["name"]), (device, "lamp"))

    def test_a_name_that_is_there_twice_and_ids_of_others_change_nothing(self):
        before = self.snapshot()
        device = f"{self.base}/devices/{self.names['dev']}"
        for body in ({"fleet_id": "flt-000000000000"}, {"name": ["x"]}, {"name": {"x": 1}}, {"name": None, "id": "x"}):
            answer = self.refusal("PUT", device, body)
            self.assertIsInstance(answer, Refused, body)
            self.assertIn(answer.status, (400, 404))
        self.assertEqual(self.snapshot(), before)


if __name__ == "__main__":
    unittest.main()
