"""A client of the socket I2C bus (docs/formats/element-bus.md), and what hosts of an ATECC608 need to know.

    element = Element(scene)
    with element.connect() as bus:
        bus.wake(), bus.read(0x60, 4)
"""
import contextlib
import hashlib
import socket
import struct

from harness import PATIENCE, run, wait_for

OK, EXECUTION_ERROR, COMMUNICATION_ERROR = b"\x00", b"\x0f", b"\xff"
GREETING = bytes.fromhex("04113343")
RESET, SLEEP, IDLE, COMMAND = b"\x00", b"\x01", b"\x02", b"\x03"


def crc16(data):
    register = 0
    for byte in data:
        for bit in range(8):
            differ = (byte >> bit & 1) ^ (register >> 15)
            register = (register << 1 & 0xffff) ^ (0x8005 * differ)
    return struct.pack("<H", register)


def command(opcode, param1=0, param2=0, data=b""):
    packet = struct.pack("<BBBH", 7 + len(data), opcode, param1, param2) + data
    return packet + crc16(packet)


def opened(group):
    """The data of an output group; of one that was read too long, the padding is dropped."""
    count = group[0]
    assert 4 <= count <= len(group), group.hex()
    assert crc16(group[:count - 2]) == group[count - 2:count], group.hex()
    return group[1:count - 2]


class Bus:
    """One connection. write: acknowledged? read: the bytes, or None."""

    def __init__(self, place):
        if isinstance(place, tuple):
            self.socket = socket.create_connection(place, PATIENCE)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE)
            self.socket.connect(str(place))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def wake(self):
        return self.transact(3, 0, b"", 0)

    def write(self, address, data):
        return self.transact(1, address, data, len(data))

    def read(self, address, size):
        return self.receive(size) if self.transact(2, address, b"", size) else None

    def transact(self, op, address, data, n):
        self.socket.sendall(struct.pack("<BBH", op, address, n) + data)
        return self.receive(1) == b"\x01"

    def receive(self, size):
        got = b""
        while len(got) < size:
            more = self.socket.recv(size - len(got))
            if not more:
                raise EOFError("the server hung up")
            got += more
        return got


class Element:
    """signet-element in a scene. `where`: "socket", "tcp" or "pty"; place is then a path, (host, port), or a path."""

    def __init__(self, scene, *options, where="socket", name="element"):
        self.state = scene.folder / f"{name}.chip"
        arguments = {"socket": ("--socket", scene.folder / f"{name}.sock"), "tcp": ("--tcp", "127.0.0.1:0"),
                     "pty": ("--pty",)}[where]
        lives = self.lives(scene)
        self.program = scene.start("signet-element", *arguments, "--state", self.state, *options)
        wait_for(lambda: self.lives(scene) > lives or self.program.poll() is not None, "the chip to be ready")
        assert self.program.poll() is None, scene.log("signet-element")
        self.place = next(line for line in reversed(scene.log("signet-element").splitlines()) if line[0] != "{")
        if where == "tcp":
            host, port = self.place.rsplit(":", 1)
            self.place = host, int(port)

    @staticmethod
    def lives(scene):
        log = scene.folder / "signet-element.log"
        return log.read_text().count('"element.ready"') if log.exists() else 0

    def connect(self):
        return Bus(self.place)

    def stop(self):
        self.program.terminate()
        assert self.program.wait(PATIENCE) == 0

    def kill(self):
        self.program.kill()
        self.program.wait()


def der(tag, body):
    assert len(body) < 128
    return bytes([tag, len(body)]) + body


def der_number(number):
    body = number.lstrip(b"\0") or b"\0"
    return der(0x02, b"\0" * (body[0] >> 7) + body)


def public_key_der(point):
    """SubjectPublicKeyInfo of X || Y."""
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    return der(0x30, algorithm + der(0x03, b"\0\4" + point))


def assert_signed(folder, point, message, signature):
    """openssl judges: `signature` (R || S) is of SHA-256 of the message."""
    files = [folder / name for name in ("judged.key", "judged.sig", "judged.msg")]
    contents = public_key_der(point), der(0x30, der_number(signature[:32]) + der_number(signature[32:])), message
    for path, content in zip(files, contents):
        path.write_bytes(content)
    with contextlib.ExitStack() as stack:
        for path in files:
            stack.callback(path.unlink)
        key, mark, text = files
        done = run("openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", key, "-signature", mark, text)
    assert done.stdout == "Verified OK\n", done.stdout + done.stderr


def digest(message):
    return hashlib.sha256(message).digest()
