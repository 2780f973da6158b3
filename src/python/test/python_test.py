"""python_test.py PACKAGES EXAMPLES -- programs run by runner.py, with a board that is played by this test."""
import json
import os
import socket
import struct
import sys
import tempfile
import threading
import unittest

PACKAGES, EXAMPLES = sys.argv[1:3]
REQUEST, ANSWER, REFUSAL = 1, 2, 3


class FakeBoard:
    """Answers as a board does; notes what it was asked; hangs up at the n-th publish."""

    def __init__(self, end, publishes=1 << 30):
        self.end, self.left = end, publishes
        self.asked, self.published = [], []
        self.refuse = {}  # do -> (code, message)
        self.online = True
        self.events = []  # what agent.next is answered with; then it waits

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.end.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def send(self, kind, number, body):
        body = json.dumps(body).encode()
        self.end.sendall(struct.pack(">IBBI", 6 + len(body), 1, kind, number) + body)

    def serve(self):
        try:
            while True:
                size, version, kind, number = struct.unpack(">IBBI", self.read(10))
                assert version == 1 and kind == REQUEST
                self.answer(number, json.loads(self.read(size - 6)))
        except (EOFError, OSError):
            pass

    def answer(self, number, request):
        do = request["do"]
        self.asked.append(request)
        if do in self.refuse:
            code, message = self.refuse[do]
            return self.send(REFUSAL, number, {"code": code, "message": message})
        if do == "agent.next":
            return self.send(ANSWER, number, self.events.pop(0)) if self.events else None
        if do == "agent.publish":
            self.published.append((request["tag"], json.loads(request["payload"])))
            self.left -= 1
            if self.left == 0:
                return self.end.shutdown(socket.SHUT_RDWR)
        self.send(ANSWER, number, {
            "board.summary": {"board": "virtual", "release": "0", "element": "ATECC608B", "dcn": "sn01",
                              "personalised": True, "device": None, "firmware": "Factory"},
            "wifi.info": {"dhcp": True, "ip": "10.0.0.2", "mask": "m", "gateway": "g", "dns": "d", "mac": "02"},
            "agent.state": {"online": self.online, "connected": True, "has_time": False, "firmware": "Factory"},
            "element.uid": {"uid": "0123"}, "element.pubkey": {"pubkey": "aabb"},
            "element.common_name": {"common_name": "sn0123"}, "element.sign": {"signature": "0102"},
            "element.certificate": {"certificate": "MAA="},
            "secret.get": {"value": "azE="}, "secret.names": {"names": ["api.key"]},
        }.get(do, {}))


def run(program, board_setup=lambda board: None, publishes=1 << 30):
    """(exit code, text, board) of a program, given as a path or as lines."""
    near, far = socket.socketpair()
    out_read, out_write = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        if not os.path.exists(program):
            path = os.path.join(folder, "main.py")
            with open(path, "w") as file:
                file.write(program)
            program = path
        pid = os.posix_spawn(sys.executable, [sys.executable, "-I", "-B", PACKAGES + "/runner.py", program], {},
                             file_actions=[(os.POSIX_SPAWN_DUP2, out_write, 1), (os.POSIX_SPAWN_DUP2, out_write, 2),
                                           (os.POSIX_SPAWN_DUP2, far.fileno(), 3)])
        far.close()
        os.close(out_write)
        board = FakeBoard(near, publishes)
        board_setup(board)
        server = threading.Thread(target=board.serve)
        server.start()
        with open(out_read) as pipe:
            text = pipe.read()
        _, status = os.waitpid(pid, 0)
        near.shutdown(socket.SHUT_RDWR)
        server.join()
        near.close()
    return os.waitstatus_to_exitcode(status), text, board


