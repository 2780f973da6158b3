#!/usr/bin/env python3
"""A device fetches its update by its own certificate on the devices' port; nobody else does, and no longer than the
update is open. The clients are Python's own and curl."""
import hashlib
import http.client
import json
import pathlib
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from firmware_image import PYTHON, firmware_image  # noqa: E402
from harness import Scene, run, wait_for  # noqa: E402

VERSION = "1.2.0"
APPLICATION = firmware_image(b"a program " * 50_000, PYTHON, version=(1, 2, 0, 0))


LINES = []  # closed at the end of each test


class Line:
    """HTTP over mutual TLS, as one device."""

    def __init__(self, manager, identity):
        trust = ssl.create_default_context(cafile=manager.ca)
        trust.load_cert_chain(identity.certificate, identity.key)
        trust.set_alpn_protocols(["http/1.1"])
        self.line = http.client.HTTPSConnection("localhost", manager.port, context=trust, timeout=30)
        LINES.append(self.line)

    def get(self, path, span=None, method="GET"):
        self.line.request(method, path, headers={"Range": f"bytes={span[0]}-{span[1]}"} if span else {})
        answer = self.line.getresponse()
        return answer.status, answer.read(), answer.headers


class Download(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene())
        cls.manager = cls.scene.manager()
        cls.pump, cls.other = cls.manager.enroll("pump"), cls.manager.enroll("other")
        workspace = f"/v3/workspaces/{cls.manager.workspace}"
        firmware = cls.manager.call("POST", f"{workspace}/firmwares", {"name": "lamp"})["firmware"]["id"]
        image = cls.scene.folder / "lamp.img"
        image.write_bytes(APPLICATION)
        key = cls.manager.call("POST", f"{workspace}/api-keys", {"name": "tool", "role": "admin"})["api_key"]["key"]
        people = f"https://localhost:{cls.manager.ready['people']}"
        done = run("curl", "-sS", "--fail", "--cacert", cls.manager.ca, "-H", f"X-API-KEY: {key}", "-H",
                   "Content-Type: application/octet-stream", "--data-binary", f"@{image}",
                   f"{people}{workspace}/firmwares/{firmware}/versions/{VERSION}")
        assert done.returncode == 0, done.stderr
        cls.path = f"/fota/{firmware}/{VERSION}/1"
        cls.update = f"/v3/devices/{cls.pump.device}/fota"
        cls.schedule = f"{cls.update}/{firmware}/versions/{VERSION}"

    def setUp(self):
        self.manager.call("POST", self.schedule, {})

    def tearDown(self):
        while LINES:
            LINES.pop().close()

    def test_the_device_has_its_image_whole_and_in_ranges(self):
        line = Line(self.manager, self.pump)
        status, body, headers = line.get(self.path)
        self.assertEqual((status, body), (200, APPLICATION))
        self.assertEqual(headers["ETag"], f'"{hashlib.sha256(APPLICATION).hexdigest()}"')
        pieces = []
        for at in range(0, len(APPLICATION), 65_536):
            status, body, _ = line.get(self.path, (at, at + 65_535))
            self.assertEqual(status, 206)
            pieces.append(body)
        self.assertEqual(b"".join(pieces), APPLICATION)
        self.assertEqual(line.get(self.path, (len(APPLICATION), len(APPLICATION)))[0], 416)

    def test_curl_has_it_too_and_goes_on_where_it_was_cut(self):
        out = self.scene.folder / "fetched.img"
        out.write_bytes(APPLICATION[:100_000])
        done = run("curl", "-sS", "--fail", "--http1.1", "-C", "-", "--cacert", self.manager.ca, "--cert",
                   self.pump.certificate, "--key", self.pump.key, "-o", out,
                   f"https://localhost:{self.manager.port}{self.path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(out.read_bytes(), APPLICATION)

    def test_another_device_is_refused_and_the_audit_says_so(self):
        self.assertEqual(Line(self.manager, self.other).get(self.path)[0], 403)
        wait_for(lambda: any(not entry["allowed"] and self.other.dcn in json.dumps(entry)
                             for entry in self.manager.audit()), "the audit's word")

    def test_a_stranger_does_not_get_in(self):
        stranger = ssl.create_default_context(cafile=self.manager.ca)
        stranger.set_alpn_protocols(["http/1.1"])
        line = http.client.HTTPSConnection("localhost", self.manager.port, context=stranger, timeout=30)
        with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
            line.request("GET", self.path)
            line.getresponse()

    def test_what_was_called_off_is_not_given_any_more(self):
        line = Line(self.manager, self.pump)
        self.assertEqual(line.get(self.path, (0, 9))[0], 206)
        self.manager.call("DELETE", self.update)
        self.assertEqual(Line(self.manager, self.pump).get(self.path)[0], 403)
        wait_for(lambda: line.get(self.path, (0, 9))[0] == 403, "the grant's end")

    def test_no_path_leads_elsewhere(self):
        line = Line(self.manager, self.pump)
        for path in ("/", "/v3/workspaces", "/fota/../../etc/passwd", self.path + "/..", self.path[:-1] + "7",
                     self.path.replace(VERSION, "..")):
            self.assertIn(line.get(path)[0], (400, 403, 404), path)
        self.assertEqual(line.get(self.path, method="DELETE")[0], 405)


if __name__ == "__main__":
    unittest.main()
