"""Debian's mosquitto clients as devices: an implementation of MQTT and TLS that is not ours."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Scene, run, wait_for  # noqa: E402

VERSIONS = ("mqttv311", "mqttv5")


class Mosquitto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.device = cls.manager.enroll("mosquitto")
        cls.other = cls.manager.enroll("other")

    def command(self, program, version, *options):
        return [program, "-V", version, "-h", "127.0.0.1", "-p", str(self.manager.port), "--cafile", self.manager.ca,
                "--cert", str(self.device.certificate), "--key", str(self.device.key), "--tls-alpn", "mqtt",
                "-i", self.device.device, *options]

    def publish(self, version, topic, payload, *options):
        return run(*self.command("mosquitto_pub", version, "-d", "-q", "1", "-t", topic, "-m", payload, *options))

    def readings(self, tag):
        return [datum for datum in self.manager.readings(self.device.device) if datum["tag"] == tag]

    def test_a_reading_is_acknowledged_and_served(self):
        for version in VERSIONS:
            done = self.publish(version, f"j/data/{self.device.device}/{version}", '{"value": 21.5}')
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("received PUBACK", done.stdout)
            self.assertEqual([datum["payload"] for datum in self.readings(version)], [{"value": 21.5}])

    def test_a_stamped_reading_sent_twice_is_stored_once(self):
        stamp = ("-D", "publish", "user-property", "timestamp_device", "2026-01-02T03:04:05.000006Z")
        for _ in range(2):
            done = self.publish("mqttv5", f"j/data/{self.device.device}/stamped", '{"value": 1}', *stamp)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        times = [datum["timestamp_device"] for datum in self.readings("stamped")]
        self.assertEqual(times, ["2026-01-02T03:04:05.000006Z"])

    def test_many_lines_are_all_stored_in_order(self):
        lines = "".join(f'{{"line": {number}}}\n' for number in range(200))
        command = self.command("mosquitto_pub", "mqttv5", "-q", "1", "-t", f"j/data/{self.device.device}/lines", "-l")
        done = run(*command, input=lines, stdin=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([datum["payload"]["line"] for datum in self.readings("lines")], list(range(200)))

    def test_a_reading_of_qos_2_is_acknowledged_and_served(self):
        for version in VERSIONS:
            done = run(*self.command("mosquitto_pub", version, "-d", "-q", "2", "--repeat", "5", "-m", '{"value": 2}',
                                     "-t", f"j/data/{self.device.device}/qos2-{version}"))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count("received PUBREC"), 5, done.stdout)
            self.assertEqual(done.stdout.count("received PUBCOMP"), 5, done.stdout)
            self.assertEqual(len(self.readings(f"qos2-{version}")), 5)

    def test_a_persistent_session_is_found_again(self):
        keep = {"mqttv311": ("-c",), "mqttv5": ("-c", "-x", "600")}
        for version in VERSIONS:
            listen = self.command("mosquitto_sub", version, *keep[version], "-q", "1", "-E",
                                  "-t", f"j/dn/{self.device.device}")
            self.assertEqual(run(*listen).returncode, 0)
            again = run(*self.command("mosquitto_pub", version, *keep[version], "-d", "-q", "2", "-m", '{"value": 3}',
                                      "-t", f"j/data/{self.device.device}/kept-{version}"))
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            self.assertEqual(len(self.readings(f"kept-{version}")), 1)

    def test_its_will_is_a_reading(self):
        for version in VERSIONS:
            topic = f"j/data/{self.device.device}/will-{version}"
            command = self.command("mosquitto_sub", version, "-d", "-q", "1", "-t", f"j/dn/{self.device.device}",
                                   "--will-topic", topic, "--will-payload", '{"alive": false}', "--will-qos", "2")
            with subprocess.Popen(["stdbuf", "-oL", *command], stdout=subprocess.PIPE, text=True) as dying:
                for line in dying.stdout:
                    if line.startswith("Subscribed"):
                        break
                dying.kill()
            wait_for(lambda tag=f"will-{version}": len(self.readings(tag)) == 1, "the will to be served")

    def test_a_topic_of_another_device_is_refused(self):
        topic = f"j/data/{self.other.device}/test"
        refused = self.publish("mqttv5", topic, '{"value": 666}')
        self.assertIn("135", refused.stdout + refused.stderr, "PUBACK 0x87: not authorized")
        refused = self.publish("mqttv311", topic, '{"value": 666}', "--repeat", "2")
        self.assertNotIn("received PUBACK", refused.stdout)
        self.assertEqual(self.manager.readings(self.other.device), [])

    def test_it_asks_for_the_time_and_hears_the_answer(self):
        for version in VERSIONS:
            up, down = f"j/up/{self.device.device}", f"j/dn/{self.device.device}"
            question = ("-q", "1", "-t", up, "-e", down, "-m", '{"key": "#now", "value": null}', "-W", "20")
            done = run(*self.command("mosquitto_rr", version, *question))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            answer = json.loads(done.stdout)
            self.assertEqual(answer["key"], "#now")
            self.assertGreater(answer["value"], 1_700_000_000_000)

    def test_it_may_listen_to_its_own_topic_and_to_no_other(self):
        for version in VERSIONS:
            command = self.command("mosquitto_sub", version, "-d", "-q", "1", "-t", f"j/dn/{self.device.device}")
            with subprocess.Popen(["stdbuf", "-oL", *command], stdout=subprocess.PIPE, text=True) as listener:
                lines = []
                for line in listener.stdout:
                    lines.append(line)
                    if line.startswith("Subscribed"):
                        break
                listener.kill()
            self.assertTrue(lines and lines[-1].startswith("Subscribed (mid: 1): 1"), "".join(lines))
            for topic in (f"j/dn/{self.other.device}", "#", "j/dn/+", f"j/data/{self.device.device}", "$SYS/#"):
                refused = run(*self.command("mosquitto_sub", version, "-t", topic, "-W", "20"))
                self.assertIn("denied", refused.stdout + refused.stderr, topic)


if __name__ == "__main__":
    assert run("mosquitto_pub", "--help").returncode <= 1, "mosquitto-clients are missing: ./dev setup test"
    unittest.main()
