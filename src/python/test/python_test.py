"""python_test.py PACKAGES EXAMPLES -- programs run by runner.py, with a board that is played by fake_board."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fake_board import run  # noqa: E402

EXAMPLES = str(pathlib.Path(sys.argv[2]).absolute())


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


class Ethernet(unittest.TestCase):
    PROGRAM = """
from networking import eth
from zdm import zdm
eth.configure()
try:
    eth.start()
except ConnectionError as error:
    raise SystemExit(str(error))
print(eth.is_connected(), eth.info(), zdm.Agent().get_fota_percentages())
eth.disconnect()
try:
    eth.configure(dhcp=False)
except OSError as error:
    print(error)
"""

    def test_is_a_network_like_wifi(self):
        code, text, _ = run(self.PROGRAM)
        self.assertEqual((code, text), (0, "True (True, '10.0.1.2', 'm', 'g', 'd', '06') [100, 40]\n"
                                           "this board knows DHCP only\n"))

    def test_says_that_no_cable_is_in(self):
        def setup(board):
            board.refuse["eth.start"] = ("not_found", "no cable is plugged in")
        code, _, board = run(self.PROGRAM, setup)
        self.assertEqual(code, 1)
        self.assertEqual(board.asked[-1]["do"], "eth.start")


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
        tuning = ("keepalive", "reconnect_after", "network_timeout", "set_clock_every")
        self.assertEqual([start[name] for name in tuning], [30, 5000, 60000, 60])
        sent = [r for r in board.asked if r["do"] == "agent.publish"]
        self.assertEqual(sent[0]["payload"], '{"a":1.0,"b":[true,null,"x"]}')
        self.assertEqual([(r["tag"], r["timeout"]) for r in sent], [("default", 0), ("room/1", 50)])

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

    def test_mcu_and_watchdog(self):
        board = self.ok("""
import mcu, watchdog
assert mcu.reset_reason() == mcu.RESET_WATCHDOG and mcu.uid() == "0123" and mcu.info()["dcn"] == "sn01"
watchdog.setup(1000)
watchdog.kick()
mcu.reset()
print("ok")
""")
        self.assertEqual(board.asked[-3:], [{"do": "watchdog.setup", "ms": 1000}, {"do": "watchdog.kick"},
                                            {"do": "agent.reset"}])
        for do, code, call in (("setup", "malformed", "setup(1)"), ("kick", "conflict", "kick()")):
            self.ok(f"""
import watchdog
try:
    watchdog.{call}
except ValueError as error:
    print("ok" if str(error) == "why" else error)
""", lambda board, do=do, code=code: board.refuse.update({"watchdog." + do: (code, "why")}))

    def test_files(self):
        self.ok("""
import fs
fs.mount("/", fs.INTERNAL)
fs.mkdir("/kept")
with fs.open("/kept/a", "w") as file:
    file.write("abc")
assert fs.ls("/kept") == ["a"] and fs.size("/kept/a") == 3 and fs.is_file("kept/a") and fs.is_dir("kept")
assert fs.md5("/kept/a") == "900150983cd24fb0d6963f7d28e17f72" and fs.sha256("/kept/a").startswith("ba7816bf")
fs.copy("/kept/a", "/kept/b")
fs.rename("/kept/b", "/kept/a")
fs.rm("/kept/a")
fs.rmdir("/kept")
assert not fs.exists("/kept") and not fs.exists("/zerynth/none")
try:
    fs.mount("/sd", fs.SD)
except OSError:
    print("ok")
""")

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
