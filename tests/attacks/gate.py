"""Who is let in by the devices' port, and who is not: openssl's s_client as the attacker, our own client as the spy."""
import json
import pathlib
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Refused, Scene, make_look_alike, run, wait_for  # noqa: E402
from mqtt5 import Client, Closed, connect_packet  # noqa: E402

ACCEPTED = b"\x20"  # CONNACK


class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        cls.manager = cls.scene.manager()
        cls.device = cls.manager.enroll("genuine")
        cls.other = cls.manager.enroll("other")

    def s_client(self, identity, *options):
        """The first bytes that the manager sends to a CONNECT, and what s_client had to say."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.manager.port}", "-CAfile", self.manager.ca,
                   "-verify_return_error", "-quiet", *options]
        if identity:
            command += ["-cert", str(identity.certificate), "-key", str(identity.key)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with subprocess.Popen(command, bufsize=0, **pipes) as client:  # nothing is left to write at the end
            try:
                client.stdin.write(connect_packet(self.device.device))
            except BrokenPipeError:
                pass
            answer = client.stdout.read(1)
            if answer:
                client.kill()
            return answer, client.stderr.read().decode(errors="replace")

    def refused(self, identity, alert, *options):
        answer, said = self.s_client(identity, *options)
        self.assertEqual(answer, b"", "the manager answered an MQTT packet")
        self.assertIn(alert, said)

    def last_refusal(self):
        refusals = [line for line in self.manager.audit() if line["action"] == "gateway.refuse"]
        self.assertFalse(refusals[-1]["allowed"])
        return refusals[-1]

    def test_the_genuine_is_accepted_with_tls_1_2_and_1_3(self):
        for version in ("-tls1_2", "-tls1_3"):
            for alpn in ((), ("-alpn", "mqtt")):
                answer, said = self.s_client(self.device, version, *alpn)
                self.assertEqual(answer, ACCEPTED, f"{version}: {said}")

    def test_no_certificate_is_refused(self):
        self.refused(None, "alert certificate required", "-tls1_3")
        self.refused(None, "alert handshake failure", "-tls1_2")

    def test_a_foreign_certificate_with_the_same_subject_is_refused_and_noted(self):
        look_alike = make_look_alike(self.scene.folder, self.device)
        self.refused(look_alike, "alert bad certificate", "-tls1_3")
        self.refused(look_alike, "alert bad certificate", "-tls1_2")
        wait_for(lambda: "unknown" in self.last_refusal()["detail"], "the audit to tell it")

    def test_tls_1_1_and_1_0_are_refused(self):
        for version in ("-tls1_1", "-tls1"):
            self.refused(self.device, "alert protocol version", version, "-cipher", "ALL:@SECLEVEL=0")

    def test_another_protocol_is_refused(self):
        self.refused(self.device, "alert no application protocol", "-tls1_3", "-alpn", "h2")

    def test_a_suite_without_forward_secrecy_is_refused(self):
        self.refused(self.device, "alert handshake failure", "-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0")

    def test_plain_mqtt_is_not_heard(self):
        with socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE) as plain:
            plain.sendall(connect_packet(self.device.device))
            try:
                self.assertNotIn(ACCEPTED, plain.recv(100)[:1])
            except ConnectionResetError:
                pass

    def test_one_device_cannot_speak_as_another(self):
        Client(self.manager, self.device).close()
        with self.assertRaisesRegex(Closed, "CONNACK 0x85"):
            Client(self.manager, self.device, client_id=self.other.device)

    def test_the_people_s_port_wants_a_token(self):
        path = f"/v3/workspaces/{self.manager.workspace}/devices"
        self.assertTrue(self.manager.call("GET", path)["devices"])
        token = self.manager.token
        self.addCleanup(setattr, self.manager, "token", token)
        for bad in (None, "x", token[:-1], token + "x"):
            self.manager.token = bad
            with self.assertRaises(Refused) as refusal:
                self.manager.call("GET", path)
            self.assertEqual(refusal.exception.status, 401)
            self.assertEqual(set(json.loads(refusal.exception.answer)), {"error", "code", "title", "message"})

    def test_the_setup_token_works_once(self):
        token = self.manager.ready["setup"].split("#token=")[1].split("&")[0]
        with self.assertRaises(Refused) as refusal:
            self.manager.call("POST", "/v3/setup", {"token": token, "email": "eve@example.org", "password": "x" * 12})
        self.assertIn(refusal.exception.status, (401, 403, 409))

    def test_revocation_ends_the_session_and_shuts_the_door(self):
        doomed = self.manager.enroll("doomed")
        client = Client(self.manager, doomed)
        self.addCleanup(client.close)
        self.assertEqual(client.publish(f"j/data/{doomed.device}/test", b'{"value": 1}'), 0)
        path = f"/v3/workspaces/{self.manager.workspace}/devices/{doomed.device}/revoke"
        self.manager.call("POST", path, {"reason": "stolen"})
        client.socket.settimeout(1.0)
        with self.assertRaisesRegex(Closed, "DISCONNECT 0x98|ended|reset"):
            client.read_puback()
        self.refused(doomed, "alert certificate revoked", "-tls1_3")
        wait_for(lambda: "revoked" in self.last_refusal()["detail"], "the audit to tell it")

    def test_a_withdrawn_device_that_neither_reads_nor_leaves_is_gone_within_a_second(self):
        stubborn = self.manager.enroll("stubborn")
        client = Client(self.manager, stubborn)
        self.addCleanup(client.close)
        self.assertEqual(client.publish(f"j/data/{stubborn.device}/test", b'{"value": 1}'), 0)
        path = f"/v3/workspaces/{self.manager.workspace}/devices/{stubborn.device}/revoke"
        self.manager.call("POST", path, {"reason": "stolen"})
        start = time.monotonic()
        wait_for(lambda: not self.is_connected(client.socket), "the manager to let go")
        self.assertLess(time.monotonic() - start, 1.0)

    def is_connected(self, theirs):
        """Whether the manager's end of it still belongs to a process: the kernel's table says so with an inode."""
        local, remote = self.manager.port, theirs.getsockname()[1]
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if (int(fields[1][-4:], 16), int(fields[2][-4:], 16)) == (local, remote):
                return fields[9] != "0"
        return False


if __name__ == "__main__":
    assert run("openssl", "version").returncode == 0, "openssl is missing: ./dev setup run"
    unittest.main()
