#!/usr/bin/env python3
"""What a request costs the manager: reads and writes a second over one kept connection, and its CPU time for each.
./dev bench api [--json] [--seconds SECONDS]

A second is the client's as well, which is Python: on a quiet machine the CPU time is the figure to compare. A write is
durable, with its audit entry, when it is answered.
"""
import argparse
import http.client
import json
import os
import pathlib
import ssl
import sys
import time

BENCH = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(BENCH / "gate"), str(BENCH.parent / "tests")]
from figures import Figures  # noqa: E402
from harness import Scene  # noqa: E402

# Figure: at least so many a second, at most so many microseconds of CPU time.
LIMITS = {"api.read": (300, 600), "api.write": (100, 1500), "api.data_page": (150, 2500)}
ROWS = 100


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Person:
    def __init__(self, manager):
        self.manager, self.folder = manager, f"/v3/workspaces/{manager.workspace}"
        trust = ssl.create_default_context(cafile=manager.ca)
        self.connection = http.client.HTTPSConnection("127.0.0.1", manager.ready["people"], context=trust)
        self.headers = {"Authorization": f"Bearer {manager.token}", "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, self.folder + path, body and json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]}")
        return text


def measure(figures, name, manager, seconds, ask):
    ask(0)
    begun, cpu, count = time.monotonic(), cpu_seconds(manager.program.pid), 0
    while (took := time.monotonic() - begun) < seconds:
        count += 1
        ask(count)
    spent = (cpu_seconds(manager.program.pid) - cpu) / count * 1e6
    each_second, micros = LIMITS[name]
    figures.add(f"{name}s", count / took, "/s", at_least=each_second)
    figures.add(f"{name}_cpu", spent, "us", at_most=micros)


def fill(manager):
    from mqtt5 import Client
    identity = manager.enroll("talker")
    client = Client(manager, identity)
    for number in range(ROWS):
        if client.publish(f"j/data/{identity.device}/env", b'{"env":{"t":%d.5},"site":"north hall 7"}' % number) != 0:
            raise RuntimeError("a reading was refused")
    client.close()
    return identity.device


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one object a line")
    options.add_argument("--seconds", type=float, default=5, help="of each part (5)")
    chosen = options.parse_args()
    figures = Figures(chosen.json)
    with Scene() as scene:
        manager = scene.manager(requests_per_second=1_000_000, request_burst=1_000_000)
        device = fill(manager)
        person = Person(manager)
        measure(figures, "api.read", manager, chosen.seconds, lambda _: person.ask("GET", f"/devices/{device}"))
        measure(figures, "api.write", manager, chosen.seconds,
                lambda n: person.ask("PUT", f"/devices/{device}", {"name": f"talker {n}"}))
        measure(figures, "api.data_page", manager, chosen.seconds,
                lambda _: person.ask("GET", f"/data?size={ROWS}&device={device}"))
    return 0 if figures.all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
