"""The documented wire, both directions, spoken by a device of a few lines over a foreign MQTT library.

The device knows nothing of Signet: it connects, listens to j/dn, asks for its status and does what it is asked to do.
"""
import json
import pathlib
import queue
import ssl
import subprocess
import sys
import unittest

import paho.mqtt.client as mqtt

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, PATIENCE, Refused, Scene, wait_for  # noqa: E402


class Device:
    """jobs: name -> function of the arguments; an exception is told as the documented clients tell it."""

    def __init__(self, manager, identity, jobs):
        self.id, self.jobs, self.heard, self.ready = identity.device, jobs, queue.Queue(), queue.Queue()
        self.client = mqtt.Client(client_id=self.id, clean_session=True, protocol=mqtt.MQTTv311)
        self.client.tls_set(manager.ca, identity.certificate, identity.key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.on_connect = lambda *_: self.client.subscribe(f"j/dn/{self.id}", qos=1)
        self.client.on_subscribe = self.listens
        self.client.on_message = self.take
        self.client.connect("localhost", manager.port, keepalive=60)
        self.client.loop_start()
        self.ready.get(timeout=PATIENCE)

    def listens(self, *_):
        self.say("#status", {})
        self.say("__manifest", {"jobs": list(self.jobs), "conditions": []})
        self.ready.put(True)

    def say(self, key, value, **more):
        return self.client.publish(f"j/up/{self.id}", json.dumps({"key": key, "value": value, **more}), qos=1)

    def take(self, _client, _data, message):
        assert message.topic == f"j/dn/{self.id}", message.topic
        message = json.loads(message.payload)
        self.heard.put(message)
        if message["key"] == "#status":
            for key, entry in (message["value"]["expected"] or {}).items():
                self.do(key, entry["v"])
        elif message["key"].startswith("@"):
            self.do(message["key"], message["value"])

    def do(self, key, value):
        name = key[1:]
        if name not in self.jobs:
            return self.say(key, {"error": f"Job {name} not supported"})
        try:
            return self.say(key, self.jobs[name](value["args"]))
        except Exception as error:  # whatever the program raises
            return self.say(key, {"error": str(error)})

    def hears(self, key):
        while True:
            message = self.heard.get(timeout=PATIENCE)
            if message["key"] == key:
                return message

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


def fail(_):
    raise ValueError("no lamp")


class Wire(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.identity = self.manager.enroll("lamp")
        self.jobs = f"/v3/devices/{self.identity.device}/jobs"

    def connect(self, **jobs):
        device = Device(self.manager, self.identity, jobs)
        self.addCleanup(device.close)
        return device

    def job(self, name):
        return self.manager.call("GET", f"{self.jobs}/{name}")["job"]

    def schedule(self, name, value, **more):
        return self.manager.call("POST", f"{self.jobs}/{name}", {"value": value, **more})["job"]

    def ends(self, name):
        wait_for(lambda: self.job(name)["status"] != "pending", f"job {name} to end")
        return self.job(name)

    def test_a_device_asks_for_its_status_and_the_time_and_says_what_it_is(self):
        device = self.connect()
        status = device.hears("#status")
        self.assertEqual(status["value"], {"current": None, "expected": None})
        self.assertIsInstance(status["version"], int)
        device.say("#now", {})
        self.assertAlmostEqual(device.hears("#now")["value"], status["version"], delta=60_000)
        device.say("__vm_info", {"vm_uid": "1", "vm_target": "devkit", "vm_version": "3"})
        device.client.publish(f"j/data/{device.id}/weather/outside", '{"temperature": 21.5}', qos=1)
        path = f"/v3/workspaces/{self.manager.workspace}/devices/{device.id}"
        wait_for(lambda: self.manager.call("GET", path)["device"]["phys_id"] == "devkit", "the model of the board")
        wait_for(lambda: self.manager.readings(device.id), "the reading")
        reading = self.manager.readings(device.id)[0]
        self.assertEqual((reading["tag"], reading["payload"]), ("weather/outside", {"temperature": 21.5}))
        self.assertEqual(self.manager.call("GET", path + "/twin")["twin"]["current"]["__manifest"]["v"]["jobs"], [])

    def test_a_job_is_told_to_a_device_that_is_there(self):
        device = self.connect(blink=lambda args: {"blinked": args["n"]}, fail=fail)
        device.hears("#status")
        made = self.schedule("blink", {"n": 3})
        self.assertEqual((made["status"], made["value"]), ("pending", {"n": 3}))
        message = device.hears("@blink")
        self.assertEqual(message["value"], {"args": {"n": 3}, "on_schedule": ""})
        done = self.ends("blink")
        self.assertEqual((done["status"], done["value"]), ("done", {"blinked": 3}))
        self.schedule("fail", None)
        self.assertEqual((self.ends("fail")["status"], self.job("fail")["detail"]), ("failed", "no lamp"))
        self.schedule("dance", None)
        self.assertEqual(self.ends("dance")["detail"], "Job dance not supported")
        listed = self.manager.call("GET", self.jobs + "?status=failed")["jobs"]
        self.assertEqual([job["name"] for job in listed], ["dance", "fail"])

    def test_a_job_waits_for_a_device_that_is_away_and_outlives_the_manager(self):
        self.schedule("blink", {"n": 1})
        self.schedule("beep", None, expires_in=1)
        wait_for(lambda: self.job("beep")["status"] == "expired", "the job to expire")
        self.manager.kill()
        self.manager.start()
        self.assertEqual(self.job("blink")["status"], "pending")
        device = self.connect(blink=lambda args: args)
        status = device.hears("#status")
        self.assertEqual({key: entry["v"]["args"] for key, entry in status["value"]["expected"].items()},
                         {"@blink": {"n": 1}})
        self.assertEqual(self.ends("blink")["value"], {"n": 1})
        device.say("#status", {})
        status = device.hears("#status")
        self.assertIsNone(status["value"]["expected"])
        self.assertEqual(status["value"]["current"]["@blink"]["v"], {"n": 1})

    def test_a_failure_is_told_again_and_a_fleet_is_asked_with_one_command(self):
        answers = iter([{"error": "busy"}, "worked"])
        device = self.connect(pump=lambda _: next(answers))
        device.hears("#status")
        environment = {"SIGNET_HOME": str(self.scene.folder / "home"), "SIGNET_API_KEY": self.manager.token,
                       "PATH": "/usr/bin:/bin"}
        command = [BIN / "signet", "--server", f"https://127.0.0.1:{self.manager.ready['people']}",
                   "--ca", self.manager.ca]
        said = subprocess.run([*command, "job", "schedule", "pump", "--all", "--retries", "1", "--retry-after", "0"],
                              env=environment, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("Scheduled on 1 devices", said.stdout)
        self.assertEqual(self.ends("pump")["value"], "worked")
        with self.assertRaises(Refused) as refused:
            self.manager.call("DELETE", self.jobs + "/pump")
        self.assertEqual(refused.exception.status, 409)

    def test_a_variable_is_expected_told_and_confirmed(self):
        path = f"/v3/devices/{self.identity.device}/variables"
        self.manager.call("PUT", path + "/speed", {"value": 1200})
        device = self.connect()
        self.assertEqual(device.hears("#status")["value"]["expected"]["speed"]["v"], 1200)
        device.say("speed", 1200)
        wait_for(lambda: self.manager.call("GET", path + "/speed")["variable"]["pending"] is None, "the confirmation")
        self.assertEqual(self.manager.call("GET", path + "/speed")["variable"]["value"], 1200)
        self.manager.call("PUT", path + "/speed", {"value": 9000})
        told = device.hears("speed")
        self.assertEqual(told["value"], 9000)
        device.say("speed", 3000, version=told["version"])  # as fast as it goes
        wait_for(lambda: self.manager.call("GET", path + "/speed")["variable"]["pending"] is None, "the answer")
        self.assertEqual(self.manager.call("GET", path + "/speed")["variable"]["value"], 3000)

    def test_a_condition_opens_outlives_the_manager_and_ends(self):
        device = self.connect()
        device.hears("#status")
        uuid, start = "1593073070356.4473", "2026-03-26T09:46:00.565155Z"
        device.say("condition", {"uuid": uuid, "tag": "door", "payload": {"by": "ann"}, "start": start})
        path = f"/v3/workspaces/{self.manager.workspace}/conditions"
        wait_for(lambda: self.manager.call("GET", path + "?status=open")["conditions"], "the condition")
        device.close()
        self.manager.kill()
        self.manager.start()
        device = self.connect()
        device.say("#conditions", {})
        self.assertEqual(device.hears("#conditions")["value"], {uuid: {"tag": "door", "start": start}})
        device.say("condition", {"uuid": uuid, "payloadf": {"by": "bob"}, "finish": "2026-03-26T09:47:10.0Z"})
        wait_for(lambda: self.manager.call("GET", path + "?status=closed")["conditions"], "its end")
        one = self.manager.call("GET", path + "?threshold=69")["conditions"][0]
        self.assertEqual((one["uuid"], one["tag"], one["device_name"]), (uuid, "door", "lamp"))
        self.assertEqual((one["payload"], one["payloadf"], one["duration"]), ({"by": "ann"}, {"by": "bob"}, 69))
        device.say("#conditions", {})
        self.assertEqual(device.hears("#conditions")["value"], {})


if __name__ == "__main__":
    unittest.main()
