"""A person asks for data in every way that a database or a clock could choke on: SQL in each string, absurd ranges,
cursors made by hand. Each is refused with its reason, and nothing else is answered."""
import base64
import pathlib
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks  # noqa: E402
from harness import Refused  # noqa: E402

SQL = ["'", "' OR '1'='1", "'; DROP TABLE readings; --", "1) UNION SELECT hash FROM tokens --", "\\", "\x00", "%", "_",
       "?1", ":a", "$.x", "\" OR \"\"=\"", "json_extract(payload,'$')", "ESCAPE", "NULL", "../..", "\u202e", "a" * 900]
TIMES = ["0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
         "2026-13-01T00:00:00Z", "now", "-1", "9" * 400, "2026-01-01T00:00:00+99:99"]
NUMBERS = ["-1", "18446744073709551616", "9223372036854775807", "1e9", "0x10", "", " 1", "NaN", "9" * 300]
NAMES = ("device", "fleet", "start", "end", "sort", "from", "size", "cursor", "interval", "by")
READINGS = 20


class Data(Siege):
    def ask(self, path, **query):
        """The status and the answer."""
        text = urllib.parse.urlencode(query)
        try:
            return 200, self.manager.call("GET", f"/v3/{path}?{text}")
        except Refused as refused:
            return refused.status, refused.answer

    def setUp(self):
        super().setUp()
        client = self.client(self.rogue)
        for number in range(READINGS):
            client.publish(f"j/data/{self.rogue.device}/t", b'{"n": %d}' % number)
        self.start = "2020-01-01T00:00:00Z"
        self.paths = [f"timeseries/{self.manager.workspace}/data", f"workspaces/{self.manager.workspace}/data"]
        self.sums = f"workspaces/{self.manager.workspace}/data/aggregate"

    def unharmed(self):
        rows = self.manager.readings(self.rogue.device)
        self.assertGreaterEqual(len(rows), READINGS)
        status, answer = self.ask(self.sums, start=self.start, field="n", interval=86400, device=self.rogue.device)
        self.assertEqual(status, 200, answer)
        self.assertEqual(sum(row["count"] for row in answer["result"]), len(rows))

    def test_sql_in_every_string(self):
        self.unharmed()
        for text in SQL:
            for path in self.paths + [self.sums]:
                for name in NAMES + (text,):
                    with self.subTest(path=path, name=name, text=text[:30]):
                        status, answer = self.ask(path, **{"start": self.start, name: text})
                        self.assertIn(status, (400, 413), answer)
                with self.subTest(path=path, tag=text[:30]):  # a tag may be nearly anything: it is found, or not
                    status, answer = self.ask(path, start=self.start, tag=text)
                    self.assertIn(status, (200, 400, 413), answer)
                    if status == 200:
                        self.assertEqual(answer["result"], [])
            with self.subTest(field=text[:30]):
                status, answer = self.ask(self.sums, start=self.start, field=text)
                self.assertIn(status, (200, 400, 413), answer)
                if status == 200:
                    self.assertEqual(answer["result"], [])
            with self.subTest(workspace=text[:30]):
                place = urllib.parse.quote(text, safe="")
                for path in (f"timeseries/{place}/data", f"workspaces/{place}/data"):
                    self.assertIn(self.ask(path)[0], (400, 404, 413))
        self.unharmed()
        for path in ("/v3/timeseries/{wks}/data", "/v3/workspaces/{wks}/data/aggregate"):
            self.manager.has_audited("request.refuse", "ann@example.org", path)

    def test_absurd_ranges(self):
        begun = time.monotonic()
        for value in TIMES:
            for path in self.paths + [self.sums]:
                for name in ("start", "end"):
                    status, answer = self.ask(path, **{"start": self.start, name: value})
                    self.assertIn(status, (200, 400, 413), (name, value, answer))
        for value in NUMBERS:
            numbers = ((self.paths[0], ("from", "size")), (self.paths[1], ("size",)), (self.sums, ("interval",)))
            for path, names in numbers:
                for name in names:
                    status, answer = self.ask(path, **{"start": self.start, name: value})
                    self.assertIn(status, (400, 413), (name, value, answer))
        self.assertEqual(self.ask(self.paths[0], **{"from": 10**9, "size": 175000})[1], {"result": []})
        self.assertEqual(self.ask(self.paths[1], start="2027-01-01T00:00:00Z", end=self.start)[1]["result"], [])
        self.assertEqual(self.ask(self.sums, start="2027-01-01T00:00:00Z", end=self.start)[0], 400)
        self.assertEqual(self.ask(self.sums, start=self.start, interval=1)[0], 413)
        self.assertLess(time.monotonic() - begun, 60)
        self.unharmed()

    def test_cursors_made_by_hand(self):
        path = self.paths[1]
        genuine = self.ask(path, size=1)[1]["next"]
        raw = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))
        for at in range(len(raw)):
            for bit in range(8):
                harmed = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1:]
                cursor = base64.urlsafe_b64encode(harmed).decode().rstrip("=")
                status, answer = self.ask(path, cursor=cursor)
                self.assertIn(status, (200, 400), answer)
                if status == 200:  # another place among one's own readings
                    self.assertTrue({row["device_id"] for row in answer["result"]} <=
                                    {self.live.device, self.rogue.device})
        self.unharmed()


if __name__ == "__main__":
    run_attacks()
