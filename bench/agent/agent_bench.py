#!/usr/bin/env python3
"""What a board spends on its agent: memory beside the interpreter, the way from a new connection to the first
acknowledged reading in round trips, and 10,000 readings that wait for the manager. ./dev bench agent [--json]
[--readings COUNT] [--rounds COUNT]

The board is real, its element is emulated, and between it and the manager stands a line whose length is known: it hands
on every byte half a round trip later. The floor is two round trips from the open connection: one for TLS 1.3, one for a
CONNECT and a PUBLISH that are sent together. Ours hears CONNACK before it publishes, which is one more.
"""
import argparse
import asyncio
import datetime
import json
import pathlib
import statistics
import sys
import threading
import time

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "tests"), str(HERE.parent / "gate")]
from board_scene import Board  # noqa: E402
from figures import Figures  # noqa: E402
from harness import Scene, wait_for  # noqa: E402

HALF_WAY = 0.25  # seconds: of the long line
FLOOR = 2  # round trips
PROGRAM = """
import os
from networking import wifi
from zdm import zdm

wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start(wait_working=0)
while not os.path.exists("go"):  # claimed, and with the long line before it
    sleep(100)
if not os.path.exists("told"):
    for number in range(READINGS):
        agent.publish({"n": number}, "count")
    with open("told", "w") as file:
        file.write("all")
while True:
    agent.publish({"beat": 1}, "beat")
    sleep(100)
"""


class Line:
    """Between a board and its manager, in a thread of its own. `half_way` is how long a byte is under way."""

    def __init__(self, manager):
        self.manager, self.half_way, self.is_open, self.accepted, self.ends = manager, 0.0, False, [], set()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def serve():
            server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        self.loop.create_task(serve())
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        ready.wait()

    async def carry(self, reader, writer):
        if not self.is_open:
            return writer.transport.abort()
        self.accepted.append(time.time())
        there, back = await asyncio.open_connection("127.0.0.1", self.manager.port)
        self.ends |= {writer, back}
        await asyncio.gather(self.hand_on(reader, back), self.hand_on(there, writer))
        self.ends -= {writer, back}

    async def hand_on(self, source, target):
        """In order: each piece waits for its own time, and a timer of asyncio never overtakes an earlier one."""
        while piece := await source.read(65_536):
            if self.half_way:
                self.loop.call_later(self.half_way, target.write, piece)
            else:
                target.write(piece)
        target.close()

    def cut(self):
        self.loop.call_soon_threadsafe(lambda: [end.transport.abort() for end in self.ends])


def memory_of(process):
    """(resident, of it not shared with files) in MiB: proc(5), status."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Way:
    def __init__(self, scene, readings):
        self.scene, self.count = scene, readings
        self.manager = scene.manager()
        self.board = Board(scene, PROGRAM.replace("READINGS", str(readings)))
        self.board.start_element()
        self.board.make()
        self.board.start()
        self.line = Line(self.manager)
        self.board.claim(self.manager)
        self.board.process.terminate()
        self.board.process.wait()
        endpoint = self.board.folder / "endpoint.json"
        endpoint.write_text(json.dumps(json.loads(endpoint.read_text()) | {"port": self.line.port}))
        (self.board.own / "go").touch()

    def stored(self, tag):
        path = f"/v3/timeseries/{self.manager.workspace}/data?device={self.board.device}&tag={tag}"
        return self.manager.call("GET", f"{path}&size=175000&sort=timestamp_device")["result"]

    def replay(self):
        """Seconds until all are stored; how often a reading stands more or less than once."""
        self.board.start()
        wait_for((self.board.own / "told").exists, "the program to publish", 300)
        self.waiting = memory_of(self.board.process)
        began = time.monotonic()
        self.line.is_open = True
        wait_for(lambda: len(self.stored("count")) >= self.count, "every reading to be stored", 300)
        took = time.monotonic() - began
        numbers = [reading["payload"]["n"] for reading in self.stored("count")]
        return took, sum(a != b for a, b in zip(numbers, range(self.count))) + abs(len(numbers) - self.count)

    def is_even(self):
        """What was sent and not acknowledged would be sent again, and is not stored twice."""
        return time.time() - seconds_of(self.stored("beat")[-1]["timestamp_device"]) < 0.5

    def first_answer(self):
        """Round trips from an open connection to the PUBACK of the first reading on it."""
        self.line.half_way = 0
        wait_for(self.is_even, "the board to have nothing that waits", 120)
        self.line.half_way = HALF_WAY
        seen = len(self.line.accepted)
        self.line.cut()
        wait_for(lambda: len(self.line.accepted) > seen, "the board to come back", 90)
        opened = self.line.accepted[-1]

        def after():
            return [at for at in (seconds_of(one["timestamp_in"]) for one in self.stored("beat")) if at > opened]

        wait_for(after, "its first reading", 60)
        return (min(after()) + HALF_WAY - opened) / (2 * HALF_WAY)


def main():
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--json", action="store_true", help="an object a line, for programs")
    asks.add_argument("--readings", type=int, default=10_000)
    asks.add_argument("--rounds", type=int, default=5)
    options = asks.parse_args()
    figures = Figures(options.json)
    with Scene() as scene:
        way = Way(scene, options.readings)
        took, wrong = way.replay()
        connected = memory_of(way.board.process)
        trips = statistics.median(way.first_answer() for _ in range(options.rounds))
        figures.note(f"{options.readings} readings replayed in {took:.1f} s, {options.readings / took:.0f} a second")
        figures.note(f"memory of signet-board, MiB: {connected[0]:.1f} resident, {connected[1]:.1f} of its own; with "
                     f"{options.readings} readings waiting {way.waiting[0]:.1f} and {way.waiting[1]:.1f}")
        figures.note(f"round trips to the first PUBACK: the floor is {FLOOR}, median of {options.rounds} {trips:.2f}")
        figures.add("agent.resident", connected[0], "MiB", 12)
        figures.add("agent.round_trips_past_floor", trips - FLOOR, "round trips", 1.2)
        figures.add("agent.replay_wrong", wrong, "readings", 0)
    return 0 if figures.all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
