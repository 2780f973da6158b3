"""Webhooks as a way into where the manager stands: its addresses in every spelling, names that lead there, redirects.

A sink on loopback plays what an attacker wants to be asked: the cloud's metadata, a printer, the manager itself.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Manager, Refused, Scene, wait_for  # noqa: E402
from webhook_sink import Sink  # noqa: E402

LITERALS = ("127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1",
            "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
            "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "100.64.0.1",
            "224.0.0.1", "255.255.255.255", "[64:ff9b::7f00:1]", "[2002:7f00:1::]")
NAMES = ("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "127.0.0.1.")
NO_URLS = ("", "sink", "http://sink.example.org/", "ftp://sink.example.org/", "file:///etc/passwd", "gopher://a:70/x",
           "dict://a/", "https://", "https://user:secret@sink.example.org/", "https://sink.example.org/#part",
           "https://sink.example.org/\r\nHost: other", "https://sink.example.org/\x00", "https://a b/", "javascript:1")


class Scope:
    """One manager with settings of its own."""

    def __init__(self, scene, name, settings):
        self.folder = scene.folder / name
        self.folder.mkdir()
        config = self.folder / "signetd.conf"
        config.write_text(settings)
        self.manager = Manager(scene, "--config", config)
        self.manager.data, self.manager.ready_file = self.folder / "data", self.folder / "ready"
        self.manager.start()
        self.manager.set_up()

    def path(self, *parts):
        return "/".join([f"/v3/workspaces/{self.manager.workspace}/integrations", *parts])

    def make(self, url, **more):
        return self.manager.call("POST", self.path(), {"name": "sink", "url": url} | more)["integration"]["id"]

    def status_of_making(self, url, **more):
        try:
            self.manager.call("DELETE", self.path(self.make(url, **more)))
            return 200
        except Refused as refused:
            return refused.status

    def test(self, integration):
        """What a test of it came to."""
        self.manager.call("POST", self.path(integration, "test"))
        show = lambda: self.manager.call("GET", self.path(integration))["integration"]["last_test"]  # noqa: E731
        return wait_for(lambda: (test := show())["done"] and test, "the test to end")


class Ssrf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.closed = Scope(cls.scene, "closed", "")
        cls.open = Scope(cls.scene, "open", "webhook_allow = 127.0.0.1\n")

    def test_what_is_public_or_allowed_is_taken(self):
        self.assertEqual(self.closed.status_of_making("https://sink.example.org/zdm/data"), 200)
        with Sink() as sink:
            self.assertEqual(self.open.test(self.open.make(sink.url()))["status"], 200)
            self.assertEqual(len(sink.attempts), 1)

    def test_no_spelling_of_an_address_that_is_not_public_is_taken(self):
        for literal in LITERALS:
            with self.subTest(literal=literal):
                self.assertEqual(self.closed.status_of_making(f"https://{literal}/"), 400)
                self.assertEqual(self.closed.status_of_making(f"https://{literal}:8443/v3"), 400)
        self.closed.manager.has_audited("request.refuse", "POST /v3/workspaces/{wks}/integrations", "not public")

    def test_a_name_that_leads_there_is_found_out_when_it_is_connected_to(self):
        with Sink() as sink:
            for name in NAMES:
                with self.subTest(name=name):
                    made = self.closed.make(f"https://{name}:{sink.port}/")
                    outcome = self.closed.test(made)
                    self.assertEqual(outcome["status"], 0)
                    self.closed.manager.call("DELETE", self.closed.path(made))
                    if name == "localhost":
                        self.assertIn("not public", outcome["error"])
            self.assertEqual(sink.attempts, [])
        self.closed.manager.has_audited("integration.refused", "not public")

    def test_a_redirect_is_not_followed(self):
        with Sink() as inner, Sink() as outer:
            for status in (301, 302, 303, 307, 308):
                outer.answer, outer.headers = status, {"Location": inner.url()}
                made = self.open.make(outer.url())
                self.assertEqual(self.open.test(made)["status"], status)
            self.assertEqual(inner.attempts, [])

    def test_what_the_operator_allowed_is_all_that_is_allowed(self):
        for url in ("http://127.0.0.2/", "https://127.0.0.2/", "https://10.0.0.1/", "http://8.8.8.8/"):
            self.assertEqual(self.open.status_of_making(url), 400, url)
        made = self.open.make("http://localhost.localdomain.invalid/")
        self.assertEqual(self.open.test(made)["status"], 0)

    def test_what_is_no_url_is_refused(self):
        for url in NO_URLS:
            with self.subTest(url=url):
                self.assertIn(self.closed.status_of_making(url), (400, 413))
        self.assertEqual(self.closed.status_of_making("https://a/" + "x" * 2000), 413)

    def test_no_header_is_smuggled_in(self):
        for token in ("a\r\nX-Evil: 1", "a\nb", "a b", "\x00", "ä", "x" * 600):
            with self.subTest(token=token):
                self.assertIn(self.open.status_of_making("https://sink.example.org/", token=token), (400, 413))
        self.open.manager.has_audited("request.refuse", "/integrations", "token")
        with Sink() as sink:
            made = self.open.make(sink.url(path="/a%0d%0aX-Evil:%201?b=%0d%0aX-Evil:1"), name="s", token="plain")
            self.open.test(made)
            self.assertEqual(sink.attempts[0].headers["X-Auth-Token"], "plain")
            self.assertNotIn("X-Evil", sink.attempts[0].headers)

    def test_a_sink_sees_no_more_than_its_own(self):
        """Neither the owner's token nor that of another integration; and a foreign account sees no sink."""
        with Sink() as sink:
            made = self.open.make(sink.url(), token="mine")
            self.open.test(made)
            text = str(sink.attempts[0].headers) + str(sink.attempts[0].raw)
            self.assertNotIn(self.open.manager.token, text)
            self.assertNotIn("Authorization", text)
        shown = self.open.manager.call("GET", self.open.path(made))
        self.assertNotIn("mine", str(shown))


if __name__ == "__main__":
    unittest.main()
