"""A request that is sent twice is done once: Idempotency-Key over a manager that is killed in between."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Refused, Scene  # noqa: E402


class AskedTwice(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.base = f"/v3/workspaces/{self.manager.workspace}"

    def once(self, key, path, body):
        return self.manager.call("POST", self.base + path, body, {"Idempotency-Key": key})

    def test_what_was_answered_is_answered_alike_after_a_kill_and_lies_nowhere_in_clear(self):
        first = self.once("key-1", "/api-keys", {"name": "ci"})
        self.assertIsNone(self.manager.headers["Idempotency-Replayed"])
        devices = [self.once(f"device-{n}", "/devices", {"name": f"lamp {n}"}) for n in range(5)]
        invited = self.once("invite-1", "/invitations", {"email": "bob@example.org"})
        totp = self.manager.call("POST", "/v3/account/totp", {"password": "correct horse battery"},
                                 {"Idempotency-Key": "totp-1"})
        self.manager.kill()
        self.manager.start()
        self.assertEqual(self.once("key-1", "/api-keys", {"name": "ci"}), first)
        self.assertEqual(self.manager.headers["Idempotency-Replayed"], "true")
        self.assertEqual([self.once(f"device-{n}", "/devices", {"name": f"lamp {n}"}) for n in range(5)], devices)
        self.assertEqual(self.once("invite-1", "/invitations", {"email": "bob@example.org"}), invited)
        self.assertEqual(len(self.manager.call("GET", self.base + "/devices")["devices"]), 5)
        self.assertEqual(len(self.manager.call("GET", self.base + "/api-keys")["api_keys"]), 1)
        with self.assertRaises(Refused) as refused:
            self.once("device-1", "/devices", {"name": "another"})
        self.assertEqual(refused.exception.status, 422)
        self.assertEqual(json.loads(refused.exception.answer)["error"]["code"], "idempotency_key_reused")

        self.manager.stop()
        files = [one for one in self.manager.data.rglob("*") if one.is_file()] + [self.scene.folder / "signetd.log"]
        for secret in (first["api_key"]["key"], invited["token"], totp["secret"], self.manager.token, "invite-1"):
            for file in files:
                self.assertNotIn(secret.encode(), file.read_bytes(), file)

    def test_a_request_has_one_name_in_its_answer_and_in_the_audit(self):
        self.manager.call("POST", self.base + "/devices", {"name": "lamp"}, {"X-Request-Id": "build-17"})
        self.assertEqual(self.manager.headers["X-Request-Id"], "build-17")
        self.assertEqual(self.manager.audit()[-1]["request_id"], "build-17")
        with self.assertRaises(Refused) as refused:
            self.manager.call("GET", "/v3/nothing")
        error = json.loads(refused.exception.answer)["error"]
        self.assertRegex(error["request_id"], "^req-[0-9a-z]{12}$")
        self.assertEqual(refused.exception.headers["X-Request-Id"], error["request_id"])


if __name__ == "__main__":
    unittest.main()
