"""What happens, told while it happens: Server-Sent Events of a real manager, `signet watch`, and its figures."""
import json
import pathlib
import socket
import ssl
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, PASSWORD, PATIENCE, Manager, Scene, wait_for  # noqa: E402
from mqtt5 import Client  # noqa: E402

HEARTBEAT = 15  # seconds
METRICS_TOKEN = "0123456789abcdef0123456789abcdef"
BIG = b'{"a": "' + b"x" * 60_000 + b'"}'
BUFFERS = 24 << 20  # bytes that a reader who does not read may find room for on the way: the kernel's, and ours


class Stream:
    """One open stream, read by hand."""

    def __init__(self, manager, query="", receive_buffer=None, **headers):
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(PATIENCE)
        plain.connect(("127.0.0.1", manager.ready["people"]))
        self.socket = manager.trust.wrap_socket(plain, server_hostname="localhost")
        lines = [f"GET /v3/workspaces/{manager.workspace}/events?{query} HTTP/1.1", "Host: localhost",
                 f"Authorization: Bearer {manager.token}", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.text = ""
        self.head = self.until("\r\n\r\n")

    def until(self, mark):
        """All up to and with the mark; what follows is kept."""
        while mark not in self.text:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self.text)
            self.text += data.decode()
        taken, self.text = self.text.split(mark, 1)
        return taken + mark

    def event(self):
        """The next event as (id, name, data)."""
        while True:
            fields = dict(line.split(": ", 1) for line in self.until("\n\n").splitlines() if ": " in line[1:])
            if "event" in fields:
                return fields.get("id"), fields["event"], json.loads(fields["data"])

    def close(self):
        self.socket.close()


