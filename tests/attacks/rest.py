"""The people's port: bodies that are deep, large or packed, clients that dribble, lines within lines, SQL in every
string. Each is refused with its status, while a device publishes, others are served and the memory comes back."""
import gzip
import http.client
import json
import pathlib
import socket
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks  # noqa: E402
from harness import BIN, PATIENCE, run  # noqa: E402

BODY_MAX = 64 * 1024  # of a request, but for a manifest: 32 MiB
SLOW_CLIENTS = 60
SLOW_TIME = 30  # seconds that a request may take to come
SQL = ["'; DROP TABLE devices; --", "' OR '1'='1", "1) UNION SELECT hash FROM tokens --", "\\\" OR \"\"=\"", "%27%20--"]
BOMB = 64 << 20  # bytes that a packed body would stand for
KNOWN_HEADERS = {"cache-control", "connection", "content-length", "content-type", "date", "etag", "location",
                 "retry-after", "server", "x-accel-buffering", "x-content-type-options", "x-next-cursor",
                 "www-authenticate", "allow", "x-request-id", "strict-transport-security", "referrer-policy",
                 "content-security-policy", "x-frame-options"}
LEFT_ALONE = ("/v3/logout", "/v3/setup", "/v3/login", "/v3/join", "/v3/account", "/v3/security", "/events")


