#!/usr/bin/env python3
"""What a device costs at the gate, beside mosquitto and nats-server in the same run, and who is held up when strangers
knock. ./dev bench gate [--json] [--only NAME...] [--devices COUNT] [--rounds COUNT]

Each round measures every server once, in turn, so that a busy machine is busy for all; what is told is the median of
the rounds' ratios. Servers run on one core, the load on another. CPU time is that of all threads of the server.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests"))
from figures import Figures  # noqa: E402
from harness import Scene  # noqa: E402
from servers import CORES, LOAD, LOAD_CORE, Mosquitto, Nats, Signet, on_core  # noqa: E402

SPARE_DESCRIPTORS = 500
HELD = 10_000        # connections, for the memory of one
LIVE = 5000          # sessions, for the revocations
WORN_IN = 10_000     # connections under each version of TLS, before what ENDURED more leave behind is looked at
ENDURED = 100_000
KNOCKS_LEAST = 900   # a second, of the 1000 that strangers shall make: fewer prove nothing
ON_TIME_LEAST = 0.9  # of the messages of a steady rate

# What each part tells: unit and limit. What is not told, or was not measured, does not hold.
PARTS = {
    "handshake": {"gate.connect_tls13": ("x mosquitto", 0.58), "gate.connect_tls13_nats": ("x nats-server", 0.95),
                  "gate.connect_tls12": ("x mosquitto", 0.70)},
    "memory": {"gate.memory_each": ("KB", 15)},
    "endurance": {"gate.memory_left": ("KB", 512)},
    "publish": {"gate.publish_flat_out": ("x mosquitto", 0.50), "gate.publish_5000_a_second": ("x mosquitto", 1.6)},
    "storm": {"gate.storm": ("x mosquitto", 0.55), "gate.storm_retries": ("", 0)},
    "knocking": {"gate.puback_p99_knocking": ("x quiet", 3)},
    "revoke": {"gate.revoked_session_closed": ("ms p99.9", 1000)},
}
LIMITS = {figure: limit for part in PARTS.values() for figure, limit in part.items()}


class NotMeasured(Exception):
    """Why what was to be measured was not: a load that failed, or was not what it was to be."""


def start_load(mode, server, identities, policy=None, **options):
    flags = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    command = [LOAD, mode, "--port", server.port, "--server-pid", server.pid, "--identities", identities, *flags]
    return subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            preexec_fn=on_core(LOAD_CORE, policy))


def result_of(load):
    said, _ = load.communicate()
    if load.returncode != 0:
        raise NotMeasured(f"the load '{load.args[1]}' ended with {load.returncode}")
    return json.loads(said.splitlines()[-1])


def check(mode, name, result, rate=0, **_):
    if mode in ("connect", "storm"):
        lost = result["failed"] if mode == "connect" else result["lost"]
        if lost > 0:
            raise NotMeasured(f"{lost} devices did not get in at {name}: {result['failures']}")
    if rate > 0 and result["per_second"] < ON_TIME_LEAST * rate:
        raise NotMeasured(f"{result['per_second']:.0f} of {rate} messages a second at {name}")


class Bench:
    def __init__(self, arguments, figures, ours, peers):
        self.rounds, self.figures, self.ours = arguments.rounds, figures, ours
        self.count = arguments.devices
        self.servers = {server.name: server for server in (ours, *peers)}

    def load(self, mode, server, **options):
        result = result_of(start_load(mode, server, self.ours.identities, **options))
        check(mode, server.name, result, **options)
        return result

    def measure(self, part):
        """All figures of the part are told, whatever happens."""
        try:
            getattr(self, part)()
        except (NotMeasured, OSError, ValueError, KeyError) as why:
            for figure, limit in PARTS[part].items():
                if figure not in self.figures.told:
                    self.figures.not_measured(figure, *limit, str(why) or type(why).__name__)

    def interleaved(self, mode, names, **options):
        """{server: [result of each round]}; a warm-up of ours and theirs is the first round, not kept."""
        results = {name: [] for name in names if name in self.servers}
        for turn in range(self.rounds + 1):
            for name, kept in results.items():
                result = self.load(mode, self.servers[name], **options)
                if turn > 0:
                    kept.append(result)
        return results

    def add(self, figure, value):
        self.figures.add(figure, value, *LIMITS[figure])

    def ratio(self, figure, results, peer, of):
        if peer not in results:
            return self.figures.not_measured(figure, *LIMITS[figure], f"{peer} is not installed")
        pairs = zip(results["signet"], results[peer])
        return self.add(figure, statistics.median(a[of] / b[of] for a, b in pairs))

    def tell(self, results, *columns):
        for name, rounds in results.items():
            parts = [f"{column} {statistics.median(result[column] for result in rounds):.1f}" for column in columns]
            self.figures.note(f"{name:<12} " + "  ".join(parts))

    def handshake(self):
        names = ("signet", "mosquitto", "nats-server")
        results = self.interleaved("connect", names, count=1000, at_once=8, tls="1.3")
        self.ratio("gate.connect_tls13", results, "mosquitto", "server_us")
        self.ratio("gate.connect_tls13_nats", results, "nats-server", "server_us")
        self.tell(results, "server_us", "per_second", "server_cores", "client_cores")
        results = self.interleaved("connect", names[:2], count=1000, at_once=8, tls="1.2")
        self.ratio("gate.connect_tls12", results, "mosquitto", "server_us")
        self.tell(results, "server_us", "per_second", "server_cores", "client_cores")

    def memory(self):
        load = start_load("hold", self.ours, self.ours.identities, count=self.count)
        each = json.loads(load.stdout.readline())["bytes_each"]
        result_of(load)
        self.figures.note(f"{self.count} connections held: {each / 1024:.2f} KB each")
        if self.count < HELD:
            raise NotMeasured(f"{self.count} of {HELD} held: see --devices, and 'ulimit -Hn'")
        self.add("gate.memory_each", each / 1024)

    def endurance(self):
        """What 100,000 handshakes with CONNECT leave behind, half of them with TLS 1.2, when all have left."""
        def come_and_go(connections):
            for turn, left in enumerate(range(connections, 0, -WORN_IN)):
                self.load("connect", self.ours, count=min(left, WORN_IN), at_once=8, tls=("1.3", "1.2")[turn % 2])

        come_and_go(2 * WORN_IN)
        before, cache_before = self.ours.footprint()
        come_and_go(ENDURED)
        after, cache_after = self.ours.footprint()
        grown, cache_grown = after - before, cache_after - cache_before
        self.figures.note(f"{before // 1024} KB after {2 * WORN_IN} connections, {grown // 1024} KB more after "
                          f"{ENDURED} others, {cache_grown // 1024} KB of them the store's cache, which has a bound")
        self.add("gate.memory_left", max(0, grown - cache_grown) / 1024)

    def publish(self):
        names = ("signet", "mosquitto")
        results = self.interleaved("publish", names, count=200, seconds=3)
        self.ratio("gate.publish_flat_out", results, "mosquitto", "server_us")
        self.tell(results, "server_us", "per_second", "server_cores", "client_cores", "p99_us")
        results = self.interleaved("publish", names, count=500, seconds=3, rate=5000)
        self.ratio("gate.publish_5000_a_second", results, "mosquitto", "server_us")
        self.tell(results, "server_us", "per_second", "failed", "p50_us", "p99_us")

    def storm(self):
        results = self.interleaved("storm", ("signet", "mosquitto"), count=2000)
        self.ratio("gate.storm", results, "mosquitto", "server_us")
        ours = results["signet"]
        self.add("gate.storm_retries", max(each["retries"] for each in ours))
        shares = (each["median_back_us"] / each["last_back_us"] for each in ours)
        self.tell(results, "server_us", "retries", "median_back_us", "last_back_us", "client_cores")
        self.figures.note(f"half were back after {statistics.median(shares):.2f} of the time that all took (aim: 0.55)")

    def knocking(self):
        """Strangers yield to the devices on their common core: it is the server that shall be busy, not the meter. The
        best round of each counts: a disk that others keep busy is in some rounds, the strangers are in all."""
        quiet, loud = [], []  # loud: knocks a second, and what they did
        live = {"count": 200, "rate": 2000, "seconds": 4}
        for _ in range(self.rounds):
            quiet.append(self.load("publish", self.ours, **live)["p99_us"])
            strangers = start_load("knock", self.ours, "", policy=os.SCHED_IDLE, count=2000, rate=1000, seconds=7)
            time.sleep(1)
            try:
                p99 = self.load("publish", self.ours, **live)["p99_us"]
            finally:
                made = result_of(strangers)["per_second"]
            loud.append((made, p99))
            self.figures.note(f"p99 {quiet[-1]:.0f} us quiet, {p99:.0f} us while {made:.0f} of 1000 a second knock; "
                              "the others found no free place")
        counted = [p99 for made, p99 in loud if made >= KNOCKS_LEAST]
        if not counted:
            most = max(made for made, _ in loud)
            raise NotMeasured(f"{most:.0f} knocks a second at most, and {KNOCKS_LEAST} are the least")
        self.add("gate.puback_p99_knocking", min(counted) / min(quiet))

    def revoke(self):
        held = min(LIVE, self.count)
        load = start_load("hold", self.ours, self.ours.identities, count=held)
        load.stdout.readline()
        answered = {}
        lines = self.ours.identities.read_text().splitlines()[:held]
        for device in [line.split()[0] for line in lines[-100:]]:
            self.ours.revoke(device)
            answered[device] = time.monotonic_ns() // 1000  # CLOCK_MONOTONIC, as the load's
        waits = []
        while len(waits) < len(answered):
            gone = json.loads(load.stdout.readline())
            waits.append(max(0, gone["at_us"] - answered[gone["gone"]]))
        load.communicate()
        self.figures.note(f"{len(waits)} of {held} live sessions; median {statistics.median(waits) / 1000:.2f} ms")
        if held < LIVE:
            raise NotMeasured(f"{held} of {LIVE} sessions live: see --devices, and 'ulimit -Hn'")
        self.add("gate.revoked_session_closed", max(waits) / 1000)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench gate", description="What a device costs at the gate.")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="measure these parts alone")
    parser.add_argument("--devices", type=int, default=HELD, help="that are enrolled, and held for the memory")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    figures = Figures(arguments.json)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    arguments.devices = min(arguments.devices, most - SPARE_DESCRIPTORS)
    if len(CORES) < 2:
        figures.note("there is one core: server and load disturb each other")
    with Scene() as scene:
        ours = Signet(scene, arguments.devices)
        bench = Bench(arguments, figures, ours, [Peer(scene, ours) for Peer in (Mosquitto, Nats) if Peer.program()])
        for part in arguments.only:
            bench.measure(part)
    return 0 if figures.all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
