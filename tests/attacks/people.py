"""People who reach for more than they may: every id of another workspace, guessed codes, planted sessions."""
import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PASSWORD, Scene  # noqa: E402

PERIOD, DIGITS = 30, 6


def code_of(secret, at=None):
    """RFC 6238, written anew from the standard."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // PERIOD)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10 ** DIGITS:0{DIGITS}d}"


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.ann = cls.manager.token

    def setUp(self):
        self.manager.token = self.ann

    def tearDown(self):
        self.manager.token = None
        self.assertEqual(self.manager.call("GET", "/healthz")["status"], "ok")

    def test_every_id_swapped_for_that_of_a_foreign_workspace(self):
        """Eve owns a workspace of her own; ids of ann's are put into each path, whole or one at a time."""
        mine = self.manager.workspace
        hers = self.manager.call("POST", "/v3/workspaces", {"name": "hers"})["workspace"]["id"]
        eve = self.manager.join(hers, "eve@example.org", "owner")
        people = self.manager.call("GET", f"/v3/workspaces/{hers}/members")["members"]
        ann = next(one["account_id"] for one in people if one["role"] == "owner" and "ann" in one["email"])
        self.manager.call("DELETE", f"/v3/workspaces/{hers}/members/{ann}")

        def things(workspace, token):
            self.manager.token = token
            base = f"/v3/workspaces/{workspace}"
            device = self.manager.call("POST", f"{base}/devices", {"name": "lamp"})["device"]
            key = self.manager.call("POST", f"{base}/api-keys", {"name": "k"})["api_key"]["id"]
            invited = self.manager.call("POST", f"{base}/invitations", {"email": "x@example.org"})["invitation"]["id"]
            member = self.manager.call("GET", f"{base}/members")["members"][0]["account_id"]
            self.manager.call("POST", f"/v3/devices/{device['id']}/jobs/blink", {"value": 1})
            self.manager.token = self.ann
            return {"wks": workspace, "dev": device["id"], "flt": device["fleet_id"], "tok": key, "inv": invited,
                    "acc": member, "job": "blink", "dcn": "sn0123AAAAAAAAAAAA01"}

        ann_has, eve_has = things(mine, self.ann), things(hers, eve)
        bodies = {"role": "viewer", "name": "n", "email": "y@example.org", "value": 1, "dcn": ann_has["dcn"],
                  "fleet_id": ann_has["flt"]}
        asked = 0
        for path, methods in self.manager.call("GET", "/v3/openapi.json")["paths"].items():
            for method, operation in methods.items():
                wanted = [name for name in ann_has if "{" + name + "}" in path]
                if not {"wks", "dev"} & set(wanted):
                    continue
                schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
                needed = (schema or {}).get("required", []) + (["fleet_id"] if path.endswith("/devices") else [])
                body = {name: bodies.get(name, "x") for name in needed} if schema else None
                swaps = [set(wanted)] + [{name} for name in wanted if name not in ("job", "dcn")]
                for swap in swaps:
                    if not swap & {"wks", "dev", "flt", "tok", "inv", "acc"}:
                        continue
                    filled = path
                    for name in wanted:
                        filled = filled.replace("{" + name + "}", (ann_has if name in swap else eve_has)[name])
                    status = self.manager.status(method.upper(), filled, body, eve)
                    asked += 1
                    self.assertIn(status, (400, 403, 404), f"{method} {filled}: {status}")
        self.assertGreater(asked, 40)
        self.assertEqual(self.manager.status("POST", f"/v3/workspaces/{hers}/devices",
                                             {"name": "d", "fleet_id": ann_has["flt"]}, eve), 404)
        left = self.manager.call("GET", f"/v3/workspaces/{mine}/devices")["devices"]
        self.assertEqual([one["name"] for one in left], ["lamp"])
        self.assertEqual(self.manager.call("GET", f"/v3/workspaces/{mine}/members")["members"][0]["role"], "owner")
        self.assertTrue(self.manager.refusals('"actor": "eve@example.org"'))

    def test_a_role_that_is_not_given_cannot_be_taken(self):
        base = f"/v3/workspaces/{self.manager.workspace}"
        viewer = self.manager.join(self.manager.workspace, "v@example.org", "viewer")
        me = self.manager.call("GET", f"{base}/members")["members"][-1]["account_id"]
        self.assertEqual(self.manager.status("GET", f"{base}/devices", token=viewer), 200)
        self.assertEqual(self.manager.status("PUT", f"{base}/members/{me}", {"role": "owner"}, viewer), 403)
        self.assertEqual(self.manager.status("POST", f"{base}/api-keys", {"name": "k", "role": "owner"}, viewer), 403)
        self.assertEqual(self.manager.status("POST", f"{base}/invitations", {"email": "w@example.org"}, viewer), 403)
        self.assertEqual(self.manager.status("POST", f"{base}/devices", {"name": "d"}, viewer), 403)
        self.assertEqual(self.manager.status("POST", f"{base}/devices", {"name": "d", "account_id": me}, self.ann), 400)
        for action in ("member.update", "api_key.create", "member.invite", "device.create"):
            self.manager.has_audited('"actor": "v@example.org"', action)
        self.manager.has_audited("request.refuse", "account_id")

    def test_a_session_that_somebody_planted_is_never_anybodys(self):
        planted = "sgs_" + "A" * 43
        self.assertEqual(self.manager.status("GET", "/v3/account", token=planted), 401)
        self.manager.token = planted  # carried along while signing in
        login = {"email": "ann@example.org", "password": PASSWORD}
        first = self.manager.call("POST", "/v3/login", login)["token"]
        self.manager.token = first
        second = self.manager.call("POST", "/v3/login", login)["token"]
        self.assertEqual(len({planted, first, second}), 3)
        self.assertEqual(self.manager.status("GET", "/v3/account", token=planted), 401)
        self.assertEqual(self.manager.status("POST", "/v3/login", login | {"token": planted}, ""), 400)
        self.manager.token = first
        self.manager.call("POST", "/v3/logout")
        self.assertEqual(self.manager.status("GET", "/v3/account", token=first), 401)
        self.assertEqual(self.manager.status("GET", "/v3/account", token=second), 200)
        self.manager.token = self.ann
        self.manager.has_audited("account.authenticate")

    def test_codes_of_a_second_factor_are_not_guessed(self):
        dan = self.manager.join(self.manager.workspace, "dan@example.org", "viewer")
        self.manager.token = dan
        secret = self.manager.call("POST", "/v3/account/totp", {"password": PASSWORD})["secret"]
        recovery = self.manager.call("POST", "/v3/account/totp/confirm", {"code": code_of(secret)})["recovery_codes"]
        self.manager.call("POST", "/v3/logout")
        login = {"email": "dan@example.org", "password": PASSWORD}
        self.assertEqual(self.manager.status("POST", "/v3/login", login, ""), 401)
        near = {code_of(secret, time.time() + away * PERIOD) for away in range(-2, 3)}
        wrong = [f"{number:06d}" for number in range(40) if f"{number:06d}" not in near]
        answers = [self.manager.status("POST", "/v3/login", login | {"code": code}, "") for code in wrong[:12]]
        self.assertEqual(set(answers), {401, 429})
        self.assertEqual(answers[-1], 429, "guessing is slow by now")
        folder = self.scene.folder
        for name in ("data/signet.db", "data/signet.db-wal", "signetd.log"):
            content = (folder / name).read_bytes() if (folder / name).exists() else b""
            self.assertNotIn(secret.encode(), content, name)
            self.assertNotIn(base64.b32decode(secret), content, name)
            self.assertNotIn(recovery[0].encode(), content, name)
        self.manager.token = self.ann
        self.manager.has_audited("account.sign_in", "dan@example.org", "wrong code")
        self.assertNotIn(secret, json.dumps(self.manager.audit()))