class TelemetryProgram(unittest.TestCase):
    def test_runs_unchanged(self):
        code, text, board = run(EXAMPLES + "/telemetry/main.py", publishes=2)
        self.assertIn("Element:  ATECC608B sn01\n", text)
        self.assertIn("(True, '10.0.0.2', 'm', 'g', 'd', '02')\nonline: True\n", text)
        self.assertEqual([tag for tag, _ in board.published], ["test", "test"])
        for _, payload in board.published:
            self.assertTrue(0 <= payload["value"] <= 100)
        self.assertEqual([request["do"] for request in board.asked if request["do"] != "agent.next"][:6],
                         ["board.init", "board.summary", "wifi.configure", "wifi.start", "wifi.info", "agent.start"])
        self.assertEqual(code, 1, "the board hung up")
        self.assertIn("the board has gone", text)

    def test_says_bad_password(self):
        def setup(board):
            board.refuse["wifi.start"] = ("unauthenticated", "wrong password")
        _, text, _ = run(EXAMPLES + "/telemetry/main.py", setup, publishes=1)
        self.assertIn("Bad Password\n", text)

    def test_says_generic_when_the_network_is_not_there(self):
        def setup(board):
            board.refuse["wifi.start"] = ("not_found", "no such network")
        _, text, _ = run(EXAMPLES + "/telemetry/main.py", setup, publishes=1)
        self.assertIn("Generic Wifi Exception\n", text)


