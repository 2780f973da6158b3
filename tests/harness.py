"""Starts the real programs on loopback, in a folder of their own, and leaves nothing behind.

    with Scene() as scene:
        manager = scene.manager()                   # signetd, an account, a workspace
        device = manager.enroll("thermometer")      # a software identity: certificate and key as files
        manager.call("GET", f"/v3/workspaces/{manager.workspace}/devices")

SIGNET_BIN names the folder of the programs. Ports are the system's choice; nothing waits for a guess: wait_for asks
again until the condition holds, or fails and says what it waited for.
"""
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BIN = pathlib.Path(os.environ.get("SIGNET_BIN", "build/release/bin")).resolve()
PATIENCE = 60.0  # seconds; only a broken test waits so long
PASSWORD = "correct horse battery"


def wait_for(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} seconds for {what}")
        time.sleep(0.01)
    return value


def run(*command, **options):
    """The finished process; its output is text unless text=False."""
    options = {"capture_output": True, "text": True, "timeout": PATIENCE, "stdin": subprocess.DEVNULL} | options
    return subprocess.run([str(part) for part in command], check=False, **options)


SKIPPED = 77  # SKIP_RETURN_CODE of the ctest lines of those that need namespaces
INSIDE = "SIGNET_TEST_OWN_NAMESPACES"  # set in the second life of a script


def as_root_of_own_namespaces(*kinds):
    """Starts this script again as root of namespaces that are its own; skips it where the kernel gives nobody any."""
    if INSIDE in os.environ:
        return
    command = ("unshare", "--user", "--map-root-user", *kinds, "--")
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        print(f"skipped: this kernel lets nobody here have namespaces of their own ({' '.join(command)})")
        sys.exit(SKIPPED)
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], os.environ | {INSIDE: "1"})


class Scene:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-test-"))
        self.programs = []
        return self

    def __exit__(self, *_):
        for program in reversed(self.programs):
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
        for program in reversed(self.programs):
            try:
                program.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        shutil.rmtree(self.folder)

    def start(self, name, *arguments, **options):
        """One of our programs, or any by its path; what it says goes to NAME.log in the scene's folder."""
        log = (self.folder / f"{pathlib.Path(name).name}.log").open("ab")
        command = [str(BIN / name), *(str(argument) for argument in arguments)]
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        log.close()
        self.programs.append(program)
        return program

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def manager(self, **settings):
        """`settings` go into its configuration file."""
        config = self.folder / "signetd.conf"
        config.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        manager = Manager(self, *(("--config", config) if settings else ()))
        manager.start()
        manager.set_up()
        return manager


class Refused(Exception):
    def __init__(self, status, answer, headers=None):
        super().__init__(f"{status}: {answer}")
        self.status, self.answer, self.headers = status, answer, headers


