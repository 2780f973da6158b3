"""kill -9 of a board and of its element while a program publishes: every reading that the program was told is kept is
in the manager's store exactly once, and the element's memory loads again.

The program notes a number before it publishes it, and again once publish() has returned. A cut between the two leaves
one number whose fate it was not told: that one is given up, so it may be stored once or not at all, never twice.
"""
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board, kill  # noqa: E402
from harness import Scene, wait_for  # noqa: E402

KILLS = 5
READINGS = 15  # at least so many between two cuts
PROGRAM = """
import json, os
from networking import wifi
from zdm import zdm

def load(name):
    return json.load(open(name)) if os.path.exists(name) else 0

def store(name, number):
    with open(name + ".new", "w") as file:
        json.dump(number, file)
    os.replace(name + ".new", name)

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start(wait_working=0)
number = load("begun")
while True:
    if os.path.exists("enough"):
        store("ended", number)
        while True:
            sleep(1000)
    store("begun", number + 1)
    agent.publish({"n": number}, "count")
    with open("told", "a") as file:  # a short line, one write: whole or not there
        file.write("%d\\n" % number)
    number += 1
    sleep(2)
"""


class BoardKillNine(unittest.TestCase):
    def told(self):
        path = self.board.own / "told"
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []

    def stored(self):
        return [reading["payload"]["n"] for reading in self.manager.readings(self.board.device)]

    def publish_more(self):
        goal = len(self.told()) + READINGS
        wait_for(lambda: len(self.told()) >= goal, "the program to publish")

    def publish_unheard(self):
        """The manager stands still: what is published now is on the board's disk alone when the board is cut."""
        self.manager.program.send_signal(signal.SIGSTOP)
        self.publish_more()

    def hear_more(self):
        before = len(self.stored())
        wait_for(lambda: len(self.stored()) > before, "the manager to hear the board")

    def test_what_the_program_was_told_is_stored_once(self):
        began = time.monotonic()
        with Scene() as scene:
            self.manager = scene.manager()
            self.board = Board(scene, PROGRAM)
            self.board.start_element()
            self.board.make()
            kill(self.board.element)  # idle: nobody speaks to it
            self.board.start_element()
            self.board.start()
            self.board.claim(self.manager)
            for life in range(KILLS):
                self.hear_more()
                self.publish_more() if life % 2 else self.publish_unheard()
                kill(self.board.process)
                self.manager.program.send_signal(signal.SIGCONT)
                self.board.start()
            kill(self.board.element)  # mid-run: the board may be signing its handshake
            self.publish_more()  # what is published needs no element
            self.board.start_element()
            kill(self.board.process)  # its next connection needs one
            self.board.start()
            self.hear_more()

            (self.board.own / "enough").touch()
            wait_for((self.board.own / "ended").exists, "the program's end")
            told = self.told()
            wait_for(lambda: set(told) <= set(self.stored()), "every reading to be stored", 20)
            stored = self.stored()
            unknown = set(stored) - set(told)
            print(f"{KILLS + 1} kills of the board, 2 of its element: {len(told)} told, {len(stored)} stored, "
                  f"{len(unknown)} of them told to nobody, {time.monotonic() - began:.1f} s")
            self.assertEqual(sorted(told), sorted(set(told)))
            self.assertEqual(stored, sorted(set(stored)), "in order, each once")
            self.assertLessEqual(len(unknown), KILLS + 1)
            self.assertGreaterEqual(len(told), (KILLS + 1) * READINGS)
            starts = [line for line in scene.log("signet-element").splitlines() if '"element.ready"' in line]
            self.assertEqual(['"data_locked":true' in line for line in starts], [False, True, True])


if __name__ == "__main__":
    unittest.main()