class LiveEvents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        token, config = cls.scene.folder / "metrics-token", cls.scene.folder / "signetd.conf"
        token.write_text(METRICS_TOKEN + "\n")
        config.write_text(f"metrics_token_file = {token}\n")
        cls.manager = Manager(cls.scene, "--config", config)
        cls.manager.start()
        cls.manager.set_up()
        cls.device = cls.manager.enroll("pump")

    def stream(self, *arguments, **headers):
        stream = Stream(self.manager, *arguments, **headers)
        self.addCleanup(stream.close)
        return stream

    def publish(self, payload=b'{"value": 1}', count=1):
        client = Client(self.manager, self.device)
        for _ in range(count):
            self.assertEqual(client.publish(f"j/data/{self.device.device}/t", payload), 0)
        client.close()

    def metrics(self, token=METRICS_TOKEN):
        request = urllib.request.Request(f"https://127.0.0.1:{self.manager.ready['people']}/metrics")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, context=self.manager.trust, timeout=PATIENCE) as response:
            return dict(line.rsplit(" ", 1) for line in response.read().decode().splitlines() if line[0] != "#")

    def test_readings_status_and_jobs_come_as_they_happen(self):
        stream = self.stream()
        self.assertIn("200 OK", stream.head)
        self.assertIn("Content-Type: text/event-stream", stream.head)
        self.publish()
        seen = [stream.event() for _ in range(3)]
        self.assertEqual([name for _, name, _ in seen if name != "data"], ["status", "status"])
        reading = next(data for _, name, data in seen if name == "data")
        self.assertEqual((reading["device_id"], reading["payload"]), (self.device.device, {"value": 1}))
        self.manager.call("POST", f"/v3/devices/{self.device.device}/jobs/blink", {"value": {"n": 3}})
        _, name, data = stream.event()
        self.assertEqual((name, data["payload"]["status"]), ("job", "pending"))

    def test_who_comes_back_misses_nothing(self):
        first = self.stream("stream=data")
        self.publish(b'{"value": 10}')
        last, value = None, None
        while value != {"value": 10}:
            last, _, data = first.event()
            value = data["payload"]
        first.close()
        self.publish(b'{"value": 11}')
        again = self.stream("stream=data", Last_Event_ID=last)
        while again.event()[2]["payload"] != {"value": 11}:  # what came on another loop before may be stored later
            pass
        self.assertEqual(self.stream("stream=data", Last_Event_ID="1-1").event()[1], "gap")

    def test_who_does_not_read_is_let_go_and_costs_little(self):
        before = int(self.metrics()["signet_streams_cut_total"])
        slow, quick = self.stream("stream=data", 4096), self.stream("stream=data")
        sent = 0
        while int(self.metrics()["signet_streams_cut_total"]) == before:
            self.publish(BIG, 3)
            sent += 3 * len(BIG)
            for _ in range(3):
                self.assertEqual(quick.event()[1], "data", "the other goes on")
            self.assertLess(sent, BUFFERS)
        names = []
        while not names or names[-1] != "end":
            names.append(slow.event()[1])
        self.assertEqual(set(names[:-1]), {"data"})
        self.assertRaises(EOFError, slow.until, "more")

    def test_who_may_not_watch_any_more_is_let_go_at_once(self):
        base, mine = f"/v3/workspaces/{self.manager.workspace}", self.manager.token
        key = self.manager.call("POST", f"{base}/api-keys", {"name": "watcher"})["api_key"]
        invited = self.manager.call("POST", f"{base}/invitations", {"email": "bob@example.org", "role": "viewer"})
        bob = self.manager.call("POST", "/v3/join", {"token": invited["token"], "password": PASSWORD})

        def stream_of(token):
            self.manager.token = token
            try:
                return self.stream()
            finally:
                self.manager.token = mine

        of_key, of_bob, of_ann = stream_of(key["key"]), stream_of(bob["token"]), self.stream()
        for stream, path in ((of_key, f"{base}/api-keys/{key['id']}"),
                             (of_bob, f"{base}/members/{bob['account']['id']}")):
            start = time.monotonic()
            self.manager.call("DELETE", path)
            self.assertEqual(stream.event()[1], "end")
            self.assertRaises(EOFError, stream.until, "more")
            self.assertLess(time.monotonic() - start, HEARTBEAT / 2, "seconds: it waits for no heartbeat")
        self.publish()
        self.assertIn(of_ann.event()[1], ("status", "data"), "nobody else is let go")

    def test_a_stranger_watches_nothing(self):
        token, self.manager.token = self.manager.token, "sgs_wrong"
        try:
            self.assertIn("401", self.stream().head)
        finally:
            self.manager.token = token

    def test_security_tells_the_operator_who_was_refused(self):
        stream = self.stream("stream=security")
        context = ssl.create_default_context(cafile=self.manager.ca)
        with socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE) as plain:
            try:  # without a certificate
                with context.wrap_socket(plain, server_hostname="localhost") as connection:
                    connection.recv(1)
            except OSError:
                pass
        self.assertEqual(stream.event()[2]["action"], "gateway.refuse")

    def test_the_command_line_watches(self):
        link = self.scene.folder / "home"
        link.mkdir(exist_ok=True)
        environment = {"SIGNET_HOME": str(link), "SIGNET_API_KEY": self.manager.token}
        command = (BIN / "signet", "watch", "--json", "--stream", "status", "--count", "1", "--server",
                   f"https://127.0.0.1:{self.manager.ready['people']}", "--ca", self.manager.ca)
        wait_for(lambda: int(self.metrics()["signet_streams"]) == 0, "those that left before to be missed")
        program = self.scene.start(command[0], *command[1:], env=environment)
        wait_for(lambda: int(self.metrics()["signet_streams"]) > 0, "it to watch")
        self.publish()
        self.assertEqual(program.wait(PATIENCE), 0, self.scene.log("signet"))
        shown = json.loads(self.scene.log("signet").splitlines()[-1])
        self.assertEqual((shown["event"], shown["data"]["type"]), ("status", "connection"))

    def test_figures_are_for_who_has_the_token(self):
        self.publish()
        wait_for(lambda: int(self.metrics()["signet_readings_stored_total"]) > 0, "the reading to be counted")
        figures = self.metrics()
        self.assertGreater(int(figures['signet_gate_connections_total{outcome="admitted"}']), 0)
        self.assertGreater(int(figures["signet_store_commit_seconds_count"]), 0)
        self.assertGreater(int(figures["signet_ingest_accepted_bytes_total"]), 0)
        for token in ("", "x", METRICS_TOKEN[:-1]):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.metrics(token)
            self.assertEqual(refused.exception.code, 401)
            refused.exception.close()
        self.metrics(self.manager.token)


if __name__ == "__main__":
    unittest.main()
