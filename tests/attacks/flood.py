"""One address knocks without end: it is banned, nobody else is, the log does not grow with it, and the ban ends."""
import pathlib
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from siege import Siege, run_attacks  # noqa: E402
from harness import PATIENCE, make_look_alike, wait_for  # noqa: E402
from mqtt5 import Client, connect_packet  # noqa: E402

FLOODER, NEIGHBOUR, ANOTHER = "127.0.0.66", "127.0.0.67", "127.0.0.70"  # the live devices are at 127.0.0.1
BAN_AFTER, BAN_SECONDS = 5, 5
KNOCKS = 400
LOG_LINES_MAX = 10  # of so many knocks


class Flood(Siege):
    settings = {"guard_exempt": "192.0.2.1", "ban_after": BAN_AFTER, "ban_time": BAN_SECONDS, "ban_time_longest": 3600}

    def top(self):
        return self.manager.call("GET", "/v3/security/top")

    def refusals_of(self, address):
        found = [one for one in self.top()["knockers"] if one["address"] == address]
        return {one["reason"]: one["count"] for one in found[0]["refusals"]} if found else {}

    def is_banned(self, address):
        return any(ban["address"] == address for ban in self.top()["bans"])

    def knock(self, source, identity):
        """What became of a connection: "refused" before it began, the alert's name, or the first bytes of MQTT."""
        context = ssl.create_default_context(cafile=self.manager.ca)
        context.load_cert_chain(identity.certificate, identity.key)
        with socket.create_connection(("127.0.0.1", self.manager.port), PATIENCE, (source, 0)) as connection:
            try:
                with context.wrap_socket(connection, server_hostname="localhost") as wrapped:
                    wrapped.sendall(connect_packet(identity.device))
                    return wrapped.recv(1)
            except ssl.SSLEOFError:
                return "refused"
            except ssl.SSLError as error:
                return error.reason
            except ConnectionError:
                return "refused"

    def knock_until_banned(self, source):
        for _ in range(BAN_AFTER):
            self.knock(source, self.look_alike)
        wait_for(lambda: self.is_banned(source), "the ban")

    @property
    def look_alike(self):
        if not hasattr(type(self), "made"):
            type(self).made = make_look_alike(self.scene.folder, self.live)
            type(self).made.device = self.live.device
        return type(self).made

    def test_a_flooding_address_is_banned_and_nobody_else_notices(self):
        lines_before = len(self.scene.log("signetd").splitlines())
        audit_before = len(self.manager.audit())
        answers = [self.knock(FLOODER, self.look_alike) for _ in range(KNOCKS)]
        self.assertEqual(answers[0], "SSLV3_ALERT_BAD_CERTIFICATE")
        self.assertEqual(answers[-1], "refused")
        self.assertTrue(self.is_banned(FLOODER))
        refusals = self.refusals_of(FLOODER)
        self.assertGreaterEqual(refusals["banned"], KNOCKS // 2)
        self.assertGreaterEqual(refusals["unknown certificate"], BAN_AFTER)
        self.assertEqual(self.knock(NEIGHBOUR, self.rogue), b"\x20", "its neighbour was not let in")
        Client(self.manager, self.rogue).close()
        # Refused at the door are told by a count, and not one by one.
        self.assertLess(len(self.scene.log("signetd").splitlines()) - lines_before, LOG_LINES_MAX)
        self.assertLess(len(self.manager.audit()) - audit_before, LOG_LINES_MAX)
        told = [line["detail"] for line in self.manager.audit()[audit_before:]]
        self.assertEqual(sum("banned for 5 seconds" in detail for detail in told), 1, told)

    def test_a_ban_ends_by_itself_and_by_a_person(self):
        self.knock_until_banned(ANOTHER)
        self.assertEqual(self.knock(ANOTHER, self.rogue), "refused", "not even with a certificate of ours")
        self.manager.call("DELETE", f"/v3/security/bans?address={ANOTHER}")
        self.assertEqual(self.knock(ANOTHER, self.look_alike), "SSLV3_ALERT_BAD_CERTIFICATE")
        self.knock_until_banned(ANOTHER)
        wait_for(lambda: not self.is_banned(ANOTHER), "the ban to end by itself")
        self.assertEqual(self.knock(ANOTHER, self.look_alike), "SSLV3_ALERT_BAD_CERTIFICATE")

    def test_an_address_with_a_device_is_never_banned_for_its_neighbours_behind_it(self):
        source = "127.0.0.68"
        self.assertEqual(self.knock(source, self.rogue), b"\x20")
        for _ in range(3 * BAN_AFTER):
            self.assertEqual(self.knock(source, self.look_alike), "SSLV3_ALERT_BAD_CERTIFICATE")
        self.assertFalse(self.is_banned(source))
        self.assertEqual(self.knock(source, self.rogue), b"\x20")

    def test_a_unit_that_is_withdrawn_bans_nobody(self):
        doomed = self.manager.enroll("doomed")
        path = f"/v3/workspaces/{self.manager.workspace}/devices/{doomed.device}/revoke"
        self.manager.call("POST", path, {"reason": "stolen"})
        source = "127.0.0.69"
        for _ in range(3 * BAN_AFTER):
            self.assertEqual(self.knock(source, doomed), "SSLV3_ALERT_CERTIFICATE_REVOKED")
        self.assertEqual(self.refusals_of(source), {"not admitted now": 3 * BAN_AFTER})
        self.assertFalse(self.is_banned(source))


if __name__ == "__main__":
    run_attacks()
