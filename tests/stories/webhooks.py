"""Webhooks against a real sink: the documented shape, signed; nothing lost by a sink that is down or by kill -9."""
import hashlib
import hmac
import json
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Manager, Scene, run, wait_for  # noqa: E402
from mqtt5 import Client  # noqa: E402
from webhook_sink import Sink  # noqa: E402

KILLS = 12


def values(sink):
    return [line["payload"]["value"] for line in sink.lines()]


class Webhooks(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.settings = self.scene.folder / "signetd.conf"
        self.ca, key = self.scene.folder / "sink-ca.pem", self.scene.folder / "sink-ca.key"
        self.key = key
        done = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "2", "-keyout", key, "-out", self.ca, "-subj", "/CN=sink", "-addext",
                   "subjectAltName=IP:127.0.0.1,DNS:sink.test")
        assert done.returncode == 0, done.stderr
        self.settings.write_text(f"webhook_allow = 127.0.0.0/8 ::1\nwebhook_ca = {self.ca}\n")
        self.manager = Manager(self.scene, "--config", self.settings)
        self.manager.start()
        self.manager.set_up()
        self.device = self.manager.enroll("pump")
        self.next = 0

    def path(self, *parts):
        return "/".join([f"/v3/workspaces/{self.manager.workspace}/integrations", *parts])

    def make(self, url, **more):
        return self.manager.call("POST", self.path(), {"name": "sink", "url": url} | more)

    def get(self, made):
        return self.manager.call("GET", self.path(made["integration"]["id"]))["integration"]

    def publish(self, count, tag="t"):
        client = Client(self.manager, self.device)
        for _ in range(count):
            self.assertEqual(client.publish(f"j/data/{self.device.device}/{tag}", b'{"value": %d}' % self.next), 0)
            self.next += 1
        client.close()

    def test_readings_arrive_signed_in_the_documented_shape(self):
        with Sink(self.ca, self.key) as sink:
            made = self.make(sink.url(), token="t0ken")
            self.publish(3)
            wait_for(lambda: len(sink.lines()) >= 3, "three readings")
            self.assertEqual(values(sink), [0, 1, 2])
            first = sink.deliveries[0]
            self.assertEqual(first.path, "/zdm/data")
            self.assertEqual(first.headers["X-Auth-Token"], "t0ken")
            self.assertEqual(first.headers["Content-Type"], "application/json")
            self.assertEqual(first.headers["X-Signet-Delivery"], first.body["batch_id"])
            sent_at = first.headers["X-Signet-Timestamp"]
            self.assertLess(abs(time.time() - int(sent_at)), 60)
            signature = hmac.new(bytes.fromhex(made["secret"]), sent_at.encode() + b"." + first.raw, hashlib.sha256)
            self.assertEqual(first.headers["X-Signet-Signature"], "v1=" + signature.hexdigest())
            line = first.lines[0]
            self.assertEqual(set(line), {"id", "workspace_id", "fleet_id", "device_id", "device_name",
                                         "timestamp_device", "timestamp_in", "tag", "payload"})
            self.assertEqual((line["id"], line["tag"], line["device_name"]), ("0", "t", "pump"))
            wait_for(lambda: self.get(made)["delivered"] == 3, "the manager to know")

    def test_events_arrive(self):
        with Sink() as sink:
            self.make(sink.url(path="/zdm/events"), stream="event", tags=["connection", "disconnection", "job"])
            self.publish(1)
            wait_for(lambda: len(sink.lines()) >= 2, "connection and disconnection")
            self.manager.call("POST", f"/v3/devices/{self.device.device}/jobs/blink", {"value": {"n": 3}})
            wait_for(lambda: len(sink.lines()) >= 3, "the job")
            self.assertEqual([line["type"] for line in sink.lines()], ["connection", "disconnection", "job"])
            self.assertEqual(sink.lines()[0]["payload"]["device_ip"], "127.0.0.1")
            self.assertEqual((sink.lines()[2]["direction"], sink.lines()[2]["payload"]["name"]), ("c2d", "blink"))

    def test_conditions_arrive_as_an_array(self):
        with Sink() as sink:
            self.make(sink.url(path="/zdm/condition"), stream="condition")
            client = Client(self.manager, self.device)
            for value in ({"uuid": "159.4", "tag": "door", "payload": {"by": "ann"}},
                          {"uuid": "159.4", "finish": None, "payloadf": {"by": "bob"}}):
                said = json.dumps({"key": "condition", "value": value}).encode()
                self.assertEqual(client.publish(f"j/up/{self.device.device}", said), 0)
            client.close()
            wait_for(lambda: len(sink.lines()) >= 2, "its beginning and its end")
            begun, ended = sink.lines()
            self.assertEqual(set(begun), {"uuid", "tag", "workspace_id", "device_id", "fleet_id", "device_name",
                                          "payload", "payloadf", "start", "finish", "duration"})
            self.assertEqual((begun["uuid"], begun["finish"], begun["payload"]), ("159.4", None, {"by": "ann"}))
            self.assertEqual((ended["uuid"], ended["payloadf"], ended["duration"]), ("159.4", {"by": "bob"}, 0))
            self.assertTrue(sink.deliveries[0].headers["X-Signet-Delivery"].startswith("condition-gate"))

    def test_what_comes_while_the_sink_is_down_waits_for_it(self):
        with Sink() as sink:
            port, made = sink.port, self.make(sink.url())
            sink.answer = 503
            self.publish(5)
            wait_for(lambda: self.get(made)["status"] == "failing", "the failure to be shown")
            self.assertEqual(self.get(made)["error"], "the sink answered HTTP 503")
        self.publish(5)
        wait_for(lambda: "503" not in self.get(made)["error"], "the sink to be gone")
        wait_for(lambda: self.get(made)["waiting"] == 10, "all to wait for it")
        self.assertEqual(self.manager.stop(), 0)
        self.manager.start()
        with Sink(port=port) as sink:
            wait_for(lambda: len(sink.lines()) >= 10, "all that waited")
            self.assertEqual(values(sink), list(range(10)))
            wait_for(lambda: self.get(made)["status"] == "on", "the failure to be over")

    def test_off_is_off_and_a_test_is_sent_all_the_same(self):
        with Sink() as sink:
            made = self.make(sink.url(), enabled=False)
            self.publish(2)
            self.manager.call("POST", self.path(made["integration"]["id"], "test"))
            wait_for(lambda: self.get(made)["last_test"]["done"], "the test")
            self.assertEqual(self.get(made)["last_test"]["status"], 200)
            self.assertEqual([line["payload"] for line in sink.lines()], [{"test": True}])
            self.manager.call("PUT", self.path(made["integration"]["id"]), {"enabled": True})
            self.publish(1)
            wait_for(lambda: len(sink.lines()) >= 2, "what came since")
            self.assertEqual(sink.lines()[1]["payload"], {"value": 2})

    def test_what_the_sink_will_not_have_waits_among_the_dead_letters(self):
        """The policy takes ten refusals with growing pauses: a sink that says 410 makes it short."""
        with Sink() as sink:
            made = self.make(sink.url())
            path = self.path(made["integration"]["id"])
            sink.answer = 410
            self.publish(2)
            wait_for(lambda: self.get(made)["status"] == "failed", "the manager to give up")
            letters = wait_for(lambda: self.manager.call("GET", f"{path}/dead-letters")["dead_letters"], "the letters")
            self.manager.kill()
            self.manager.start()
            self.assertEqual(self.manager.call("GET", f"{path}/dead-letters")["dead_letters"], letters)
            sink.answer = 200
            self.manager.call("PUT", path, {"enabled": True})
            self.assertEqual(self.manager.call("POST", f"{path}/dead-letters/replay")["replaying"], len(letters))
            wait_for(lambda: self.get(made)["dead_letters"] == 0, "the sink to have them")
            self.assertEqual([one.body for one in sink.deliveries], [letter["body"] for letter in letters])
            actions = [one["action"] for one in self.manager.audit()]
            self.assertIn("integration.turned_off", actions)
            self.assertIn("integration.replay", actions)

    def test_nothing_is_lost_by_kill_nine_while_delivering(self):
        chance, asked, killed = random.Random(5), threading.Event(), threading.Event()

        def answer(_):
            """The manager dies before it hears of this one, or with the answer on its way."""
            asked.set()
            if chance.random() < 0.5:
                killed.wait(PATIENCE)
            return chance.choice([200, 200, 500])

        with Sink() as sink:
            self.make(sink.url())
            for _ in range(KILLS):
                sink.answer = answer
                self.publish(chance.randint(20, 60))
                wait_for(asked.is_set, "a delivery")
                self.manager.kill()
                sink.answer = 500  # to what comes before the next round
                killed.set()
                self.manager.start()
                asked.clear()
                killed.clear()
            sink.answer = 200
            wait_for(lambda: set(values(sink)) >= set(range(self.next)), "every reading that was acknowledged")
            lines, keys = sink.lines(), set()
            for delivery in sink.deliveries:
                keys |= {(delivery.body["batch_id"], line["id"], line["timestamp_device"]) for line in delivery.lines}
            self.assertGreater(len(lines), self.next, "else no kill came while something was on its way")
            print(f"{KILLS} kills: {self.next} acknowledged, {len(lines)} lines in {len(sink.deliveries)} deliveries, "
                  f"{len(sink.attempts)} attempts, {len(lines) - len(keys)} told apart as sent before")


if __name__ == "__main__":
    unittest.main()
