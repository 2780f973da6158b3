"""Does what its owner orders, and follows a variable.

    signet job schedule blink DEVICE --arg times 3       and then: signet job check blink DEVICE
    signet variable set DEVICE interval 5000             and then: signet variable get DEVICE interval
"""
from networking import wifi
from zdm import zdm

interval = 10000  # milliseconds


def blink(agent, args):
    times = args.get("times", 1)
    if not 1 <= times <= 10:
        raise ValueError("times is 1 to 10")  # the job fails, and its owner reads this
    for _ in range(times):
        print("blink")
        sleep(200)
    return {"blinked": times}


def set_interval(agent, value):
    global interval
    interval = max(1000, int(value))
    return interval  # what it made of the wish


wifi.configure()
wifi.start()

agent = zdm.Agent(jobs={"blink": blink}, variables={"interval": set_interval})
agent.start()
agent.set_variable("interval", interval)

while True:
    agent.publish({"uptime": random(0, 100)})
    sleep(interval)
