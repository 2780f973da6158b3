"""What an owner asks of a program on a board, over a real manager: jobs, variables, conditions, reset."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board, kill  # noqa: E402
from harness import Scene, wait_for  # noqa: E402

# Counts each run of a job in its own folder, so that one that ran twice is seen.
PROGRAM = """
import os
from networking import wifi
from zdm import zdm

def note(line):
    with open("notes", "a") as file:
        file.write(line + "\\n")

def blink(agent, args):
    note("blink %d" % args["n"])
    return {"blinked": args["n"]}

def fail(agent, args):
    raise ValueError("no lamp")

def stop(agent, args):
    note("stop")
    os._exit(1)

def limited(agent, value):
    return min(value, 3000)

def found(agent, conditions):
    note("open " + " ".join(one.get_tag() for one in conditions))
    for one in conditions:
        one.close({"by": "bob"})

def put_away(agent):
    note("put away")
    while os.path.exists("stuck"):
        sleep(100)

note("begun")
wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent(jobs={"blink": blink, "fail": fail, "stop": stop}, conditions=["door"], on_conditions=found,
                  variables={"speed": limited}, on_reset=put_away)
agent.start()
agent.set_variable("height", 1.5)
if os.path.exists("door"):
    agent.request_conditions()
else:
    open("door", "w").close()
    agent.new_condition("door").open({"by": "ann"})
while True:
    sleep(1000)
"""


class Jobs(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.board = Board(self.scene, PROGRAM)
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.board.claim(self.manager)
        self.notes_once("begun")

    def notes(self):
        path = self.board.own / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def notes_once(self, line, times=1):
        wait_for(lambda: self.notes().count(line) >= times, f"the program to note {line!r}")
        self.assertEqual(self.notes().count(line), times)

    def operate(self, *arguments):
        return json.loads(self.board.operate("--json", *arguments))

    def job(self, name):
        return self.operate("job", "check", name, "pump")["job"]

    def ends(self, name):
        wait_for(lambda: self.job(name)["status"] != "pending", f"the job {name} to end")
        return self.job(name)

    def test_a_job_reaches_a_python_function_and_its_answer_comes_back(self):
        self.board.operate("job", "schedule", "blink", "pump", "--arg", "n", "3")
        done = self.ends("blink")
        self.assertEqual((done["status"], done["value"]), ("done", {"blinked": 3}))
        self.board.operate("job", "schedule", "fail", "pump")
        self.assertEqual((self.ends("fail")["status"], self.job("fail")["detail"]), ("failed", "no lamp"))
        self.board.operate("job", "schedule", "dance", "pump")
        self.assertEqual(self.ends("dance")["detail"], "Job dance not supported")
        self.notes_once("blink 3")

    def test_a_program_that_dies_of_a_job_fails_it_and_does_not_meet_it_again(self):
        self.board.operate("job", "schedule", "stop", "pump")
        self.assertEqual(self.ends("stop")["detail"], "the program ended before it had answered")
        self.notes_once("begun", 2)
        self.board.operate("job", "schedule", "blink", "pump", "--arg", "n", "4")
        self.assertEqual(self.ends("blink")["status"], "done")
        self.notes_once("stop")

    def test_a_job_waits_for_a_board_that_is_off_and_the_board_resets_itself_when_told(self):
        kill(self.board.process)
        self.board.operate("job", "schedule", "blink", "pump", "--arg", "n", "5")
        self.board.start()
        self.assertEqual(self.ends("blink")["value"], {"blinked": 5})
        begun = self.notes().count("begun")
        self.board.operate("job", "schedule", "reset", "pump")
        self.assertEqual(self.ends("reset")["value"], "resetting device...")
        self.notes_once("begun", begun + 1)
        self.board.operate("job", "schedule", "blink", "pump", "--arg", "n", "6")
        self.assertEqual(self.ends("blink")["value"], {"blinked": 6})
        self.notes_once("blink 5")
        self.notes_once("put away")
        (self.board.own / "stuck").touch()
        self.board.operate("job", "schedule", "reset", "pump")
        self.notes_once("put away", 2)
        self.notes_once("begun", begun + 2)  # an on_reset that does not come to an end is no way to stay

    def test_variables_and_conditions(self):
        def variable(name):
            return self.operate("variable", "get", "pump", name)["variable"]
        self.board.operate("variable", "set", "pump", "speed", "9000")
        wait_for(lambda: variable("speed")["pending"] is None, "the program to answer")
        self.assertEqual((variable("speed")["value"], variable("height")["value"]), (3000, 1.5))

        path = f"/v3/workspaces/{self.manager.workspace}/conditions"
        wait_for(lambda: self.manager.call("GET", path + "?status=open")["conditions"], "the condition")
        self.board.operate("job", "schedule", "stop", "pump")  # it comes back and asks what is open
        wait_for(lambda: self.manager.call("GET", path + "?status=closed")["conditions"], "its end")
        one = self.manager.call("GET", path)["conditions"][0]
        self.assertEqual((one["tag"], one["payload"], one["payloadf"]), ("door", {"by": "ann"}, {"by": "bob"}))
        self.notes_once("open door")


if __name__ == "__main__":
    unittest.main()
