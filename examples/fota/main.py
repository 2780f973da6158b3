"""Has a word in its own updates.

    signet firmware build . --board virtual --version 1.1.0 --os-version 0.1.0 -o app.img
"""
from networking import wifi
from zdm import zdm

busy = False


def on_fota(agent, step, arg):
    """Something true refuses, and is told as the reason."""
    print("update:", step, arg)
    if step == "check_version" and busy:
        return "busy: try again later"
    if step == "accept" and not agent.online():
        return "the new version does not come online"
    return None


wifi.configure()
wifi.start()

agent = zdm.Agent(on_fota=on_fota)
agent.start()
print("this is", agent.firmware())

while True:
    busy = True
    agent.publish({"firmware": agent.firmware()})
    busy = False
    sleep(10000)
