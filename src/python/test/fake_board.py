"""A board that is played by a test, and programs that runner.py runs on it."""
import json
import os
import socket
import struct
import sys
import tempfile
import threading

PACKAGES = os.path.abspath(sys.argv[1])
REQUEST, ANSWER, REFUSAL = 1, 2, 3


class FakeBoard:
    """Answers as a board does; notes what it was asked; hangs up at the n-th publish."""

    def __init__(self, end, publishes=1 << 30):
        self.end, self.left = end, publishes
        self.asked, self.published = [], []
        self.refuse = {}  # do -> (code, message)
        self.online = True
        self.events = []  # what agent.next is answered with; then it waits

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.end.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def send(self, kind, number, body):
        body = json.dumps(body).encode()
        self.end.sendall(struct.pack(">IBBI", 6 + len(body), 1, kind, number) + body)

    def serve(self):
        try:
            while True:
                size, version, kind, number = struct.unpack(">IBBI", self.read(10))
                assert version == 1 and kind == REQUEST
                self.answer(number, json.loads(self.read(size - 6)))
        except (EOFError, OSError):
            pass

    def answer(self, number, request):
        do = request["do"]
        self.asked.append(request)
        if do in self.refuse:
            code, message = self.refuse[do]
            return self.send(REFUSAL, number, {"code": code, "message": message})
        if do == "agent.next":
            return self.send(ANSWER, number, self.events.pop(0)) if self.events else None
        if do == "agent.publish":
            self.published.append((request["tag"], json.loads(request["payload"])))
            self.left -= 1
            if self.left == 0:
                return self.end.shutdown(socket.SHUT_RDWR)
        self.send(ANSWER, number, {
            "board.summary": {"board": "virtual", "release": "0", "element": "ATECC608B", "dcn": "sn01",
                              "personalised": True, "device": None, "reset_reason": "watchdog", "firmware": "Factory"},
            "wifi.info": {"dhcp": True, "ip": "10.0.0.2", "mask": "m", "gateway": "g", "dns": "d", "mac": "02"},
            "eth.info": {"dhcp": True, "ip": "10.0.1.2", "mask": "m", "gateway": "g", "dns": "d", "mac": "06"},
            "eth.connected": {"connected": True},
            "agent.state": {"online": self.online, "connected": True, "has_time": False, "firmware": "Factory",
                            "fota_percent": [100, 40]},
            "element.uid": {"uid": "0123"}, "element.pubkey": {"pubkey": "aabb"},
            "element.common_name": {"common_name": "sn0123"}, "element.sign": {"signature": "0102"},
            "element.certificate": {"certificate": "MAA="},
            "secret.get": {"value": "azE="}, "secret.names": {"names": ["api.key"]},
        }.get(do, {}))


def run(program, board_setup=lambda board: None, publishes=1 << 30):
    """(exit code, text, board) of a program, given as a path or as lines."""
    near, far = socket.socketpair()
    out_read, out_write = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        if not os.path.exists(program):
            path = os.path.join(folder, "main.py")
            with open(path, "w") as file:
                file.write(program)
            program = path
        own = os.path.join(folder, "own")  # the only one that the program may change
        os.mkdir(own)
        os.chdir(own)
        pid = os.posix_spawn(sys.executable, [sys.executable, "-I", "-B", PACKAGES + "/runner.py", program], {},
                             file_actions=[(os.POSIX_SPAWN_DUP2, out_write, 1), (os.POSIX_SPAWN_DUP2, out_write, 2),
                                           (os.POSIX_SPAWN_DUP2, far.fileno(), 3)])
        far.close()
        os.close(out_write)
        board = FakeBoard(near, publishes)
        board_setup(board)
        server = threading.Thread(target=board.serve)
        server.start()
        with open(out_read) as pipe:
            text = pipe.read()
        _, status = os.waitpid(pid, 0)
        near.shutdown(socket.SHUT_RDWR)
        server.join()
        near.close()
        os.chdir("/")
    return os.waitstatus_to_exitcode(status), text, board
