"""What all attacks have in common: a manager, a live device that must not notice, and a footprint that must come back.

    class Slow(Siege):
        def test_a_client_that_says_nothing_is_cut(self): ...      # one attack; tearDown judges what it did

Each test is one attack. While it runs, a device in a process of its own publishes with QoS 1 and measures how long its
PUBACKs take. After it, none may have taken longer than puback_bound, and the manager's descriptors and its memory are
back where they were.
"""
import multiprocessing
import pathlib
import socket
import ssl
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from harness import PATIENCE, Manager, Scene, wait_for  # noqa: E402
from mqtt5 import Client, Closed  # noqa: E402

HANDSHAKE_TIMEOUT = CONNECT_TIMEOUT = 2  # seconds: an attack on a clock shall not take long to lose
BEFORE_OTHERS = {"handshake_timeout": HANDSHAKE_TIMEOUT, "connect_timeout": CONNECT_TIMEOUT,
                 "request_burst": 1_000_000, "stranger_request_burst": 1_000_000}  # too_fast.py meets those two


def live_device(manager, identity, pipe):
    """Publishes until told to stop, then tells the longest wait for a PUBACK and their number, or what went wrong."""
    worst, count = 0.0, 0
    try:
        client = Client(manager, identity)
        pipe.send("connected")
        told_to_stop = False
        while not told_to_stop:  # and once more after the attack
            told_to_stop = pipe.poll(0.02)
            start = time.monotonic()
            if (reason := client.publish(f"j/data/{identity.device}/live", b'{"value": 1}')) != 0:
                raise Closed(f"PUBACK 0x{reason:02x}")
            worst, count = max(worst, time.monotonic() - start), count + 1
        client.close()
        pipe.send((worst, count, None))
    except (Closed, AssertionError) as error:
        pipe.send((worst, count, str(error)))


class LiveDevice:
    def __init__(self, manager, identity):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=live_device, args=(manager, identity, theirs))
        self.process.start()
        first = self.pipe.recv()
        assert first == "connected", first

    def stop(self):
        self.pipe.send("stop")
        worst, count, trouble = self.pipe.recv()
        self.process.join(PATIENCE)
        return worst, count, trouble


class Siege(unittest.TestCase):
    settings = {}  # of signetd, beyond the timeouts above
    puback_bound = 5.0  # seconds: a busy disk on a machine full of tests takes some; an attack that works takes all
    memory_bound = 16 << 20  # bytes that malloc and SQLite keep of hundreds of handshakes at once; an attack sends more
    files_bound = 4  # descriptors: the ingest log's files come and go
    devices = ("live", "rogue")

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene().__enter__()
        cls.addClassCleanup(cls.scene.__exit__)
        config = cls.scene.folder / "signetd.conf"
        settings = BEFORE_OTHERS | cls.settings
        config.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        cls.manager = Manager(cls.scene, "--config", config)
        cls.manager.start()
        cls.manager.set_up()
        for name in cls.devices:
            setattr(cls, name, cls.manager.enroll(name))
        for _ in range(3):  # what is made once is made now
            Client(cls.manager, cls.rogue).close()

    def setUp(self):
        self.before = self.manager.footprint()
        self.live_device = LiveDevice(self.manager, self.live)
        self.open = []

    def tearDown(self):
        for connection in self.open:
            connection.close()
        worst, count, trouble = self.live_device.stop()
        self.assertIsNone(trouble, "the live device was harmed")
        self.assertGreater(count, 0)
        self.assertLess(worst, self.puback_bound, "seconds that the live device waited for a PUBACK")
        most = self.before[0] + self.files_bound
        wait_for(lambda: self.manager.footprint()[0] <= most, f"descriptors to be {most} again")
        grown = self.manager.footprint()[1] - self.before[1]
        self.assertLess(grown, self.memory_bound, "bytes that the manager kept of the attack")

    def tcp(self):
        """To the devices' port; closed after the test at the latest."""
        connection = socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE)
        self.open.append(connection)
        return connection

    def tls(self, identity, version=ssl.TLSVersion.TLSv1_3):
        """A handshake done, and no MQTT yet."""
        context = ssl.create_default_context(cafile=self.manager.ca)
        context.minimum_version = context.maximum_version = version
        context.load_cert_chain(identity.certificate, identity.key)
        plain = socket.create_connection(("127.0.0.1", self.manager.port), timeout=PATIENCE)
        wrapped = context.wrap_socket(plain, server_hostname="localhost")
        self.open.append(wrapped)
        return wrapped

    def client(self, identity, **options):
        client = Client(self.manager, identity, **options)
        self.open.append(client)
        return client

    def wait(self, seconds):
        """The pace of an attack, not a guess about the manager."""
        time.sleep(seconds)

    def assert_ends(self, connection, within):
        """The manager ends it: nobody else does."""
        connection.settimeout(within)
        start = time.monotonic()
        try:
            while connection.recv(65536):
                pass
        except TimeoutError:
            self.fail(f"still open after {within} seconds")
        except OSError:
            pass
        return time.monotonic() - start


def run_attacks():
    multiprocessing.set_start_method("fork")
    unittest.main()
