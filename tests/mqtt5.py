"""A small MQTT 5.0 client over TLS, written apart from src/mqtt so that the two can disagree (OASIS MQTT 5.0)."""
import socket
import ssl
import struct


class Closed(Exception):
    """The connection has ended, or never came to be."""


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(first, body):
    size, length = b"", len(body)
    while True:  # 1.5.5: seven bits a byte, lowest first
        size += bytes([length % 128 | (128 if length > 127 else 0)])
        length //= 128
        if not length:
            return bytes([first]) + size + body


def connect_packet(client_id, keepalive=60, keep=0, will=None):
    """`keep`: seconds that the session is to outlive its connection; 0 is a clean start and none.
    `will`: (topic, payload, delay in seconds)."""
    flags, properties = (0x00, b"\x11" + struct.pack(">I", keep)) if keep else (0x02, b"")
    last = b""
    if will:
        topic, payload, delay = will
        flags |= 0x0C
        last = b"\x05\x18" + struct.pack(">I", delay) + text(topic) + struct.pack(">H", len(payload)) + payload
    head = text("MQTT") + bytes([5, flags]) + struct.pack(">H", keepalive) + bytes([len(properties)]) + properties
    return packet(0x10, head + text(client_id) + last)


def publish_packet(packet_id, topic, payload, device_time=None):
    stamp = b"\x26" + text("timestamp_device") + text(device_time) if device_time else b""
    return packet(0x32, text(topic) + struct.pack(">H", packet_id) + bytes([len(stamp)]) + stamp + payload)


class Client:
    """Connected, or Closed with the reason that the peer gave."""

    def __init__(self, manager, identity, client_id=None, patience=30.0, keepalive=60, keep=0, will=None):
        context = ssl.create_default_context(cafile=manager.ca)
        context.set_alpn_protocols(["mqtt"])
        if identity:
            context.load_cert_chain(identity.certificate, identity.key)
        self.waiting = b""
        self.socket = socket.create_connection(("127.0.0.1", manager.port), timeout=patience)
        try:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
            name = client_id if client_id is not None else identity.device
            self.send(connect_packet(name, keepalive, keep, will))
            kind, body = self.read()
            if kind != 0x20 or body[1] != 0:
                raise Closed(f"CONNACK 0x{body[1]:02x}" if kind == 0x20 else f"packet 0x{kind:02x}")
            self.session_present = body[0] == 1
        except (OSError, Closed) as error:
            self.close()
            raise Closed(str(error)) from error

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Closed(str(error)) from error

    def read(self):
        """The next packet as (first byte, body)."""
        while True:
            if taken := self.take():
                return taken
            try:
                data = self.socket.recv(65536)
            except OSError as error:
                raise Closed(str(error)) from error
            if not data:
                raise Closed("the peer ended the connection")
            self.waiting += data

    def take(self):
        length, shift, at = 0, 0, 1
        while at < len(self.waiting):
            byte = self.waiting[at]
            length, shift, at = length | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                break
        else:
            return None
        if len(self.waiting) < at + length:
            return None
        taken = self.waiting[0], self.waiting[at:at + length]
        self.waiting = self.waiting[at + length:]
        return taken

    def read_puback(self):
        """(packet id, reason); Closed with the reason when the peer says DISCONNECT."""
        kind, body = self.read()
        if kind == 0xE0:
            raise Closed(f"DISCONNECT 0x{body[0] if body else 0:02x}")
        assert kind == 0x40, f"packet 0x{kind:02x} instead of PUBACK"
        return struct.unpack(">H", body[:2])[0], body[2] if len(body) > 2 else 0

    def publish(self, topic, payload, device_time=None):
        """Sends one at QoS 1 and gives the reason of its PUBACK."""
        self.send(publish_packet(1, topic, payload, device_time))
        return self.read_puback()[1]

    def close(self):
        self.socket.close()
