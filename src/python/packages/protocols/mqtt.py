"""MQTT 3.1.1 to brokers that the board's profile names. For the manager there is zdm: it keeps what cannot be sent."""
import struct
import threading
import time

import _network

PACKET_BYTES_MAX = 256 * 1024
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
_PINGREQ, _PINGRESP, _DISCONNECT = 0xC0, 0xD0, 0xE0
_REFUSED = {1: "it speaks no MQTT 3.1.1", 2: "it does not like the client id", 3: "it is not available",
            4: "user name or password are wrong", 5: "not allowed"}


class MQTTError(Exception):
    """The broker refused, broke the protocol, or is not connected."""


def _text(words):
    data = words.encode() if isinstance(words, str) else bytes(words)
    return struct.pack(">H", len(data)) + data


def _packet(kind, body):
    size, length = len(body), b""
    if size > PACKET_BYTES_MAX:
        raise ValueError("a message is at most 256 KiB long")
    while True:
        size, byte = size >> 7, size & 127
        length += bytes([byte | (128 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class MQTT:
    """A client. With `ctx`, as in protocols.http, over TLS. `keepalive`: s; the other times: ms."""

    def __init__(self, host, client_id, username="", password="", port=1883, clean_session=True, keepalive=60,
                 reconnect_after=5000, network_timeout=6000, ctx=()):
        self._where = (host, port, network_timeout, ctx)
        self._who = (client_id, username, password, clean_session, keepalive)
        self._pause = reconnect_after / 1000
        self._line, self._heard, self._last_id = None, b"", 0
        self._wanted, self._calls = {}, []  # topic -> QoS; [(filter, function)]
        self._open, self._acknowledged = {}, set()  # ids of SUBSCRIBE -> topic; of PUBACK
        self._counts = {"sent": 0, "received": 0, "connects": 0}
        self._last_sent, self._pinged = 0.0, None  # the latter: when, while there is no answer
        self._lock = threading.RLock()

    def connect(self):
        """Connects and says again what was subscribed to. MQTTError: refused. OSError: no way there."""
        with self._lock:
            self.disconnect()
            host, port, timeout, ctx = self._where
            client_id, username, password, clean, keepalive = self._who
            line = _network.dial(host, port, timeout=timeout)
            self._line, self._heard = (_network.secure(line, host, ctx) if ctx else line), b""
            flags = 2 * bool(clean) + 128 * bool(username) + 64 * bool(password)
            body = _text("MQTT") + struct.pack(">BBH", 4, flags, keepalive) + _text(client_id)
            body += (_text(username) if username else b"") + (_text(password) if password else b"")
            try:
                self._send(_packet(_CONNECT, body))
                kind, answer = self._read(timeout / 1000) or (0, b"")
                if kind != _CONNACK or len(answer) != 2:
                    raise MQTTError("the other side is no broker")
                if answer[1]:
                    raise MQTTError("the broker refuses: " + _REFUSED.get(answer[1], "for a reason of its own"))
            except (MQTTError, OSError):
                self._drop()
                raise
            self._counts["connects"] += 1
            for topic, qos in list(self._wanted.items()):
                self._subscribe(topic, qos)

    def is_connected(self):
        """Whether there is a connection, as far as is known."""
        return self._line is not None

    def disconnect(self):
        """Says goodbye, when connected."""
        with self._lock:
            if self._line is not None:
                try:
                    self._send(_packet(_DISCONNECT, b""))
                except (MQTTError, OSError):
                    pass
                self._drop()

    def pending_subscriptions(self):
        """Topics that the broker has not confirmed yet."""
        return sorted(self._open.values())

    def on(self, topic, function, qos=0):
        """Subscribes; `function(client, topic, payload)` is called for each message, within receive() or loop()."""
        if qos not in (0, 1):
            raise ValueError("QoS is 0 or 1")
        with self._lock:
            self._wanted[topic] = qos
            self._calls.append((topic, function))
            if self._line is not None:
                self._subscribe(topic, qos)

    def publish(self, topic, payload="", qos=0, retain=False):
        """Sends a message; with QoS 1 it returns when the broker has it. MQTTError: not connected, or no answer."""
        if qos not in (0, 1):
            raise ValueError("QoS is 0 or 1")
        with self._lock:
            number = self._next_id() if qos else 0
            body = _text(topic) + (struct.pack(">H", number) if qos else b"")
            body += payload.encode() if isinstance(payload, str) else bytes(payload)
            self._send(_packet(_PUBLISH | qos << 1 | bool(retain), body))
            self._counts["sent"] += 1
            until = time.monotonic() + self._where[2] / 1000
            while qos and number not in self._acknowledged:
                if not self._turn(until - time.monotonic()) and time.monotonic() >= until:
                    raise MQTTError("the broker did not confirm the message in time")
            self._acknowledged.discard(number)

    def receive(self, timeout=1000):
        """Waits so many ms for one message or confirmation; whether there was one."""
        with self._lock:
            return self._turn(timeout / 1000)

    def stats(self):
        """A dict: messages sent and received, connects."""
        return dict(self._counts)

    def loop(self):
        """Receives for ever; connects anew, `reconnect_after` ms later, when the connection is lost."""
        while True:
            try:
                if self._line is None:
                    self.connect()
                self.receive()
            except (MQTTError, _network.NetworkGenericError, ConnectionError, TimeoutError):
                time.sleep(self._pause)

    # --- the line
    def _drop(self):
        if self._line is not None:
            self._line.close()
        self._line = self._pinged = None
        self._open.clear()
        self._acknowledged.clear()

    def _send(self, data):
        if self._line is None:
            raise MQTTError("not connected")
        try:
            self._line.sendall(data)
            self._last_sent = time.monotonic()
        except OSError:
            self._drop()
            raise

    def _next_id(self):
        self._last_id = self._last_id % 65535 + 1
        return self._last_id

    def _subscribe(self, topic, qos):
        number = self._next_id()
        self._open[number] = topic
        self._send(_packet(_SUBSCRIBE, struct.pack(">H", number) + _text(topic) + bytes([qos])))

    def _whole(self):
        """The size of the packet that has come, with its head; None when it is not whole yet."""
        size = 0
        for place in range(1, min(len(self._heard), 5)):
            size |= (self._heard[place] & 127) << 7 * (place - 1)
            if self._heard[place] < 128:
                if size > PACKET_BYTES_MAX:
                    raise MQTTError("a packet is larger than 256 KiB")
                return (place + 1, place + 1 + size) if len(self._heard) > place + size else None
        if len(self._heard) >= 5:
            raise MQTTError("a packet without end")
        return None

    def _read(self, wait):
        """(kind, body) of one packet; None after so many seconds without one."""
        until = time.monotonic() + max(wait, 0)
        while True:
            whole = self._whole()
            if whole:
                kind, body = self._heard[0], self._heard[whole[0]:whole[1]]
                self._heard = self._heard[whole[1]:]
                return kind, body
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._line.settimeout(left)
            try:
                more = self._line.recv(16384)
            except TimeoutError:
                return None
            finally:
                self._line.settimeout(self._where[2] / 1000)
            if not more:
                raise ConnectionResetError("the broker has gone")
            self._heard += more
            self._pinged = None

    def _turn(self, wait):
        if self._line is None:
            raise MQTTError("not connected")
        try:
            self._keep_alive()
            keepalive = self._who[4]
            got = self._read(min(wait, keepalive / 2) if keepalive else wait)
            if got:
                self._take(*got)
            return got is not None
        except (MQTTError, OSError):
            self._drop()
            raise

    def _keep_alive(self):
        keepalive, now = self._who[4], time.monotonic()
        if self._pinged is not None and now - self._pinged > keepalive:
            raise ConnectionResetError("the broker is silent")
        if not keepalive or now - self._last_sent < keepalive / 2:
            return
        self._pinged = self._pinged or now
        self._send(_packet(_PINGREQ, b""))

    def _take(self, kind, body):
        if kind & 0xF0 == _PUBLISH:
            return self._take_message(kind, body)
        if kind in (_PUBACK, _SUBACK) and len(body) >= 2:
            number = struct.unpack(">H", body[:2])[0]
            if kind == _PUBACK:
                self._acknowledged.add(number)
            elif self._open.pop(number, None) is not None and body[2:3] == b"\x80":
                raise MQTTError("the broker refuses a subscription")
            return None
        if kind != _PINGRESP:
            raise MQTTError("the broker broke the protocol")
        return None

    def _take_message(self, kind, body):
        qos, size = kind >> 1 & 3, struct.unpack(">H", body[:2])[0] if len(body) >= 2 else 1 << 16
        start = 2 + size + (2 if qos else 0)
        if qos > 1 or start > len(body):
            raise MQTTError("the broker broke the protocol")
        topic = body[2:2 + size].decode("utf-8", "replace")
        self._counts["received"] += 1
        for wanted, function in list(self._calls):
            if _matches(wanted, topic):
                function(self, topic, body[start:])
        if qos and self._line is not None:
            self._send(_packet(_PUBACK, body[2 + size:start]))


def _matches(wanted, topic):
    wanted, topic = wanted.split("/"), topic.split("/")
    if topic[0].startswith("$") and wanted[0] in ("#", "+"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(topic) or level not in ("+", topic[place]):
            return False
    return len(wanted) == len(topic)
