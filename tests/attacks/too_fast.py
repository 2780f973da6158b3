"""Clients of the people's port that ask as fast as they can: they are told to wait, and nobody else notices."""
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import Manager, Refused, Scene  # noqa: E402

PER_SECOND, BURST = 20, 50
STRANGERS_PER_SECOND, STRANGERS_BURST = 5, 30


class TooFast(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())
        config = self.scene.folder / "signetd.conf"
        config.write_text(f"requests_per_second = {PER_SECOND}\nrequest_burst = {BURST}\n"
                          f"stranger_requests_per_second = {STRANGERS_PER_SECOND}\n"
                          f"stranger_request_burst = {STRANGERS_BURST}\n")
        self.manager = Manager(self.scene, "--config", config)
        self.manager.start()
        self.manager.set_up()
        self.owner = self.manager.token

    def answers(self, token, path, count):
        """Statuses, and the waits that were asked for."""
        statuses, waits = [], []
        client = Manager(self.scene)  # its own token beside the manager's
        client.ready, client.trust, client.token = self.manager.ready, self.manager.trust, token
        for _ in range(count):
            try:
                client.call("GET", path)
                statuses.append(200)
            except Refused as refused:
                statuses.append(refused.status)
                if refused.status == 429:
                    self.assertEqual(json.loads(refused.answer)["error"]["code"], "exhausted")
                    waits.append(int(refused.headers["Retry-After"]))
        return statuses, waits

    def test_a_token_that_asks_too_fast_waits_and_another_does_not(self):
        base = f"/v3/workspaces/{self.manager.workspace}"
        key = self.manager.call("POST", f"{base}/api-keys", {"name": "greedy", "role": "viewer"})["api_key"]["key"]
        greedy = []
        threads = [threading.Thread(target=lambda: greedy.append(self.answers(key, f"{base}/devices", 100)))
                   for _ in range(3)]
        for thread in threads:
            thread.start()
        statuses, _ = self.answers(self.owner, "/v3/workspaces", 20)
        for thread in threads:
            thread.join()
        self.assertEqual(set(statuses), {200}, "the owner, at the same time from the same address")
        told = [status for statuses, _ in greedy for status in statuses]
        self.assertIn(429, told)
        self.assertGreaterEqual(told.count(200), 1)
        self.assertTrue(all(1 <= wait <= 10 for _, waits in greedy for wait in waits))
        time.sleep(max(wait for _, waits in greedy for wait in waits))  # what it was told
        self.assertEqual(self.answers(key, f"{base}/devices", 1)[0], [200])
        self.manager.has_audited("request.refuse", "(API key)", "too many requests")

    def test_guesses_of_tokens_are_slow_and_shut_nobody_out(self):
        statuses, waits = self.answers("sgk_" + "A" * 43, "/v3/workspaces", 3 * STRANGERS_BURST)
        self.assertEqual(set(statuses), {401, 429})
        self.assertTrue(waits)
        self.assertEqual(self.answers(self.owner, "/v3/workspaces", 5)[0], [200] * 5)
        self.manager.has_audited("account.authenticate")
        self.manager.has_audited("request.refuse", '"actor": "unknown"', "too many requests")


if __name__ == "__main__":
    unittest.main()
