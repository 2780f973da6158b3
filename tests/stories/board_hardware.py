"""A board of real parts: a serial line for its console, wpa_supplicant for its Wi-Fi, and no file that plays one.

The line is a pair of pseudo-terminals, the interface is `lo`, and the wpa_supplicant is the one below, which speaks the
control interface's protocol. So the program, its ways and its errors are met; no radio and no UART is.
"""
import os
import pathlib
import selectors
import socket
import sys
import threading
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from board_scene import Board  # noqa: E402
from harness import BIN, Scene, run, wait_for  # noqa: E402

PASSWORD = "open sesame and quickly"
PROGRAM = f"""
from networking import wifi
from zdm import zdm

def note(*words):
    with open("notes", "a") as file:
        print(*words, file=file)

for ssid, password in (("Elsewhere", "{PASSWORD}"), ("Owners", "a wrong password"), ("Owners", "{PASSWORD}")):
    wifi.configure(ssid=ssid, password=password)
    try:
        wifi.start()
        note("joined", wifi.info()[1])
    except Exception as error:
        note(type(error).__name__, error)
agent = zdm.Agent()
agent.start()
agent.publish({{"value": 7}}, "test")
note("published")
while True:
    sleep(1000)
"""


class Wire:
    """A serial line: what goes in at one end comes out at the other."""

    def __init__(self, scene, folder):
        ends = [os.openpty() for _ in range(2)]
        self.masters, self.slaves = zip(*ends)
        for slave in self.slaves:
            tty.setraw(slave)
        self.board, self.person = folder / "ttyBoard", folder / "ttyPerson"
        for name, slave in ((self.board, self.slaves[0]), (self.person, self.slaves[1])):
            name.symlink_to(os.ttyname(slave))
        self.stop_reading, self.stop_writing = os.pipe()
        self.carrier = threading.Thread(target=self.carry)
        self.carrier.start()
        scene.addCleanup(self.cut)

    def carry(self):
        with selectors.DefaultSelector() as ready:
            for here, there in (self.masters, self.masters[::-1]):
                ready.register(here, selectors.EVENT_READ, there)
            ready.register(self.stop_reading, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.data is None:
                        return
                    os.write(key.data, os.read(key.fd, 4096))

    def cut(self):
        os.write(self.stop_writing, b"x")
        self.carrier.join()
        for number in (*self.masters, *self.slaves, self.stop_reading, self.stop_writing):
            os.close(number)


class Supplicant:
    """wpa_supplicant's control interface over one access point: "Owners" and its password."""

    def __init__(self, scene, folder):
        folder.mkdir()
        self.folder, self.heard, self.networks, self.attached = folder, [], {}, set()
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(str(folder / "lo"))
        self.server = threading.Thread(target=self.serve)
        self.server.start()
        scene.addCleanup(self.end)

    def serve(self):
        while True:
            command, peer = self.line.recvfrom(4096)
            if command == b"END":
                return
            self.heard.append(command.decode())
            self.say(peer, self.answer(command.decode().split(" ", 3), peer) + "\n")
            if command.startswith(b"SELECT_NETWORK"):
                self.join(self.networks[command.split()[1].decode()])

    def say(self, peer, text):
        try:
            self.line.sendto(text.encode(), peer)
        except OSError:  # it has gone
            self.attached.discard(peer)

    def tell(self, event):
        for peer in list(self.attached):
            self.say(peer, f"<3>CTRL-EVENT-{event}")

    def answer(self, words, peer):
        if words[0] == "PING":
            return "PONG"
        if words[0] == "ATTACH":
            self.attached.add(peer)
        elif words[0] == "DETACH":
            self.attached.discard(peer)
        elif words[0] == "ADD_NETWORK":
            number = str(sum(command == "ADD_NETWORK" for command in self.heard) - 1)
            self.networks[number] = {"id": number}
            return number
        elif words[0] == "SET_NETWORK":
            self.networks[words[1]][words[2]] = words[3]
        elif words[0] == "REMOVE_NETWORK":
            del self.networks[words[1]]
        elif words[0] != "SELECT_NETWORK":
            return "UNKNOWN COMMAND"
        return "OK"

    def join(self, network):
        if network["ssid"] != b"Owners".hex():
            for _ in range(2):
                self.tell("NETWORK-NOT-FOUND ")
        elif network["psk"] != f'"{PASSWORD}"':
            failed = "auth_failures=1 duration=10 reason=WRONG_KEY"
            self.tell(f'SSID-TEMP-DISABLED id={network["id"]} ssid="Owners" {failed}')
        else:
            self.tell(f'CONNECTED - Connection to 02:00:00:00:00:01 completed [id={network["id"]} id_str=]')

    def end(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"END", str(self.folder / "lo"))
        self.server.join()
        self.line.close()


class Hardware(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().__enter__()
        self.addCleanup(self.scene.__exit__)
        self.folder = self.scene.folder
        self.board = Board(self.scene, PROGRAM)
        self.profile = self.folder / "profile"

    def write_profile(self, **names):
        self.profile.write_text("".join(f"{name} = {value}\n" for name, value in names.items()))

    def refused(self, *flags):
        done = run(BIN / "signet-board", "--dir", self.board.folder, "--element", f"unix:{self.board.socket}",
                   "--program", self.board.program, "--profile", self.profile, *flags)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_a_board_of_real_parts_is_claimed_over_its_line_and_publishes_over_its_wifi(self):
        manager = self.scene.manager()
        wire, air = Wire(self, self.folder), Supplicant(self, self.folder / "wpa")
        self.write_profile(board="pi", wifi="wpa:lo", wifi_control=air.folder, console=f"serial:{wire.board}:115200")
        self.board.start_element()
        self.board.make()
        self.board.process = self.scene.start(
            "signet-board", "--hardware", "--profile", self.profile, "--dir", self.board.folder, "--element",
            f"unix:{self.board.socket}", "--root", self.board.foundry / "root.pem", "--program", self.board.program)
        wait_for(lambda: "board.ready" in self.scene.log("signet-board") or self.board.process.poll() is not None,
                 "signet-board to start")
        self.assertIsNone(self.board.process.poll(), self.scene.log("signet-board"))
        self.board.console = wire.person
        self.board.claim(manager)

        notes = self.board.own / "notes"
        wait_for(lambda: notes.exists() and "published" in notes.read_text(), "the program to publish")
        self.assertEqual(notes.read_text().splitlines(), [
            'WifiBadSSID no network "Elsewhere" is in reach', 'WifiBadPassword wrong password for "Owners"',
            "joined 127.0.0.1", "published"])
        rows = wait_for(lambda: manager.readings(self.board.device), "the reading to arrive")
        self.assertEqual([(row["tag"], row["payload"]) for row in rows], [("test", {"value": 7})])
        for file in ("console", "radio.conf", "cable"):
            self.assertFalse(os.path.lexists(self.board.folder / file), f"{file} is a virtual board's")
        self.assertEqual(list(air.networks), ["2"], "one at a time")

        self.board.process.terminate()
        self.assertEqual(self.board.process.wait(), 0)
        wait_for(lambda: not air.networks, "the board to remove its network")
        self.assertNotIn("SAVE_CONFIG", air.heard)
        for secret in (PASSWORD, "a wrong password"):
            self.assertNotIn(secret, self.scene.log("signet-board"))
        self.assertEqual(list((self.board.folder / "wpa").iterdir()), [])

    def test_what_is_made_up_is_refused_and_the_next_step_named(self):
        self.write_profile(board="pi")
        self.assertIn("--console serial:", self.refused("--hardware"))
        for part, name in (("wifi", "virtual"), ("ethernet", "virtual"), ("console", "pty")):
            self.write_profile(**({"console": "serial:/dev/ttyS0"} | {part: name}))
            self.assertIn(f"{part} = {name}: name ", self.refused("--hardware"))
        self.write_profile(console="serial:/dev/ttyS0")
        self.assertIn("console = pty", self.refused("--hardware", "--console", "pty"))
        self.write_profile(wifi="wlan0")
        self.assertIn("wpa:wlan0", self.refused())

    def test_a_part_that_is_not_there_is_named(self):
        self.board.start_element()
        self.write_profile(console=f"serial:{self.folder}/ttyNone")
        self.assertIn("/dev/serial/by-id", self.refused("--hardware"))
        wire = Wire(self, self.folder)
        for name, value in (("wifi", "wpa:nosuch0"), ("ethernet", "nosuch0")):
            self.write_profile(**{"console": f"serial:{wire.board}", name: value})
            self.assertIn("ip link shows", self.refused("--hardware"))


if __name__ == "__main__":
    unittest.main()