class Manager:
    """signetd on its data folder. kill() and start() as often as you like: the data stays."""

    def __init__(self, scene, *arguments, **process):
        """More arguments for signetd, and for Popen."""
        self.scene, self.data, self.token = scene, scene.folder / "data", None
        self.arguments, self.process = arguments, process
        self.ready_file = scene.folder / "ready"

    def footprint(self):
        """(descriptors, resident bytes) of it."""
        process = pathlib.Path(f"/proc/{self.program.pid}")
        pages = int((process / "statm").read_text().split()[1])
        return len(os.listdir(process / "fd")), pages * os.sysconf("SC_PAGESIZE")

    def start(self, *more, same_ports=False):
        """At ports that the system chooses; at those of its life before, for who knows no others."""
        ports = (self.ready["devices"], self.ready["people"]) if same_ports else (0, 0)
        self.ready_file.unlink(missing_ok=True)
        self.program = self.scene.start("signetd", "--data", self.data, "--host", "127.0.0.1", "--device-port",
                                        ports[0], "--people-port", ports[1], "--ready-file", self.ready_file,
                                        *self.arguments, *more, **self.process)
        wait_for(lambda: self.ready_file.exists() or self.program.poll() is not None, "signetd to serve")
        if self.program.poll() is not None:
            raise AssertionError("signetd ended:\n" + self.scene.log("signetd"))
        self.ready = json.loads(self.ready_file.read_text())
        self.ca = self.ready["ca"]
        self.port = self.ready["devices"]
        self.trust = ssl.create_default_context(cafile=self.ca)

    def kill(self):
        self.program.kill()  # SIGKILL: no handler runs
        self.program.wait()

    def stop(self):
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(PATIENCE)

    def set_up(self):
        token = self.ready["setup"].split("#token=")[1].split("&")[0]
        answer = self.call("POST", "/v3/setup", {"token": token, "email": "ann@example.org", "password": PASSWORD})
        self.token, self.workspace = answer["token"], answer["workspace"]["id"]

    def call(self, method, path, body=None, headers=None):
        """The answer's JSON; its headers are in self.headers. A body of bytes is sent as it is."""
        request = urllib.request.Request(f"https://127.0.0.1:{self.ready['people']}{path}", method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if body is not None:
            raw = isinstance(body, bytes)
            request.data = body if raw else json.dumps(body).encode()
            request.add_header("Content-Type", "application/octet-stream" if raw else "application/json")
        try:
            with urllib.request.urlopen(request, context=self.trust, timeout=PATIENCE) as response:
                text, self.headers = response.read(), response.headers
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, error.read().decode(errors="replace"), error.headers) from None
        return json.loads(text) if text else {}

    def status(self, method, path, body=None, token=None):
        """What the manager makes of it, which is never a failure of its own. A token of "" is nobody's."""
        own = self.token
        self.token = own if token is None else token
        try:
            self.call(method, path, body)
            return 200
        except Refused as refused:
            assert refused.status < 500, refused
            return refused.status
        finally:
            self.token = own

    def join(self, workspace, email, role):
        """Whoever may invite there invites, the new account joins: its token."""
        invited = self.call("POST", f"/v3/workspaces/{workspace}/invitations", {"email": email, "role": role})
        return self.call("POST", "/v3/join", {"token": invited["token"], "password": PASSWORD})["token"]

    def enroll(self, name):
        device = self.call("POST", f"/v3/workspaces/{self.workspace}/devices", {"name": name})["device"]["id"]
        identity = make_request(self.scene.folder, name)
        path = f"/v3/workspaces/{self.workspace}/devices/{device}/enroll"
        answer = self.call("POST", path, {"csr": identity.request.read_text()})
        identity.certificate.write_text(answer["certificate"])
        identity.device, identity.dcn = device, answer["identity"]["dcn"]
        return identity

    def readings(self, device):
        path = f"/v3/timeseries/{self.workspace}/data?device={device}&size=175000&sort=timestamp_device"
        return self.call("GET", path)["result"]

    def audit(self):
        entries = []
        while page := self.call("GET", f"/v3/audit?size=1000&after={entries[-1]['number'] if entries else 0}")["audit"]:
            entries += page
        return entries

    def refusals(self, *texts):
        """What the audit says of refusals: its entries that hold all of these."""
        return [entry for entry in self.audit()
                if not entry["allowed"] and all(text in json.dumps(entry) for text in texts)]

    def has_audited(self, *texts):
        """Waits until the audit tells of such a refusal: of one kind, from one address, one every ten seconds."""
        return wait_for(lambda: self.refusals(*texts), f"the audit to tell of {texts}")


class Identity:
    """A key and its certificate, as files."""

    def __init__(self, folder, name):
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"
        self.request = folder / f"{name}.csr"
        self.device = self.dcn = None


def make_request(folder, name):
    identity = Identity(folder, name)
    done = run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-keyout", identity.key, "-out", identity.request, "-subj", f"/CN={name}")
    assert done.returncode == 0, done.stderr
    return identity


def field_of(certificate, name):
    text = run("openssl", "x509", "-in", certificate, "-noout", f"-{name}", "-nameopt", "compat").stdout
    return text.split("=", 1)[1].strip()


def make_look_alike(folder, genuine):
    """What an attacker can make: subject, serial and kind of a genuine certificate, from an issuer of the same name."""
    fake, issuer = Identity(folder, "look-alike"), Identity(folder, "look-alike-issuer")
    extensions = folder / "look-alike.ext"
    extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                          "extendedKeyUsage=clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for command in (
            ("req", "-x509", *new_key, "-days", "30", "-keyout", issuer.key, "-out", issuer.certificate,
             "-subj", field_of(genuine.certificate, "issuer")),
            ("req", "-new", *new_key, "-keyout", fake.key, "-out", fake.request,
             "-subj", field_of(genuine.certificate, "subject")),
            ("x509", "-req", "-in", fake.request, "-CA", issuer.certificate, "-CAkey", issuer.key, "-days", "30",
             "-set_serial", "0x" + field_of(genuine.certificate, "serial"), "-extfile", extensions,
             "-out", fake.certificate)):
        done = run("openssl", *command)
        assert done.returncode == 0, done.stderr
    return fake
