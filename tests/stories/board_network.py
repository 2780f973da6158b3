"""A confined program reaches what its board's profile names, by connections that the board makes, and nothing else."""
import http.server
import pathlib
import socket
import ssl
import struct
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import Scene, run, wait_for  # noqa: E402

# Notes in its own folder what each line gives, or how it fails.
PROGRAM = """
import os, socket, struct
from networking import wifi
from protocols import http, mqtt, ntp
import _network

ROOT = {root!r}

def note(name, act):
    try:
        said = act()
    except Exception as error:
        said = type(error).__name__ + ": " + str(error)
    with open("notes", "a") as file:
        print(name, said, sep=": ", file=file)

def by_broker():
    client, heard = mqtt.MQTT("localhost", "lamp", port={broker}), []
    client.on("door/+", lambda client, topic, payload: heard.append((topic, payload)), qos=1)
    client.connect()
    client.publish("door/front", "open", qos=1)
    while not heard:
        client.receive()
    client.disconnect()
    return heard

def elsewhere():
    line = _network.dial("localhost", {time}, "udp")
    line.sendto(b"x", ("127.0.0.1", {http}))

def by_message():
    line = _network.dial("localhost", {time}, "udp")
    line.sendmsg([b"x"], [], 0, ("127.0.0.1", {http}))

note("before", lambda: http.HTTP().get("http://localhost:{http}/"))
wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
secure = http.HTTP(ctx=(ROOT,))
note("plain", lambda: http.HTTP().get("http://localhost:{http}/hello?x=1").text())
note("posted", lambda: http.HTTP().post("http://localhost:{http}/", json={{"a": 1}}).json())
note("secure", lambda: secure.get("https://localhost:{https}/hello").status)
note("no root", lambda: http.HTTP().get("https://localhost:{https}/hello").status)
note("other root", lambda: http.HTTP(ctx=({other!r},)).get("https://localhost:{https}/hello").status)
note("other name", lambda: secure.get("https://127.0.0.1:{https}/hello").status)
note("unnamed", lambda: http.HTTP().get("http://{unnamed}/").status)
note("metadata", lambda: http.HTTP().get("http://169.254.169.254/latest").status)
note("time", lambda: round(ntp.get_time("localhost", {time})))
note("broker", by_broker)
note("sendto", elsewhere)
note("sendmsg", by_message)
note("own socket", lambda: socket.socket())
note("many", lambda: [_network.dial("localhost", {http}) for _ in range(100)])
note("done", lambda: "")
while True:
    sleep(1000)
"""


class Answers(http.server.BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer(f"you asked for {self.path}".encode())

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *words):
        pass


def tell_time(line):
    """An SNTP server: it is the year 2100, and half a second."""
    while True:
        try:
            asked, peer = line.recvfrom(512)
        except OSError:
            return
        when = struct.pack(">II", (4102444800 + 2208988800) & 0xFFFFFFFF, 1 << 31)
        line.sendto(b"\x24\x01" + bytes(22) + asked[40:48] + when + when, peer)


def serve_one_client(listening):
    """A broker of one client: says everything back to it that it publishes."""
    try:
        line, _ = listening.accept()
        with line, line.makefile("rb") as stream:
            while (head := stream.read(2)) and len(head) == 2:
                body = stream.read(head[1])
                if head[0] == 0x10:
                    line.sendall(b"\x20\x02\x00\x00")
                elif head[0] == 0x82:
                    line.sendall(b"\x90\x03" + body[:2] + b"\x01")
                elif head[0] & 0xF0 == 0x30:
                    size = 2 + struct.unpack(">H", body[:2])[0]
                    line.sendall(b"\x40\x02" + body[size:size + 2] + head + body)
    except OSError:
        pass


class Network(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.folder = self.scene.folder

    def certificate(self, name):
        key, pem = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        done = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                   "-out", pem)
        self.assertEqual(done.returncode, 0, done.stderr)
        return key, pem

    def thread(self, target, *arguments):
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def web(self, tls=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        self.thread(server.serve_forever)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def places(self):
        key, pem = self.certificate("here")
        _, other = self.certificate("other")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem, key)
        clock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        clock.bind(("127.0.0.1", 0))
        broker = socket.create_server(("127.0.0.1", 0))
        for line in (clock, broker):
            self.addCleanup(line.close)
        self.thread(tell_time, clock)
        self.thread(serve_one_client, broker)
        return {"http": self.web(), "https": self.web(tls), "time": clock.getsockname()[1],
                "broker": broker.getsockname()[1], "root": pem.read_text(), "other": other.read_text()}

    def start(self, reach):
        unnamed = "localhost" if reach == "any" else "elsewhere.example"  # no name is asked of the network
        board = Board(self.scene, PROGRAM.format(**self.places(), unnamed=unnamed))
        board.start_element()
        board.make()
        profile = self.folder / "profile"
        profile.write_text(f"board = virtual\nreach = {reach}\n")
        board.start("--profile", profile)
        notes = board.own / "notes"
        wait_for(lambda: notes.exists() and "done" in notes.read_text(), "the program to be done")
        said = dict(line.split(": ", 1) for line in notes.read_text().splitlines())
        print("\n".join(f"{name}: {text}" for name, text in said.items()))
        return said

    def test_what_the_profile_names_is_reached_and_nothing_else(self):
        said = self.start("localhost 127.0.0.1")
        self.assertIn("no network", said["before"])
        self.assertEqual(said["plain"], "you asked for /hello?x=1")
        self.assertEqual(said["posted"], "{'a': 1}")
        self.assertEqual(said["secure"], "200")
        self.assertIn("whom to believe", said["no root"])
        self.assertTrue(said["other root"].startswith("TLSHandshakeFailed"), said["other root"])
        self.assertTrue(said["other name"].startswith("TLSHandshakeFailed"), said["other name"])
        self.assertIn("PermissionError", said["unnamed"])
        self.assertIn("reach = elsewhere.example", said["unnamed"])
        self.assertIn("PermissionError", said["metadata"])
        self.assertIn(int(said["time"]), range(4102444800, 4102444810), "and the way back")
        self.assertEqual(said["broker"], "[('door/front', b'open')]")
        for way in ("sendto", "sendmsg", "own socket"):
            self.assertIn("PermissionError", said[way], "only to whom the board connected")
        self.assertRegex(said["many"], "too many|close some")

    def test_any_is_not_this_machine(self):
        said = self.start("any")
        for name in ("plain", "metadata", "broker", "time"):
            self.assertIn("PermissionError", said[name])
            self.assertIn("of this machine or its link alone", said[name])

    def test_without_a_word_nothing_is_reached(self):
        said = self.start("")
        for name in ("plain", "unnamed", "metadata"):
            self.assertIn("PermissionError", said[name])


if __name__ == "__main__":
    unittest.main()