class Modules(unittest.TestCase):
    def ok(self, program, setup=lambda board: None):
        code, text, board = run(program, setup)
        self.assertEqual((code, text), (0, "ok\n"))
        return board

    def test_agent(self):
        board = self.ok("""
from zdm import zdm
def blink(agent, args): pass
agent = zdm.Agent(cfg=zdm.Config(keepalive=30), jobs={"blink": blink}, host="zmqtt.example", set_clock_every=60)
agent.start(wait_working=1.5)
assert agent.online() and agent.connected() and not agent.has_time()
assert agent.firmware() == "Factory"
agent.publish({"a": 1.0, "b": [True, None, "x"]})
agent.publish({}, tag="room/1", timeout=50)
for wrong in (5, "x", [1], None):
    try:
        agent.publish(wrong)
    except TypeError:
        continue
    raise SystemExit("took " + repr(wrong))
try:
    agent.publish({"x": float("nan")})
except ValueError:
    print("ok")
""")
        start = next(r for r in board.asked if r["do"] == "agent.start")
        self.assertEqual((start["jobs"], start["wait"]), (["blink"], 1500))
        sent = [r for r in board.asked if r["do"] == "agent.publish"]
        self.assertEqual(sent[0]["payload"], '{"a":1.0,"b":[true,null,"x"]}')
        self.assertEqual([(r["tag"], r["timeout"]) for r in sent], [("default", 0), ("room/1", 50)])

    def served(self, program, *events, refuse=None):
        """Runs until the program has answered for each event; what it said to the board."""
        def setup(board):
            board.events = list(events)
            board.refuse = refuse or {}
        code, text, board = run(program, setup)
        self.assertEqual(code, 0, text)
        return [request for request in board.asked if request["do"] not in ("agent.next", "agent.start")], text

    def test_jobs_run_in_the_agents_thread_and_their_exceptions_are_answers(self):
        def job(name, args):
            return {"event": "job", "name": name, "version": 5, "args": args}
        said, text = self.served("""
import threading
from zdm import zdm
done = threading.Event()
def blink(agent, args):
    assert threading.current_thread().name == "agent" and isinstance(agent, zdm.Agent)
    return {"blinked": args["n"]}
def fail(agent, args): raise ValueError("no lamp")
def leave(agent, args): raise SystemExit
def strange(agent, args): return {1, 2}
def last(agent, args):
    assert args == {}
    done.set()
agent = zdm.Agent(jobs={"blink": blink, "fail": fail, "leave": leave, "strange": strange, "last": last})
agent.start()
done.wait(30)
sleep(200)
""", job("blink", {"n": 3}), job("fail", {}), job("leave", {}), job("strange", {}), job("last", None))
        self.assertEqual([(one["do"], one["name"], one["version"]) for one in said],
                         [("agent.answer", name, 5) for name in ("blink", "fail", "leave", "strange", "last")])
        self.assertEqual([one["result"] for one in said],
                         ['{"blinked":3}', '{"error":"no lamp"}', '{"error":"SystemExit"}',
                          '{"error":"Object of type set is not JSON serializable"}', "null"])
        self.assertIn("[error]> the job fail: ValueError: no lamp\n", text)

    def test_both_documented_signatures(self):
        self.ok("""
from zdm import zdm
def told(agent, conditions): pass
def on_fota(agent, step, arg): pass
old = zdm.Agent(zdm.Config(), {}, ["door"], told, 300, on_fota, "zmqtt.example")
assert (old._conditions, old._on_conditions, old._on_fota) == (["door"], told, on_fota)
new = zdm.Agent(zdm.Config(), {}, 300, on_fota, "zmqtt.example")
assert (new._conditions, new._on_conditions, new._on_fota) == ([], None, on_fota)
assert zdm.Agent(conditions=["door"], on_fota=on_fota)._on_fota is on_fota
try:
    zdm.Agent(None, {}, 300, on_fota, "zmqtt.example", "more")
except TypeError:
    print("ok")
""")

    def test_variables(self):
        def wish(name, value):
            return {"event": "variable", "name": name, "version": 7, "value": value}
        said, text = self.served("""
import threading
from zdm import zdm
done = threading.Event()
def limited(agent, value): return min(value, 3000)
def broken(agent, value): raise OSError("stuck")
agent = zdm.Agent(variables={"speed": limited, "mode": lambda agent, value: done.set(), "valve": broken})
agent.start()
agent.set_variable("height", 1.5)
done.wait(30)
sleep(200)
""", wish("speed", 9000), wish("valve", 1), wish("mode", "eco"))
        self.assertCountEqual([(one["name"], one["value"], one.get("version")) for one in said],
                              [("height", "1.5", None), ("speed", "3000", 7), ("mode", '"eco"', 7)])
        self.assertIn("the variable valve: OSError: stuck\n", text)

    def test_conditions(self):
        said, _ = self.served("""
import threading
from zdm import zdm
done = threading.Event()
def found(agent, conditions):
    for one in conditions:
        assert one.is_open() and one.get_tag() == "door" and one.get_start() == "2026-03-26T09:46:00Z"
        one.close({"by": "bob"}, "2026-03-26T09:47:00Z")
    done.set()
agent = zdm.Agent(conditions=["door"], on_conditions=found)
agent.start()
agent.request_conditions()
done.wait(30)
door = agent.new_condition("door")
assert not door.is_open() and door.get_id() is None
door.open({"by": "ann"})
assert door.is_open() and door.get_payload_open() == {"by": "ann"} and len(door.get_id()) == 20
try:
    door.open()
except ValueError:
    door.close(finish="2026-03-26T09:48:00Z")
assert not door.is_open() and door.get_finish() == "2026-03-26T09:48:00Z" and door.get_payload_close() == {}
door.reset()
assert door.get_id() is None
try:
    agent.new_condition("window")
except ValueError:
    print("ok")
""", {"event": "conditions", "open": {"u-1": {"tag": "door", "start": "2026-03-26T09:46:00Z"}}})
        told = [json.loads(one["value"]) for one in said if one["do"] == "agent.condition"]
        self.assertEqual(told[0], {"uuid": "u-1", "payloadf": {"by": "bob"}, "finish": "2026-03-26T09:47:00Z"})
        self.assertEqual((told[1]["tag"], told[1]["payload"]), ("door", {"by": "ann"}))
        self.assertEqual((told[2]["uuid"], told[2]["finish"]), (told[1]["uuid"], "2026-03-26T09:48:00Z"))
        self.assertIn({"do": "agent.conditions"}, said)

    def test_an_update_is_asked_about(self):
        said, _ = self.served("""
import threading
from zdm import zdm
done = threading.Event()
def on_fota(agent, step, arg):
    if step == "check_version":
        return "too old" if arg["fw_version"] < "2" else None
    done.set()
    raise OSError("no pump")
agent = zdm.Agent(on_fota=on_fota)
agent.start()
done.wait(30)
sleep(200)
""", *({"event": "fota", "step": step, "arg": {"fw_version": version}}
       for step, version in (("check_version", "1.0"), ("check_version", "2.0"), ("accept", "2.0"))))
        self.assertEqual([(one["step"], one["refused"]) for one in said],
                         [("check_version", "too old"), ("check_version", ""), ("accept", "no pump")])

    def test_refusals_have_their_own_exceptions(self):
        program = """
from zdm import zdm
agent = zdm.Agent()
try:
    agent.publish({{}}, timeout={timeout})
except {name} as error:
    print("ok" if str(error) == "why" else error)
"""
        for code, timeout, name in (("exhausted", 0, "zdm.OutboxFull"), ("unavailable", 9, "zdm.MQTTPublishTimeout"),
                                    ("unavailable", 9, "MQTTPublishTimeout"), ("malformed", 0, "ValueError")):
            def setup(board, code=code):
                board.refuse["agent.publish"] = (code, "why")
            self.ok(program.format(timeout=timeout, name=name), setup)

    def test_element(self):
        board = self.ok("""
from crypto import element
assert element.uid() == "0123" and element.uid(hex=False) == b"\\x01\\x23"
assert element.pubkey() == "aabb" and element.common_name() == "sn0123"
assert element.sha256("abc").startswith("ba7816bf") and len(element.sha256(b"abc", hex=False)) == 32
assert element.sign("hello") == "0102"
print("ok")
""")
        self.assertEqual(board.asked[-1], {"do": "element.sign", "message": "aGVsbG8="})

    def test_the_certificate_is_pem(self):
        self.ok("""
from crypto import element
print("ok" if element.get_device_certificate().splitlines()[1] == "MAA=" else "no")
""")

    def test_secrets(self):
        program = """
from crypto import secret
assert secret.names() == ["api.key"]
try:
    print("ok" if secret.get("api.key") == b"k1" else "no")
except KeyError as error:
    print("ok" if error.args[0] == "why" else error)
"""
        self.ok(program)
        for code in ("not_found", "forbidden"):
            self.ok(program, lambda board, code=code: board.refuse.update({"secret.get": (code, "why")}))

    def test_wifi_without_arguments_is_the_owners(self):
        board = self.ok("""
from networking import wifi
wifi.configure()
wifi.configure("Lab", "pw")
print("ok")
""")
        self.assertEqual(board.asked[-2:], [{"do": "wifi.configure"},
                                            {"do": "wifi.configure", "ssid": "Lab", "password": "pw"}])

    def test_builtins(self):
        self.ok("""
seen = {random(1, 3) for _ in range(200)}
assert seen == {1, 2, 3}, seen
done = []
thread(done.append, 7).join()
assert done == [7]
sleep(1)
assert issubclass(WifiBadPassword, WifiException) and issubclass(WifiBadSSID, WifiException)
zinfo, zwarn, zwarning, zerror, zdebug
assert __name__ == "__main__"
print("ok")
""")

    def test_threads_ask_at_the_same_time(self):
        board = self.ok("""
from zdm import zdm
agent = zdm.Agent()
def work():
    for i in range(50):
        agent.publish({"i": i})
threads = [thread(work) for _ in range(8)]
for one in threads:
    one.join()
print("ok")
""")
        self.assertEqual(len(board.published), 400)


