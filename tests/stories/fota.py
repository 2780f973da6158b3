"""An owner's tool uploads a version and updates a device; the manager dies in between; the device is told, asks, and
answers. What was lost of the images is found by `signetd check`, and a backup has them."""
import hashlib
import json
import os
import pathlib
import queue
import shutil
import ssl
import sys
import unittest

import paho.mqtt.client as mqtt

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from firmware_image import PYTHON, firmware_image  # noqa: E402
from harness import BIN, PATIENCE, Refused, Scene, run, wait_for  # noqa: E402

OS_IMAGE = firmware_image(b"an OS " * 20_000, version=(2, 0, 0, 0))
APPLICATION = firmware_image(b"a program " * 50_000, PYTHON, version=(1, 2, 0, 0))
DAMAGED = 70


class Device:
    """Says what the test wants it to, and hears all."""

    def __init__(self, manager, identity):
        self.id, self.heard, ready = identity.device, queue.Queue(), queue.Queue()
        self.client = mqtt.Client(client_id=self.id, clean_session=True, protocol=mqtt.MQTTv311)
        self.client.tls_set(manager.ca, identity.certificate, identity.key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.on_connect = lambda *_: self.client.subscribe(f"j/dn/{self.id}", qos=1)
        self.client.on_subscribe = lambda *_: ready.put(True)
        self.client.on_message = lambda _client, _data, message: self.heard.put(json.loads(message.payload))
        self.client.connect("localhost", manager.port, keepalive=60)
        self.client.loop_start()
        ready.get(timeout=PATIENCE)

    def say(self, key, value):
        message = json.dumps({"key": key, "value": value})
        self.client.publish(f"j/up/{self.id}", message, qos=1).wait_for_publish(PATIENCE)

    def hears(self, key):
        while (message := self.heard.get(timeout=PATIENCE))["key"] != key:
            pass
        return message["value"]

    def ask(self, key, value):
        self.say(key, value)
        return self.hears(key)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


class Fota(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        self.manager = self.scene.manager()
        self.pump = self.manager.enroll("pump")
        self.firmwares = f"/v3/workspaces/{self.manager.workspace}/firmwares"
        self.fmw = self.manager.call("POST", self.firmwares, {"name": "lamp"})["firmware"]["id"]

    def signet(self, *arguments):
        key = self.manager.call("POST", f"/v3/workspaces/{self.manager.workspace}/api-keys",
                                {"name": "tool", "role": "admin"})["api_key"]["key"]
        environment = os.environ | {"SIGNET_HOME": str(self.scene.folder / "home"), "SIGNET_API_KEY": key}
        return run(BIN / "signet", *arguments, "--server", f"https://127.0.0.1:{self.manager.ready['people']}", "--ca",
                   self.manager.ca, env=environment)

    def upload(self):
        for name, image in (("os.img", OS_IMAGE), ("lamp.img", APPLICATION)):
            (self.scene.folder / name).write_bytes(image)
        done = self.signet("firmware", "upload", "lamp", "1.2.0", self.scene.folder / "os.img",
                           self.scene.folder / "lamp.img")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(hashlib.sha256(APPLICATION).hexdigest(), done.stdout)

    def update(self):
        return self.manager.call("GET", f"/v3/devices/{self.pump.device}/fota")["fota"]

    def test_a_device_is_updated_over_a_death_of_the_manager(self):
        self.upload()
        done = self.signet("fota", "schedule", "pump", "lamp", "1.2.0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.manager.kill()
        self.manager.start()
        device = Device(self.manager, self.pump)
        wanted = device.ask("#status", {})["expected"]["@fota"]["v"]
        about = {"fw_id": self.fmw, "fw_version": "1.2.0"}
        self.assertEqual(wanted, about | {"on_schedule": ""})
        self.assertIn("error", device.ask("#fota_info", about | {"fw_version": "1.3.0"}))
        device.say("_fota_status", {"fw_version": "1.2.0", "progress": "waiting fota info"})
        info = device.ask("#fota_info", about)
        self.assertEqual(info["fw_url"], f"https://localhost:{self.manager.port}/fota/{self.fmw}/1.2.0/")
        for image, told in zip((OS_IMAGE, APPLICATION), info["fw_info"], strict=True):
            self.assertEqual(told["fw_size"], len(image))
            self.assertEqual(told["fw_sha256"], hashlib.sha256(image).hexdigest())
            self.assertEqual(told["fw_crc"], hashlib.md5(image).hexdigest())
            size = told["fw_chunk_size"]
            self.assertEqual(told["fw_chunks"], [hashlib.sha256(image[at:at + size]).hexdigest()[:32]
                                                 for at in range(0, len(image), size)])
        device.say("_fota_status", {"fw_version": "1.2.0", "progress": "downloading", "percent": [100, 30]})
        wait_for(lambda: self.update()["percent"] == [100, 30], "the device's progress")
        device.say("@fota", about | {"result": "success", "msg": ""})
        wait_for(lambda: self.update()["status"] == "done", "the end")
        self.manager.kill()
        self.manager.start()
        self.assertEqual(self.update()["status"], "done", "what was acknowledged is on the disk")
        device.close()

    def test_images_are_in_a_backup_and_missed_when_they_are_gone(self):
        self.upload()
        folder = self.manager.data / "firmware"
        self.assertEqual({path.name for path in folder.iterdir()},
                         {hashlib.sha256(image).hexdigest() for image in (OS_IMAGE, APPLICATION)})
        copy = self.scene.folder / "copy"
        self.assertEqual(run(BIN / "signetd", "--data", self.manager.data, "backup", copy).returncode, 0)
        said = json.loads(run(BIN / "signetd", "--data", copy, "check", "--json").stdout)
        self.assertEqual((said["whole"], said["images"]), (True, 2))
        lost, harmed = sorted((copy / "firmware").iterdir())
        lost.unlink()
        harmed.write_bytes(harmed.read_bytes()[:-1])
        done = run(BIN / "signetd", "--data", copy, "check")
        self.assertEqual(done.returncode, DAMAGED)
        self.assertIn("is missing", done.stdout)
        self.assertIn("is damaged", done.stdout)
        self.manager.kill()
        shutil.rmtree(self.manager.data)
        done = run(BIN / "signetd", "--data", self.manager.data, "restore", copy)
        self.assertEqual(done.returncode, 0, "the rest of it is whole: " + done.stderr)
        self.assertIn("is missing", done.stdout)
        self.manager.start()
        self.upload()
        self.assertEqual(run(BIN / "signetd", "--data", self.manager.data, "check").returncode, 0)

    def test_a_device_that_knows_nothing_of_updates_fails_with_its_own_words(self):
        self.upload()
        device = Device(self.manager, self.pump)
        self.addCleanup(device.close)
        self.manager.call("POST", f"/v3/devices/{self.pump.device}/fota/{self.fmw}/versions/1.2.0")
        self.assertEqual(device.hears("@fota")["fw_version"], "1.2.0")
        device.say("@fota", {"error": "Job fota not supported"})
        wait_for(lambda: self.update()["status"] == "failed", "the end")
        self.assertEqual(self.update()["detail"], "Job fota not supported")

    def test_a_rollout_goes_wave_by_wave_and_halts_by_itself(self):
        self.upload()
        device = Device(self.manager, self.pump)
        self.addCleanup(device.close)
        lamp = Device(self.manager, self.manager.enroll("lamp"))
        self.addCleanup(lamp.close)
        path, about = f"/v3/workspaces/{self.manager.workspace}/rollouts", {"fw_id": self.fmw, "fw_version": "1.2.0"}

        def begin():
            return self.manager.call("POST", path, {"firmware_id": self.fmw, "firmware_version": "1.2.0",
                                                    "canaries": 1})["rollout"]["id"]

        def is_now(rollout, status):
            return lambda: self.manager.call("GET", f"{path}/{rollout}")["rollout"]["status"] == status

        first = begin()
        self.assertEqual(device.hears("@fota")["fw_version"], "1.2.0")
        self.assertTrue(lamp.heard.empty(), "the canary is first")
        device.say("@fota", about | {"result": "success", "msg": ""})
        lamp.hears("@fota")
        lamp.say("@fota", about | {"result": "success", "msg": ""})
        wait_for(is_now(first, "done"), "the rollout to be done")
        second = begin()
        device.hears("@fota")
        device.say("@fota", about | {"result": "fail", "msg": "it did not start"})
        wait_for(is_now(second, "halted"), "the rollout to halt")
        self.manager.kill()
        self.manager.start()
        counts = self.manager.call("GET", f"{path}/{second}")["rollout"]["counts"]
        self.assertEqual([one["failed"] for one in counts], [1, 0])
        self.assertEqual(counts[1]["waiting"], 1, "nobody else was told")

    def test_what_is_no_image_is_refused_and_nothing_is_kept(self):
        path = f"{self.firmwares}/{self.fmw}/versions/1"
        for body in (b"no image", OS_IMAGE[:-1], OS_IMAGE[:500] + b"x" + OS_IMAGE[501:], b"\0" * (9 << 20)):
            with self.assertRaises(Refused) as refused:
                self.manager.call("POST", path, body)
            self.assertIn(refused.exception.status, (400, 413))
        self.assertFalse((self.manager.data / "firmware").exists())


if __name__ == "__main__":
    unittest.main()