class Rest(Siege):
    memory_bound = 40 << 20  # a body may be 32 MiB (a manifest): malloc keeps what one has taken

    def connection(self, patience=PATIENCE):
        return http.client.HTTPSConnection("127.0.0.1", self.manager.ready["people"], timeout=patience,
                                           context=self.manager.trust)

    def send(self, method, path, body=None, connection=None, **headers):
        """(status, answer) of raw bytes."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Authorization", f"Bearer {self.manager.token}")
        own = connection or self.connection()
        try:
            own.request(method, path, body, headers)
            answer = own.getresponse()
            text = answer.read()
        finally:
            if connection is None:
                own.close()
        self.assertLess(answer.status, 500, f"{method} {path}: {text[:300]}")
        self.assertLessEqual({name.lower() for name in answer.headers}, KNOWN_HEADERS)
        return answer.status, text

    def raw(self, data, patience=PATIENCE):
        plain = socket.create_connection(("127.0.0.1", self.manager.ready["people"]), timeout=patience)
        wrapped = self.manager.trust.wrap_socket(plain, server_hostname="localhost")
        self.open.append(wrapped)
        wrapped.sendall(data)
        return wrapped

    def others_are_served(self, within=5.0):
        start = time.monotonic()
        self.assertEqual(self.manager.call("GET", "/healthz")["status"], "ok")
        self.manager.call("GET", "/v3/workspaces")
        self.assertLess(time.monotonic() - start, within, "seconds that somebody else waited")

    def base(self):
        return f"/v3/workspaces/{self.manager.workspace}"

    def test_deep_and_large_json(self):
        device = self.rogue.device
        paths = (("POST", f"{self.base()}/devices", b'{"name": %s}'), ("PATCH", f"/v3/devices/{device}/twin",
                                                                      b'{"expected": {"a": %s}}'),
                 ("POST", f"/v3/devices/{device}/jobs/blink", b'{"value": %s}'))
        for method, path, shape in paths:
            for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
                for depth in (64, 1000, 10_000):
                    deep = opening * depth + b"1" + closing * depth
                    for body in (shape % deep, shape % (opening * depth), deep):
                        status, text = self.send(method, path, body)
                        self.assertIn(status, (400, 413), text)
            for size in (BODY_MAX + 1, 1 << 20, 20 << 20):
                status, _ = self.send(method, path, shape % (b'"' + b"x" * size + b'"'))
                self.assertEqual(status, 413)
            self.others_are_served()
        for hostile in (b"1e999999999", b"-" * 1000, b'"\\ud800"', b'"\xff"', b"0" * 60_000, b'{"a":1,' * 5000):
            status, text = self.send("POST", f"/v3/devices/{device}/jobs/blink", b'{"value": %s}' % hostile)
            self.assertIn(status, (400, 413), text)
        self.assertEqual(len(self.manager.call("GET", f"{self.base()}/devices")["devices"]), len(self.devices))
        self.manager.has_audited("request.refuse", "ann@example.org", "not JSON: too deep")
        self.manager.has_audited("request.refuse", "the body is longer than")

    def test_what_is_packed_is_not_unpacked(self):
        zeros = bytes(BOMB)
        bombs = {"gzip": gzip.compress(zeros), "deflate": zlib.compress(zeros), "x-gzip": gzip.compress(zeros),
                 "br": b"\x5b" + bytes(100), "zstd": b"\x28\xb5\x2f\xfd" + bytes(100),
                 "gzip, gzip": gzip.compress(gzip.compress(zeros))}
        before = self.manager.footprint()[1]
        for packing, bomb in bombs.items():
            for path in (f"{self.base()}/devices", "/v3/registry/manifests", "/v3/login"):
                try:
                    status, text = self.send("POST", path, bomb, Content_Encoding=packing)
                    self.assertEqual(status, 415, text)
                except (ConnectionError, http.client.HTTPException):
                    pass  # it answers before the body has come, and does not wait for it
            status, _ = self.send("POST", f"{self.base()}/devices", bomb[:BODY_MAX])
            self.assertEqual(status, 400, "without saying so, it is no JSON")
        self.assertLess(self.manager.footprint()[1] - before, BOMB // 4)
        self.others_are_served()
        self.manager.has_audited("request.refuse", "Content-Encoding")

    def test_clients_that_dribble_keep_nobody_waiting(self):
        """A few bytes now and then, of a header and of a body: cut when their time is over, whatever they send."""
        token = self.manager.token.encode()
        head = b"POST /v3/workspaces HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + b"\r\n"
        slow = [self.raw(head) for _ in range(SLOW_CLIENTS)]
        slow += [self.raw(head + b"Content-Length: 60000\r\n\r\n{") for _ in range(SLOW_CLIENTS)]
        start, alive = time.monotonic(), set(range(len(slow)))
        while alive and time.monotonic() - start < SLOW_TIME + 15:
            self.others_are_served()
            for number in list(alive):
                client = slow[number]
                try:
                    client.settimeout(PATIENCE)
                    client.sendall(b"x" if number >= SLOW_CLIENTS else b"A: b\r\n")
                    client.settimeout(0.001)
                    client.recv(4096)
                    alive.discard(number)  # an answer, or the end
                except TimeoutError:
                    pass
                except OSError:
                    alive.discard(number)
            self.wait(0.5)
        self.assertFalse(alive, "clients that are still there")
        self.assertGreater(time.monotonic() - start, SLOW_TIME / 2, "they had their time")
        self.manager.has_audited("request.refuse", "127.0.0.1", "the request was too slow")

    def test_no_line_of_theirs_becomes_a_header_of_ours(self):
        break_ = "%0d%0aX-Injected:%20yes%0d%0a"
        device = self.rogue.device
        for path in (f"{self.base()}/devices/{break_}", f"{self.base()}/data.csv?cursor={break_}",
                     f"{self.base()}/data?tag={break_}", f"/v3/devices/{device}/jobs/{break_}", f"/{break_}",
                     f"/v3/devices/{device}/variables/{break_}", f"{self.base()}/data.jsonl?size=1&tag=a{break_}"):
            status, _ = self.send("GET", path)
            self.assertIn(status, (200, 400, 404), path)
        for name in ("lamp\r\nX-Injected: yes", "lamp\nSet-Cookie: a=b", "lamp\0", "\u0085lamp"):
            status, _ = self.send("POST", f"{self.base()}/fleets", json.dumps({"name": name, "description": ""}))
            self.assertEqual(status, 400, repr(name))
        for head in (b"Host: h\r\nX : a", b"Host: h\r\n: a", b"Host: h\r\nX\0: a",
                     b"Host: h\r\nContent-Length: 1\r\nContent-Length: 2", b"Host: h\r\nHost: i"):
            answer = self.raw(b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n\r\n").recv(65536)
            self.assertIn(answer.split(b" ")[1], (b"400", b"501"), head)
            self.assertNotIn(b"X-Injected", answer)
        for value in (b"*", b'"a"\x0bX: y', b"\xff\xfe", b"W/" * 4000):
            connection = self.raw(b"PUT /v3/devices/" + device.encode() + b"/variables/speed HTTP/1.1\r\nHost: h\r\n"
                                  b"Authorization: Bearer " + self.manager.token.encode() + b"\r\nIf-Match: " + value +
                                  b'\r\nContent-Length: 11\r\n\r\n{"value":1}')
            self.assertIn(connection.recv(65536).split(b" ")[1], (b"200", b"400", b"409", b"412", b"431"), value)
        self.others_are_served()
        self.manager.has_audited("request.refuse", "the request is malformed")
        self.manager.has_audited("request.refuse", "/fleets")

    def test_sql_in_every_string(self):
        def state():
            return [[one[key] for one in self.manager.call("GET", f"{self.base()}/{noun}")[noun]]
                    for noun, key in (("devices", "id"), ("members", "email"), ("fleets", "id"))]

        fleet = self.manager.call("GET", f"{self.base()}/fleets")["fleets"][0]["id"]
        ids = {"wks": self.manager.workspace, "dev": self.rogue.device, "flt": fleet, "acc": "acc-000000000000",
               "tok": "tok-000000000000", "inv": "inv-000000000000", "int": "gate000000000000", "num": "1",
               "job": "blink", "name": "speed", "dcn": self.rogue.dcn}
        before, asked, connection = state(), 0, self.connection()
        for path, methods in self.manager.call("GET", "/v3/openapi.json")["paths"].items():
            if any(path.startswith(one) or path.endswith(one) for one in LEFT_ALONE):
                continue
            for method, operation in methods.items():
                for request in self.harmed(path, operation, ids):
                    status, text = self.send(method.upper(), *request, connection=connection)
                    asked += 1
                    self.assertIn(status, (200, 400, 401, 403, 404, 409, 413, 429), f"{method} {request}: {text[:200]}")
                    self.assertNotRegex(text.decode(errors="replace").lower(), "sqlite|syntax error|no such table")
        connection.close()
        self.assertGreater(asked, 500)
        after = state()
        self.assertLessEqual(set(before[0]), set(after[0]), "devices")
        self.assertEqual(before[1], after[1], "members")
        self.assertLessEqual(set(before[2]), set(after[2]), "fleets")
        self.manager.call("GET", "/readyz")
        copy = self.scene.folder / f"copy-{time.monotonic_ns()}"
        self.assertEqual(run(BIN / "signetd", "--data", self.manager.data, "backup", copy).returncode, 0)
        for path in ("{wks}", "{dev}", "/data"):
            self.manager.has_audited("request.refuse", "ann@example.org", path)
        checked = run(BIN / "signetd", "--data", copy, "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    @staticmethod
    def harmed(path, operation, ids):
        """(path, body) with each of SQL in one string of the request: a part of the path, of the query or the body."""
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        members = schema.get("properties", {})
        samples = {"string": "x", "integer": 1, "boolean": False, "object": {"x": 1}, "array": ["x"]}
        body = {name: samples.get(members[name].get("type"), 1) for name in schema.get("required", [])}

        def filled(replaced=None, by=""):
            out = path
            for name, value in ids.items():
                out = out.replace("{" + name + "}", by if name == replaced else value)
            return out

        def text(value):
            return "".join(c if c.isalnum() else "".join(f"%{byte:02x}" for byte in c.encode()) for c in value)

        encoded = json.dumps(body) if members else None
        for sql in SQL:
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    yield filled(parameter["name"], text(sql)), encoded
                elif parameter["in"] == "query":
                    yield f"{filled()}?{parameter['name']}={text(sql)}", encoded
            for name, member in members.items():
                if member.get("type") == "string":
                    yield filled(), json.dumps(body | {name: sql})
                elif member.get("type") == "array":
                    yield filled(), json.dumps(body | {name: [sql]})


if __name__ == "__main__":
    run_attacks()