class Runner(unittest.TestCase):
    def test_shows_a_readable_traceback(self):
        code, text, _ = run("def f():\n    return 1 / 0\n\nf()\n")
        self.assertEqual(code, 1)
        self.assertTrue(text.startswith("Traceback (most recent call last):\n"), text)
        self.assertIn('main.py", line 4, in <module>\n    f()\n', text)
        self.assertTrue(text.endswith("ZeroDivisionError: division by zero\n"), text)
        self.assertNotIn("runner.py", text)

    def test_shows_a_syntax_error(self):
        code, text, _ = run("x = (\n")
        self.assertEqual(code, 1)
        self.assertIn("SyntaxError", text)
        self.assertNotIn("runner.py", text)

    def test_hands_on_the_exit_code(self):
        self.assertEqual(run("raise SystemExit(3)")[0], 3)
        self.assertEqual(run("pass")[0], 0)


class Confinement(unittest.TestCase):
    def test_no_socket_no_process(self):
        self.assertEqual(run("""
import os, socket, subprocess
attempts = (
    lambda: socket.socket(socket.AF_INET),
    lambda: socket.socket(socket.AF_UNIX),
    lambda: socket.socketpair() and socket.socket(),
    os.fork,
    lambda: os.execv("/bin/true", ["true"]),
    lambda: subprocess.run(["/bin/true"]),
    lambda: os.kill(os.getppid(), 0),
    lambda: os.pidfd_open(os.getppid()),
    lambda: os.truncate(__file__, 0),
    lambda: os.chmod(__file__, 0),
)
for number, attempt in enumerate(attempts):
    try:
        attempt()
    except OSError as error:
        assert error.errno == 1, (number, error)
        continue
    raise SystemExit("attempt %d went through" % number)
print("ok")
""")[:2], (0, "ok\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
