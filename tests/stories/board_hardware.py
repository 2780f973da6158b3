"""A board of real parts: its console a serial line, its Wi-Fi by wpa_supplicant, its network the computer's own. The
radio is played here: a wpa_supplicant that speaks its control interface, over `lo`. No real radio is driven."""
import contextlib
import os
import pathlib
import selectors
import signal
import socket
import sys
import termios
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402

SSID, PASSWORD = "Hall \"3\"\nx", "correct horse battery"
MALFORMED, CONFLICT = 65, 73  # src/base/exit_code.cpp
PROGRAM = """
from networking import wifi
from zdm import zdm

def attempt(ssid, password):
    try:
        wifi.configure(ssid=ssid, password=password)
        wifi.start()
        said = "joined " + wifi.info()[1]
    except Exception as error:
        said = type(error).__name__
    with open("notes", "a") as file:
        print(said, file=file)

attempt("elsewhere", {password!r})
attempt({ssid!r}, "wrong horse battery")
attempt({ssid!r}, {password!r})
agent = zdm.Agent()
agent.start()
while True:
    agent.publish({{"value": 1}}, "test")
    sleep(20)
"""


class NullModem:
    """Two serial lines, crossed: what goes into the one comes out of the other."""

    def __init__(self):
        pairs = [os.openpty(), os.openpty()]
        self.ends = [os.ttyname(slave) for _, slave in pairs]
        for _, slave in pairs:
            mode = termios.tcgetattr(slave)
            mode[0] = mode[1] = mode[3] = 0  # raw
            termios.tcsetattr(slave, termios.TCSANOW, mode)
        self.files = [file for pair in pairs for file in pair]  # slaves stay open: no end ever hangs up
        self.masters = [master for master, _ in pairs]
        self.stop_here, self.stop_there = os.pipe()
        self.thread = threading.Thread(target=self.carry)
        self.thread.start()

    def carry(self):
        with selectors.DefaultSelector() as ready:
            for file in [*self.masters, self.stop_here]:
                ready.register(file, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fd == self.stop_here:
                        return
                    os.write(self.masters[1 - self.masters.index(key.fd)], os.read(key.fd, 4096))

    def close(self):
        os.write(self.stop_there, b"x")
        self.thread.join()
        for file in [*self.files, self.stop_here, self.stop_there]:
            os.close(file)


class Radio:
    """wpa_supplicant's control interface, and one network in the air."""

    def __init__(self, folder):
        folder.mkdir()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "lo"))
        self.commands, self.networks = [], {}
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            text, peer = self.socket.recvfrom(4096)
            if text == b"stop":
                return
            command = text.decode()
            if command != "PING":
                self.commands.append(command)
            self.say(self.answer(command.split(" ")).encode() + b"\n", peer)
            if command.startswith("SELECT_NETWORK"):
                for event in self.outcome(self.networks[command.split(" ")[1]]):
                    self.say(b"<3>CTRL-EVENT-" + event, peer)

    def say(self, text, peer):
        with contextlib.suppress(OSError):  # it has left, and waits for no answer
            self.socket.sendto(text, peer)

    def answer(self, words):
        if words[0] == "ADD_NETWORK":
            self.networks["0"] = {}
            return "0"
        if words[0] == "SET_NETWORK":
            self.networks[words[1]][words[2]] = " ".join(words[3:])
        if words[0] == "REMOVE_NETWORK":
            self.networks.pop(words[1], None)
        return "PONG" if words[0] == "PING" else "OK"

    def outcome(self, network):
        if bytes.fromhex(network["ssid"]).decode() != SSID:
            return [b"NETWORK-NOT-FOUND "] * 3
        if network.get("psk") != f'"{PASSWORD}"':
            return [b'SSID-TEMP-DISABLED id=0 ssid="x" auth_failures=1 duration=10 reason=WRONG_KEY']
        return [b"CONNECTED - Connection to 02:00:00:00:00:01 completed [id=0 id_str=]"]

    def close(self):
        self.socket.sendto(b"stop", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class RealBoard(Board):
    def start(self):
        profile = self.scene.folder / "board.profile"
        profile.write_text(f"wifi = wpa:lo\nwifi_control = {self.scene.folder / 'wpa'}\n")
        self.process = self.scene.start("signet-board", "--hardware", "--profile", profile, "--console",
                                        f"serial:{self.line}", "--dir", self.folder, "--element",
                                        f"unix:{self.socket}", "--root", self.foundry / "root.pem", "--program",
                                        self.program)
        self.wait_for_start(self.process, self.folder / "lock", "signet-board")
        wait_for(lambda: "board.ready" in self.scene.log("signet-board"), "the board to be ready")


class Hardware(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())

    def test_it_is_claimed_over_its_line_joins_its_network_and_publishes(self):
        modem, radio = NullModem(), Radio(self.scene.folder / "wpa")
        self.addCleanup(radio.close)
        self.addCleanup(modem.close)
        manager = self.scene.manager()
        board = RealBoard(self.scene, PROGRAM.format(ssid=SSID, password=PASSWORD))
        board.line, board.console = modem.ends
        board.start_element()
        board.make()
        board.start()
        board.claim(manager)
        wait_for(lambda: manager.readings(board.device), "readings of the board")
        notes = (board.own / "notes").read_text().split("\n")
        self.assertEqual(notes[1], "WifiBadPassword")
        self.assertEqual(notes[0], "WifiBadSSID")
        self.assertEqual(notes[2], "joined 127.0.0.1")
        self.assertEqual(list(radio.networks), ["0"])
        board.process.send_signal(signal.SIGTERM)
        board.process.wait(60)
        self.assertEqual(radio.networks, {}, "it left nothing in wpa_supplicant's memory")
        self.assertNotIn("SAVE_CONFIG", radio.commands)
        self.assertFalse([one for one in radio.commands if "\n" in one], "a name ends no command")
        self.assertNotIn("horse battery", self.scene.log("signet-board"))
        self.assertFalse(os.path.lexists(board.folder / "radio.conf"), "nothing of it is virtual")

    def test_what_is_not_real_is_refused_with_the_next_step(self):
        profile = self.scene.folder / "board.profile"
        program = self.scene.folder / "main.py"
        program.write_text("")
        start = [BIN / "signet-board", "--hardware", "--profile", profile, "--dir", self.scene.folder / "board",
                 "--element", "unix:/nowhere", "--program", program]
        for text, words in (("", "--console"), ("console = pty\n", "pty"),
                            ("console = serial:/dev/x\nwifi = virtual\n", "wifi"),
                            ("console = serial:/dev/x\nwifi = wpa:\n", "wpa:"),
                            ("console = serial:/dev/x:77\n", "baud")):
            profile.write_text(text)
            done = run(*start)
            self.assertIn(done.returncode, (MALFORMED, CONFLICT), text + done.stderr)
            self.assertIn(words, done.stderr, text)


if __name__ == "__main__":
    unittest.main()
