from bsp import board
from zdm import zdm
from networking import wifi

board.init()
board.summary()
try:
    wifi.configure(ssid="Signet-Lab", password="correct horse battery")
    wifi.start()
    print(wifi.info())
except WifiBadPassword:
    print("Bad Password")
except WifiException:
    print("Generic Wifi Exception")

agent = zdm.Agent()
agent.start()

while True:
    agent.publish({"value": random(0, 100)}, "test")
    print("online:", agent.online())
    sleep(1000)
