"""The servers side by side, each alone on one core: signetd, and Debian's mosquitto and nats-server where they are
installed. All admit the same devices, by the certificates that signetd gave them.

    with Scene() as scene:
        ours = Signet(scene, 100)
        peers = [Peer(scene, ours) for Peer in (Mosquitto, Nats) if Peer.program()]
"""
import http.client
import json
import os
import shutil
import socket

from harness import BIN, PATIENCE, Manager, run, wait_for

LOAD = BIN.parent / "bench" / "load"
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
# A broker holds its clients to no rate: here we do not either.
SETTINGS = {"loops": 1, "publishes_per_second": 1_000_000, "publish_burst": 1_000_000,
            "requests_per_second": 1_000_000, "request_burst": 1_000_000}


def on_core(core, policy=None):
    """For Popen's preexec_fn."""
    def pin():
        os.sched_setaffinity(0, {core})
        if policy is not None:
            os.sched_setscheduler(0, policy, os.sched_param(0))
    return pin


def pem(kind, base64):
    lines = "\n".join(base64[at:at + 64] for at in range(0, len(base64), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def without_pem(text):
    return "".join(line for line in text.splitlines() if not line.startswith("-----"))


class Signet:
    name = "signet"

    def __init__(self, scene, devices):
        config = scene.folder / "signetd.conf"
        config.write_text("".join(f"{name} = {value}\n" for name, value in SETTINGS.items()))
        self.manager = Manager(scene, "--config", config, preexec_fn=on_core(SERVER_CORE))
        self.manager.start()
        self.manager.set_up()
        self.port, self.pid = self.manager.port, self.manager.program.pid
        self.folder, self.identities = scene.folder, scene.folder / "identities"
        self.people = http.client.HTTPSConnection("127.0.0.1", self.manager.ready["people"],
                                                  context=self.manager.trust, timeout=PATIENCE)
        self.devices = f"/v3/workspaces/{self.manager.workspace}/devices"
        self.enroll(devices)

    def enroll(self, count):
        """A device and a certificate for each of as many keys, through REST, as an operator's script would do it."""
        requests = self.folder / "requests"
        done = run(LOAD, "keys", "--count", count, "--out", requests)
        assert done.returncode == 0, done.stderr
        with self.identities.open("w") as out:
            for number, line in enumerate(requests.read_text().splitlines()):
                key, request = line.split()
                device = self.ask("POST", self.devices, {"name": f"load {number}"})["device"]["id"]
                csr = {"csr": pem("CERTIFICATE REQUEST", request)}
                certificate = self.ask("POST", f"{self.devices}/{device}/enroll", csr)["certificate"]
                out.write(f"{device} {key} {without_pem(certificate)}\n")

    def ask(self, method, path, body):
        text = self.call(method, path, body)
        return json.loads(text) if text else {}

    def call(self, method, path, body=None):
        """Over one connection that stays: thousands of TLS handshakes would only heat the room."""
        headers = {"Authorization": f"Bearer {self.manager.token}", "Content-Type": "application/json"}
        try:
            self.people.request(method, path, None if body is None else json.dumps(body), headers)
            response = self.people.getresponse()
        except (OSError, http.client.HTTPException):  # it rested for so long that the manager has closed it
            self.people.close()
            self.people.request(method, path, None if body is None else json.dumps(body), headers)
            response = self.people.getresponse()
        with response:
            text = response.read().decode()
        assert response.status < 300, f"{method} {path}: {response.status} {text}"
        return text

    def footprint(self):
        """(resident bytes, those of the store's cache)"""
        figures = dict(line.rsplit(" ", 1) for line in self.call("GET", "/metrics").splitlines() if line[:1] != "#")
        _, resident = self.manager.footprint()
        return resident, int(float(figures["signet_store_memory_bytes"]))

    def revoke(self, device):
        self.ask("POST", f"{self.devices}/{device}/revoke", {"reason": "bench"})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Peer:
    """A broker that trusts the manager's CA, with a server certificate of the same kind of key."""

    @classmethod
    def program(cls):
        return shutil.which(cls.command, path=os.environ.get("PATH", "") + ":/usr/sbin")

    def __init__(self, scene, ours):
        self.port = free_port()
        folder = scene.folder / self.name
        folder.mkdir()
        self.certify(folder)
        config = folder / "conf"
        config.write_text(self.config(folder, ours.manager.ca))
        process = scene.start(self.program(), "-c", config, preexec_fn=on_core(SERVER_CORE),
                              env=os.environ | {"GOMAXPROCS": "1"})
        wait_for(lambda: is_open(self.port) or process.poll() is not None, f"{self.name} to serve")
        assert process.poll() is None, scene.log(self.command)
        self.pid = process.pid

    def certify(self, folder):
        made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "30", "-subj", "/CN=localhost", "-keyout", folder / "key", "-out", folder / "certificate")
        assert made.returncode == 0, made.stderr


class Mosquitto(Peer):
    name = command = "mosquitto"

    def config(self, folder, ca):
        return "\n".join((
            "user root", f"listener {self.port} 127.0.0.1", f"cafile {ca}", f"certfile {folder}/certificate",
            f"keyfile {folder}/key", "require_certificate true", "use_identity_as_username true",
            "allow_anonymous false", "max_connections -1", "max_queued_messages 0", "max_inflight_messages 0",
            "set_tcp_nodelay true", "persistence false", "log_dest none", "connection_messages false", ""))


class Nats(Peer):
    name, command = "nats-server", "nats-server"

    def config(self, folder, ca):
        return f"""
server_name: bench
host: 127.0.0.1
port: {free_port()}
max_connections: 100000
jetstream {{ store_dir: "{folder}/store", max_mem: 1G, max_file: 20G }}
mqtt {{
  host: 127.0.0.1
  port: {self.port}
  ack_wait: "30s"
  max_ack_pending: 2048
  tls {{ cert_file: "{folder}/certificate", key_file: "{folder}/key", ca_file: "{ca}", verify: true, timeout: 30 }}
}}
"""
