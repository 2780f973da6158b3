"""Sends a reading every ten seconds. What it cannot send now, its board keeps and sends later, with its own time."""
from bsp import board
from networking import wifi
from zdm import zdm

board.init()
board.summary()

wifi.configure()  # the network that its owner stored: signet secret set wifi.ssid, and wifi.password
wifi.start()

agent = zdm.Agent()
agent.start()

while True:
    agent.publish({"temperature": random(180, 240) / 10}, tag="room")
    print("online:", agent.online())
    sleep(10000)
