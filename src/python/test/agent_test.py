"""agent_test.py PACKAGES -- what a program's agent does with the events that its board gives it."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fake_board import run  # noqa: E402


class Events(unittest.TestCase):
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
        code, text, _ = run("""
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
        self.assertEqual((code, text), (0, "ok\n"))

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

    def test_the_connection_is_told(self):
        said, text = self.served("""
import threading
from zdm import zdm
done = threading.Event()
def on_connection(agent, online):
    agent.set_variable("online", online)
    if online:
        done.set()
    else:
        raise OSError("offline")
agent = zdm.Agent(on_connection=on_connection)
agent.start()
done.wait(30)
""", *({"event": "connection", "online": online} for online in (False, True)))
        self.assertEqual([one["value"] for one in said if one["do"] == "agent.variable"], ["false", "true"])
        self.assertIn("on_connection: OSError: offline\n", text)

    def test_a_reset_is_told_first_and_done_whatever_comes_of_that(self):
        said, text = self.served("""
from zdm import zdm
def on_reset(agent):
    agent.publish({"lamp": "off"})
    raise OSError("no lamp")
agent = zdm.Agent(on_reset=on_reset)
agent.start()
agent._thread.join(30)
""", {"event": "reset"}, refuse={"agent.reset": ("unavailable", "the board has gone")})
        self.assertEqual([one["do"] for one in said], ["agent.publish", "agent.reset"])
        self.assertIn("on_reset: OSError: no lamp\n", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
