#!/usr/bin/env python3
"""What an update costs the manager: 200 boards download 1 MiB at once, by their certificates on the devices' port,
beside `openssl s_server -WWW` with the same file and the same kind of key in the same run. ./dev bench fota [--json]
[--boards COUNT] [--rounds COUNT]

Boards ask for ranges of 64 KiB, as ours do, and once more for the whole image at once, as s_server gives it. Servers
run on one core, the load on another. CPU time is that of all threads of the server, handshakes included.
"""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "tests"), str(HERE.parent / "gate")]
from figures import Figures  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402
from servers import LOAD, LOAD_CORE, SERVER_CORE, Signet, free_port, is_open, on_core  # noqa: E402

MIB = 1 << 20
RANGE = 65_536
AT_MOST = 1.2  # of what s_server spends


def upload(ours, scene):
    """An image of 1 MiB, signed as a release is. Returns (the path on the devices' port, its size)."""
    native, unsigned, image = (scene.folder / name for name in ("native.bin", "unsigned.img", "image.img"))
    native.write_bytes(os.urandom(MIB - 1024))
    passphrase = scene.folder / "passphrase"
    passphrase.write_text("bench bench bench")
    key = f"software:{scene.folder}/release.key?passphrase-source=file:{passphrase}"
    for command in (("keygen", key),
                    ("build", native, "--kind", "native", "--version", "2.0.0", "--os-version", "1.0.0",
                     "--board", "virtual", "-o", unsigned),
                    ("sign", unsigned, "--key", key, "-o", image)):
        done = run(BIN / "signet", "firmware", *command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    workspace = f"/v3/workspaces/{ours.manager.workspace}"
    firmware = ours.ask("POST", f"{workspace}/firmwares", {"name": "bench"})["firmware"]["id"]
    people = http.client.HTTPSConnection("127.0.0.1", ours.manager.ready["people"], context=ours.manager.trust)
    people.request("POST", f"{workspace}/firmwares/{firmware}/versions/2.0.0", image.read_bytes(),
                   {"Authorization": f"Bearer {ours.manager.token}", "Content-Type": "application/octet-stream"})
    with people.getresponse() as response:
        answer = response.read()
        assert response.status < 300, answer
    ours.ask("POST", f"{workspace}/fota/{firmware}/versions/2.0.0", {})
    return f"/fota/{firmware}/2.0.0/1", image


class Plain:
    """OpenSSL's own server of files; it demands a certificate too, as ours does."""

    def __init__(self, scene, ours, image):
        self.port = free_port()
        key, certificate = scene.folder / "key", scene.folder / "certificate"
        made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "30", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate)
        assert made.returncode == 0, made.stderr
        process = scene.start("/usr/bin/openssl", "s_server", "-WWW", "-quiet", "-accept", f"127.0.0.1:{self.port}",
                              "-cert", certificate, "-key", key, "-Verify", "1", "-CAfile", ours.manager.ca,
                              "-num_tickets", "0", "-no_cache", cwd=image.parent, preexec_fn=on_core(SERVER_CORE))
        wait_for(lambda: is_open(self.port) or process.poll() is not None, "s_server to serve")
        self.pid, self.path = process.pid, f"/{image.name}"


def fetch(server, path, identities, boards, size, range_bytes):
    done = run(LOAD, "fetch", "--port", server.port, "--server-pid", server.pid, "--identities", identities, "--count",
               boards, "--path", path, "--bytes", size, "--range", range_bytes, preexec_fn=on_core(LOAD_CORE),
               timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["failed"] == 0, result
    return result


def main():
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--json", action="store_true", help="an object a line, for programs")
    asks.add_argument("--boards", type=int, default=200)
    asks.add_argument("--rounds", type=int, default=5)
    options = asks.parse_args()
    figures = Figures(options.json)
    with Scene() as scene:
        ours = Signet(scene, options.boards)
        path, image = upload(ours, scene)
        size = image.stat().st_size
        plain = Plain(scene, ours, image)
        rounds = []
        for _ in range(options.rounds):
            take = (options.boards, size)
            rounds.append((fetch(ours, path, ours.identities, *take, RANGE),
                           fetch(ours, path, ours.identities, *take, 0),
                           fetch(plain, plain.path, ours.identities, *take, 0)))

        def median(of):
            return statistics.median(of(*one) for one in rounds)

        cost = "cpu_us_per_mib"
        figures.note(f"{options.boards} boards, {size} bytes each; medians of {options.rounds} rounds")
        figures.note(f"CPU us a MiB: ours in ranges {median(lambda a, b, c: a[cost]):.0f}, "
                     f"ours whole {median(lambda a, b, c: b[cost]):.0f}, "
                     f"s_server {median(lambda a, b, c: c[cost]):.0f}")
        figures.note(f"seconds for all: ours {median(lambda a, b, c: a['seconds']):.2f}, "
                     f"s_server {median(lambda a, b, c: c['seconds']):.2f}")
        figures.add("fota.cpu_of_s_server", median(lambda a, b, c: a[cost] / c[cost]), "x", AT_MOST)
        figures.add("fota.whole_of_s_server", median(lambda a, b, c: b[cost] / c[cost]), "x", AT_MOST)
        figures.add("fota.memory", median(lambda a, b, c: a["resident_grown"]) / 1024, "KiB", 16 * 1024)
    return 0 if figures.all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
