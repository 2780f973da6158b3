"""Pages of others that use a browser in which somebody is signed in: CSRF, and sessions that were planted before."""
import http.client
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PASSWORD, PATIENCE, Scene  # noqa: E402

OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "text/plain"}  # what a form may send without asking first


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.base = f"/v3/workspaces/{cls.manager.workspace}"

    def setUp(self):
        self.cookie, self.csrf = None, None

    def ask(self, method, path, headers, body=None, cookie=True):
        """Status, headers and what came. The browser sends its cookie along, whoever asks."""
        connection = http.client.HTTPSConnection("localhost", self.manager.ready["people"],
                                                 context=self.manager.trust, timeout=PATIENCE)
        self.addCleanup(connection.close)
        sent = dict(headers)
        if cookie and self.cookie:
            sent["Cookie"] = self.cookie
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        if answer.getheader("Content-Type", "").startswith("text/event-stream"):
            return answer.status, answer.headers, ""
        return answer.status, answer.headers, answer.read().decode()

    def sign_in(self):
        login = {"email": "ann@example.org", "password": PASSWORD, "cookie": True}
        status, headers, text = self.ask("POST", "/v3/login", OURS | {"X-Signet-CSRF": "1"}, login)
        self.assertEqual(status, 200, text)
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.csrf = json.loads(text)["csrf"]
        return headers["Set-Cookie"], json.loads(text)

    def ours(self):
        return OURS | {"X-Signet-CSRF": self.csrf}

    def workspaces(self):
        return len(self.manager.call("GET", "/v3/workspaces")["workspaces"])

    def test_our_own_page_works_with_a_cookie_alone(self):
        set_cookie, answer = self.sign_in()
        for rule in ("__Host-signet=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"):
            self.assertIn(rule, set_cookie)
        self.assertNotIn("Domain", set_cookie)
        self.assertIsNone(answer["token"])
        self.assertEqual(self.ask("GET", "/v3/workspaces", OURS)[0], 200)
        self.assertEqual(self.ask("POST", f"{self.base}/devices", self.ours(), {"name": "lamp"})[0], 200)
        self.assertEqual(self.ask("GET", f"{self.base}/events", OURS)[0], 200, "the stream takes the cookie")

    def test_no_other_page_changes_anything(self):
        self.sign_in()
        before = self.workspaces()
        attempts = [
            FORM,
            FORM | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"},
            FORM | {"Sec-Fetch-Site": "same-site", "Origin": "https://localhost:1"},  # cookies know no ports
            FORM | {"Sec-Fetch-Site": "none"},
            FORM | {"Origin": "https://evil.example.org", "X-Signet-CSRF": self.csrf},
            FORM | {"Origin": "null", "X-Signet-CSRF": self.csrf},
            FORM | OURS,
            FORM | OURS | {"X-Signet-CSRF": "undefined"},
            FORM | {"Sec-Fetch-Site": "cross-site", "X-Signet-CSRF": self.csrf},
        ]
        for headers in attempts:
            for method, path in (("POST", "/v3/workspaces"), ("POST", "/v3/logout"),
                                 ("DELETE", "/v3/account/sessions")):
                status, _, text = self.ask(method, path, headers, {"name": "forged"})
                self.assertEqual(status, 403, f"{method} {path} {headers}: {text}")
        self.assertEqual(self.workspaces(), before)
        self.assertEqual(self.ask("GET", "/v3/workspaces", OURS)[0], 200, "and she is still signed in")
        forged = [one for one in self.manager.audit() if one["action"] == "account.forged_request"]
        self.assertTrue(forged)
        self.assertEqual({(one["actor"], one["allowed"]) for one in forged}, {("ann@example.org", False)})

    def test_no_other_page_reads_or_asks_first(self):
        self.sign_in()
        for path in ("/v3/workspaces", f"{self.base}/events", "/v3/account"):
            self.assertEqual(self.ask("GET", path, {"Sec-Fetch-Site": "same-site"})[0], 403, path)
        status, headers, _ = self.ask("OPTIONS", "/v3/workspaces", {"Origin": "https://evil.example.org",
                                                                   "Access-Control-Request-Method": "POST"})
        self.assertEqual(status, 405)
        self.assertFalse([name for name in headers if name.lower().startswith("access-control")])

    def test_nobody_is_signed_in_by_another_page(self):
        login = {"email": "ann@example.org", "password": PASSWORD, "cookie": True}
        for headers in (FORM, FORM | OURS, FORM | {"Sec-Fetch-Site": "cross-site", "X-Signet-CSRF": "1"}):
            status, answer, _ = self.ask("POST", "/v3/login", headers, login)
            self.assertEqual(status, 403, headers)
            self.assertIsNone(answer["Set-Cookie"])

    def test_a_session_planted_before_is_never_anybodys(self):
        self.cookie = "__Host-signet=sgs_" + "A" * 43
        self.sign_in()
        self.assertNotIn("A" * 43, self.cookie)
        former, proof = self.cookie, self.ours()
        self.sign_in()
        self.assertNotEqual(former, self.cookie)
        mine, self.cookie = self.cookie, former
        self.assertEqual(self.ask("GET", "/v3/workspaces", proof)[0], 401, "the one before is over")
        self.cookie = f"{former}; {mine}"
        self.assertEqual(self.ask("GET", "/v3/workspaces", OURS)[0], 401, "one of two is nobody's")

    def test_signing_out_ends_it(self):
        self.sign_in()
        status, headers, _ = self.ask("POST", "/v3/logout", self.ours())
        self.assertEqual(status, 200)
        self.assertIn("Max-Age=0", headers["Set-Cookie"])
        self.assertEqual(self.ask("GET", "/v3/workspaces", OURS)[0], 401)

    def test_a_token_in_a_header_is_as_before(self):
        self.assertEqual(self.ask("POST", "/v3/workspaces", {"Authorization": f"Bearer {self.manager.token}"},
                                  {"name": "by a program"})[0], 200)


if __name__ == "__main__":
    unittest.main()
