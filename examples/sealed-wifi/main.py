"""Wi-Fi whose password is in no program: the board's element keeps it sealed (signet secret set wifi.ssid ...)."""
from networking import wifi
from zdm import zdm

try:
    wifi.configure()  # what the element keeps
    wifi.start()
except WifiException as why:
    print("no network:", why)

agent = zdm.Agent()
agent.start()

count = 0
while True:
    count += 1
    agent.publish({"count": count}, "alive")
    sleep(5000)
