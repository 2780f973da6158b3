"""The kernel drops whom the manager has banned, and nobody else: signetd in a network of its own, its bans through
'signet security nft' into nftables, by addresses that exist nowhere else.
"""
import pathlib
import shutil
import socket
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import BIN, PATIENCE, SKIPPED, Manager, Scene, as_root_of_own_namespaces  # noqa: E402
from harness import make_look_alike, run, wait_for  # noqa: E402
from mqtt5 import Client  # noqa: E402

BANNED, OTHER, NET = "203.0.113.7", "203.0.113.8", "198.51.100.0/24"
OF_NET, BANNED_6, OTHER_6 = "198.51.100.9", "2001:db8:0:1::7", "2001:db8:0:2::7"
BAN_AFTER = 3
SHORT = 1.5  # seconds: who is not answered on loopback by then was dropped


class Firewall(unittest.TestCase):
    def setUp(self):
        for command in (("ip", "link", "set", "lo", "up"),
                        *(("ip", "address", "replace", f"{address}/32", "dev", "lo")
                          for address in (BANNED, OTHER, OF_NET)),
                        *(("ip", "address", "replace", f"{address}/128", "dev", "lo", "nodad")
                          for address in (BANNED_6, OTHER_6))):
            done = run(*command)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        config = self.scene.folder / "signetd.conf"
        config.write_text(f"guard_exempt = 127.0.0.1\nban_after = {BAN_AFTER}\n")
        self.manager = Manager(self.scene, "--config", config)
        self.manager.start()
        self.manager.set_up()
        self.device = self.manager.enroll("genuine")

    def knock(self, source, identity):
        context = ssl.create_default_context(cafile=self.manager.ca)
        context.load_cert_chain(identity.certificate, identity.key)
        with socket.create_connection(("127.0.0.1", self.manager.port), PATIENCE, (source, 0)) as connection:
            try:
                with context.wrap_socket(connection, server_hostname="localhost") as wrapped:
                    wrapped.recv(1)
            except OSError:
                pass

    def is_answered(self, source, to="127.0.0.1", port=None):
        """Whether the kernel lets the first packet of a connection through."""
        try:
            socket.create_connection((to, port or self.manager.port), SHORT, (source, 0)).close()
            return True
        except TimeoutError:
            return False

    def feed_the_firewall(self):
        """What docs/guard.md has systemd do when the file changes."""
        made = run(BIN / "signet", "security", "nft", self.manager.data / "bans", "--port", self.manager.port)
        self.assertEqual(made.returncode, 0, made.stderr)
        done = run("nft", "-f", "-", input=made.stdout, stdin=None)
        self.assertEqual(done.returncode, 0, done.stderr + made.stdout)

    def dropped(self):
        return int(run("nft", "list", "counter", "inet", "signet", "dropped").stdout.split("packets")[1].split()[0])

    def test_it_drops_the_banned_and_not_another_until_the_ban_ends(self):
        look_alike = make_look_alike(self.scene.folder, self.device)
        self.manager.call("POST", "/v3/security/bans", {"address": NET, "seconds": 3600})
        self.feed_the_firewall()
        self.assertTrue(self.is_answered(BANNED), "it has done nothing yet")
        self.assertFalse(self.is_answered(OF_NET))
        # By itself: the guard bans, and the file says so within seconds.
        for _ in range(BAN_AFTER):
            self.knock(BANNED, look_alike)
        wait_for(lambda: BANNED in (self.manager.data / "bans").read_text(), "the ban in the file")
        self.feed_the_firewall()
        before = self.dropped()
        self.assertFalse(self.is_answered(BANNED))
        self.assertFalse(self.is_answered(OF_NET))
        self.assertGreater(self.dropped(), before)
        self.assertTrue(self.is_answered(OTHER))
        self.assertTrue(self.is_answered(BANNED, port=self.manager.ready["people"]), "only the devices' port is shut")
        Client(self.manager, self.device).close()
        # Lifted: the next feeding opens the door, and leaves the other ban as it is.
        self.manager.call("DELETE", f"/v3/security/bans?address={BANNED}")
        self.feed_the_firewall()
        self.assertTrue(self.is_answered(BANNED))
        self.assertFalse(self.is_answered(OF_NET))
        # Ended: the kernel lets go by itself, and nobody feeds it.
        self.manager.call("POST", "/v3/security/bans", {"address": BANNED, "seconds": 3})
        self.feed_the_firewall()
        self.assertFalse(self.is_answered(BANNED))
        wait_for(lambda: self.is_answered(BANNED), "the kernel to forget the ban")

    def test_who_is_connected_stays_so(self):
        client = Client(self.manager, self.device)
        self.addCleanup(client.close)
        self.manager.call("POST", "/v3/security/bans", {"address": "127.0.0.1"})
        self.feed_the_firewall()
        self.assertEqual(client.publish(f"j/data/{self.device.device}/test", b'{"value": 1}'), 0)
        self.assertFalse(self.is_answered("127.0.0.1"))

    def test_ipv6_too(self):
        """The manager of this test listens on IPv4; the rule does not care who listens."""
        self.manager.call("POST", "/v3/security/bans", {"address": "2001:db8:0:1::/64"})
        self.feed_the_firewall()
        with socket.create_server(("::1", self.manager.port), family=socket.AF_INET6):
            self.assertFalse(self.is_answered(BANNED_6, "::1"))
            self.assertTrue(self.is_answered(OTHER_6, "::1"))

    def test_bans_outlive_the_manager(self):
        self.manager.call("POST", "/v3/security/bans", {"address": BANNED, "reason": "scans"})
        look_alike = make_look_alike(self.scene.folder, self.device)
        for _ in range(BAN_AFTER):
            self.knock(OTHER, look_alike)
        wait_for(lambda: OTHER in (self.manager.data / "bans").read_text(), "the ban in the file")
        self.manager.kill()
        self.manager.start()
        bans = {ban["address"]: ban for ban in self.manager.call("GET", "/v3/security/top")["bans"]}
        self.assertEqual(set(bans), {BANNED, OTHER})
        self.assertEqual(bans[BANNED]["reason"], "scans")
        self.assertTrue(bans[BANNED]["manual"])
        self.assertFalse(bans[OTHER]["manual"])
        self.knock(BANNED, self.device)
        self.knock(OF_NET, look_alike)
        refusals = {one["address"]: one["refusals"] for one in self.manager.call("GET", "/v3/security/top")["knockers"]}
        self.assertEqual(refusals[BANNED], [{"reason": "banned", "count": 1}])


if __name__ == "__main__":
    as_root_of_own_namespaces("--net")
    if not shutil.which("nft") or run("nft", "list", "tables").returncode != 0:
        print("skipped: nftables is missing, here or in this kernel: ./dev setup test")
        sys.exit(SKIPPED)
    unittest.main()