class Passwords(unittest.TestCase):
    def test_passwords_are_not_guessed_and_their_owner_is_not_shut_out(self):
        manager = self.enterContext(Scene()).manager()
        mia = manager.join(manager.workspace, "mia@example.org", "viewer")
        login = {"email": "mia@example.org", "password": PASSWORD}
        self.assertEqual(manager.status("POST", "/v3/login", login, ""), 200)
        answers = [manager.status("POST", "/v3/login", login | {"password": f"password {number}"}, "")
                   for number in range(12)]
        self.assertEqual(set(answers), {401, 429})
        self.assertEqual(answers[-1], 429, "guessing is slow by now")
        self.assertEqual(manager.status("GET", "/v3/account", token=mia), 200, "who is in stays in")
        manager.has_audited("account.sign_in", "mia@example.org", "wrong e-mail or password")
        manager.has_audited("account.sign_in", "mia@example.org", "too many")
        self.assertEqual(manager.refusals("password 1"), [], "what was tried is in no audit")
        elsewhere = http.client.HTTPSConnection("127.0.0.1", manager.ready["people"], context=manager.trust,
                                                source_address=("127.0.0.2", 0))
        self.addCleanup(elsewhere.close)
        elsewhere.request("POST", "/v3/login", json.dumps(login), {"Content-Type": "application/json"})
        self.assertEqual(elsewhere.getresponse().status, 200, "its owner comes from elsewhere")


if __name__ == "__main__":
    unittest.main()
