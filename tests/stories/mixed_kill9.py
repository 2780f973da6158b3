"""kill -9 of signetd under mixed load: jobs, twins, conditions, variables, integrations and data come back exact.

People (over REST) and a device (over MQTT) do one thing after another, each with a model of what must be there; two
more devices publish readings. The manager dies in the middle, at a place that a seed chooses. Whatever it had answered
is there again, the one thing that was not answered is there whole or not at all, and nothing else is. A sink is told of
every reading and every condition that was acknowledged. In the end the database and the audit's chain are whole.
"""
import copy
import http.client
import json
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, Manager, Refused, Scene, run, wait_for  # noqa: E402
from kill9 import Publisher  # noqa: E402
from mqtt5 import Client, Closed  # noqa: E402
from webhook_sink import Sink  # noqa: E402

KILLS, KILLS_LEAST = 14, 4
TIME = 40  # seconds: on a busy machine it is killed less often
JOBS, VARIABLES, OPEN_MAX = 4, 6, 20
GONE = (OSError, http.client.HTTPException, Closed)  # the manager died meanwhile


class Worker:
    """Does one thing after another until the manager dies. `model` is what was answered; `doubt` is what is there if
    the last one, that was not, was done all the same."""

    def __init__(self, manager, device, seed):
        self.manager, self.device, self.chance = manager, device, random.Random(seed)
        self.model, self.doubt, self.done, self.number, self.trouble = self.empty(), None, 0, 0, None
        self.unanswered = 0  # acts that were done, and nobody was told

    def start(self):
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        try:
            self.connect()
            while True:
                self.number += 1
                after = copy.deepcopy(self.model)
                act = self.chance.choice(self.acts())(after)
                if not act:
                    continue
                self.doubt = after
                act()
                self.model, self.doubt, self.done = after, None, self.done + 1
        except GONE:
            pass
        except (Refused, AssertionError) as error:
            self.trouble = error

    def connect(self):
        pass

    def judge(self, test):
        """After a restart: what is there is what was answered, with or without the last."""
        test.assertIsNone(self.trouble)
        there = self.read()
        if there != self.doubt:
            test.assertEqual(there, self.model)
        elif there != self.model:
            self.unanswered += 1
        self.model, self.doubt = there, None

    def ask(self, method, path, body=None):
        return self.manager.call(method, path, body)

    def jobs(self, names):
        out = {}
        for name in names:
            listed = self.ask("GET", f"/v3/devices/{self.device.device}/jobs?name={name}&size=1")["jobs"]
            if listed:
                out[name] = [listed[0]["status"], listed[0]["args"], listed[0]["result"]]
        return out

    def schedule(self, name, after):
        number = self.number
        after["jobs"][name] = ["pending", number, None]
        return lambda: self.ask("POST", f"/v3/devices/{self.device.device}/jobs/{name}", {"value": number})


class People(Worker):
    """Jobs, wishes and integrations, by REST."""

    names = [f"job{i}" for i in range(JOBS)]

    def empty(self):
        return {"jobs": {}, "expected": {}, "integrations": {}}

    def acts(self):
        return [self.order, self.cancel, self.wish, self.take_back, self.integrate, self.change, self.remove]

    def order(self, after):
        return self.schedule(self.chance.choice(self.names), after)

    def cancel(self, after):
        pending = [name for name, job in after["jobs"].items() if job[0] == "pending"]
        if not pending:
            return None
        name = self.chance.choice(pending)
        after["jobs"][name][0] = "cancelled"
        return lambda: self.ask("DELETE", f"/v3/devices/{self.device.device}/jobs/{name}")

    def variable(self, name):
        return f"/v3/devices/{self.device.device}/variables/{name}"

    def wish(self, after):
        name, number = f"wish{self.chance.randrange(VARIABLES)}", self.number
        after["expected"][name] = number
        return lambda: self.ask("PUT", self.variable(name), {"value": number})

    def take_back(self, after):
        if not after["expected"]:
            return None
        name = self.chance.choice(list(after["expected"]))
        del after["expected"][name]
        return lambda: self.ask("DELETE", self.variable(name))

    def all(self):
        return f"/v3/workspaces/{self.manager.workspace}/integrations"

    def integrate(self, after):
        if len(after["integrations"]) > 5:
            return None
        name = f"sink {self.number}"
        after["integrations"][name] = [True, ["none"]]
        return lambda: self.ask("POST", self.all(), {"name": name, "url": "https://127.0.0.1:9/", "tags": ["none"]})

    def listed(self):
        return {one["name"]: one for one in self.ask("GET", self.all())["integrations"]
                if one["name"].startswith("sink ")}

    def change(self, after):
        if not after["integrations"]:
            return None
        name, tag = self.chance.choice(list(after["integrations"])), f"none {self.number}"
        is_on = not after["integrations"][name][0]
        after["integrations"][name] = [is_on, [tag]]
        return lambda: self.ask("PUT", f"{self.all()}/{self.listed()[name]['id']}", {"enabled": is_on, "tags": [tag]})

    def remove(self, after):
        if not after["integrations"]:
            return None
        name = self.chance.choice(list(after["integrations"]))
        del after["integrations"][name]
        return lambda: self.ask("DELETE", f"{self.all()}/{self.listed()[name]['id']}")

    def read(self):
        twin = self.ask("GET", f"/v3/devices/{self.device.device}/twin")["twin"]
        return {"jobs": self.jobs(self.names),
                "expected": {key: entry["v"] for key, entry in twin["expected"].items() if key.startswith("wish")},
                "integrations": {name: [one["enabled"], one["tags"]] for name, one in self.listed().items()}}


class Device(Worker):
    """What a device says on j/up: its values, conditions that begin and end, answers to jobs."""

    def empty(self):
        return {"jobs": {}, "current": {}, "conditions": {}}

    def connect(self):
        self.client = Client(self.manager, self.device)

    def acts(self):
        return [self.tell, self.begin, self.end, self.asked, self.answer]

    def say(self, key, value):
        payload = json.dumps({"key": key, "value": value}).encode()
        reason = self.client.publish(f"j/up/{self.device.device}", payload)
        assert reason == 0, f"PUBACK 0x{reason:02x}"

    def tell(self, after):
        name, number = f"value{self.chance.randrange(VARIABLES)}", self.number
        after["current"][name] = number
        return lambda: self.say(name, number)

    def begin(self, after):
        if sum(1 for finish, *_ in after["conditions"].values() if not finish) >= OPEN_MAX:
            return None
        uuid, number = f"uuid {self.number}", self.number
        after["conditions"][uuid] = [False, number, None]
        return lambda: self.say("condition", {"uuid": uuid, "tag": "door", "payload": number})

    def end(self, after):
        is_open = [uuid for uuid, one in after["conditions"].items() if not one[0]]
        if not is_open:
            return None
        uuid, number = self.chance.choice(is_open), self.number
        after["conditions"][uuid] = [True, after["conditions"][uuid][1], number]
        return lambda: self.say("condition", {"uuid": uuid, "finish": None, "payloadf": number})

    def asked(self, after):
        return self.schedule("ask", after)

    def answer(self, after):
        if after["jobs"].get("ask", [""])[0] != "pending":
            return None
        number = self.number
        after["jobs"]["ask"] = ["done", after["jobs"]["ask"][1], number]
        return lambda: self.say("@ask", number)

    def read(self):
        path = f"/v3/devices/{self.device.device}"
        twin = self.ask("GET", f"{path}/twin")["twin"]["current"] or {}
        conditions, page = {}, [None]
        last = ""
        while page:
            page = self.ask("GET", f"{path}/conditions?size=1000{last}")["conditions"]
            for one in page:
                conditions[one["uuid"]] = [one["finish"] is not None, one["payload"], one["payloadf"]]
                last = f"&before={one['number']}"
        return {"jobs": self.jobs(["ask"]), "conditions": conditions,
                "current": {key: entry["v"] for key, entry in twin.items() if key.startswith("value")}}


class MixedKillNine(unittest.TestCase):
    def test_what_was_answered_is_there_and_what_was_not_is_whole_or_absent(self):
        chance = random.Random(27)
        with Scene() as scene, Sink() as data_sink, Sink() as condition_sink:
            config = scene.folder / "signetd.conf"
            config.write_text("webhook_allow = 127.0.0.0/8\nrequest_burst = 1000000\n")
            manager = Manager(scene, "--config", config)
            manager.start()
            manager.set_up()
            path = f"/v3/workspaces/{manager.workspace}/integrations"
            manager.call("POST", path, {"name": "data", "url": data_sink.url()})
            manager.call("POST", path, {"name": "conditions", "url": condition_sink.url(), "stream": "condition"})
            away = manager.enroll("away")
            device = Device(manager, manager.enroll("pump"), 2)
            workers = [People(manager, away, 1), device]
            publishers = [Publisher(manager, manager.enroll(f"publisher-{i}")) for i in range(2)]
            kills, begun = 0, time.monotonic()
            while kills < KILLS_LEAST or (kills < KILLS and time.monotonic() - begun < TIME):
                kills += 1
                for publisher in publishers:
                    publisher.connect()
                for worker in workers:
                    worker.start()
                wanted = [worker.done + chance.randint(5, 40) for worker in workers]
                while any(worker.done < least and worker.thread.is_alive()
                          for worker, least in zip(workers, wanted)):
                    for publisher in publishers:
                        publisher.fill()
                        publisher.take_one()
                manager.kill()
                for worker in workers:
                    worker.thread.join()
                device.client.close()
                for publisher in publishers:
                    publisher.take_rest()
                    publisher.client.close()
                manager.start()
                for worker in workers:
                    worker.judge(self)
            for publisher in publishers:
                publisher.connect()
                publisher.take_rest()
                publisher.client.close()
                stored = [datum["payload"]["value"] for datum in manager.readings(publisher.identity.device)]
                self.assertEqual(stored, list(range(publisher.next)), "each once")
            self.told_of_all(data_sink, condition_sink, publishers, device)
            self.assertEqual(manager.stop(), 0)
            checked = run(BIN / "signetd", "--data", manager.data, "check")
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            print(f"{kills} kills: {workers[0].done} acts of people, {device.done} of a device, "
                  f"{sum(worker.unanswered for worker in workers)} of {kills * len(workers)} unanswered were done, "
                  f"{sum(publisher.next for publisher in publishers)} readings")

    def told_of_all(self, data_sink, condition_sink, publishers, device):
        def readings(publisher):
            return {line["payload"]["value"] for line in data_sink.lines()
                    if line["device_id"] == publisher.identity.device}

        for publisher in publishers:
            wait_for(lambda: readings(publisher) >= publisher.acknowledged, "the sink to have every reading")
        conditions = device.model["conditions"]
        wanted = {(uuid, False) for uuid in conditions} | {(uuid, True) for uuid, one in conditions.items() if one[0]}
        wait_for(lambda: {(line["uuid"], line["finish"] is not None) for line in condition_sink.lines()} >= wanted,
                 "the sink to have every condition's beginning and end")


if __name__ == "__main__":
    unittest.main()
