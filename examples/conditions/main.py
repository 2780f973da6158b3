"""A door that opens and closes: a condition begins, ends, and is found again after a restart.

    signet condition ls
"""
from networking import wifi
from zdm import zdm

door = None


def found(agent, conditions):
    """What the manager knows as open: a restart in between does not lose it."""
    global door
    for condition in conditions:
        print("still open since", condition.get_start())
        door = condition


wifi.configure()
wifi.start()

agent = zdm.Agent(conditions=["door"], on_conditions=found)
agent.start()
agent.request_conditions()
sleep(2000)

while True:
    if door is not None and door.is_open():
        door.close({"closed_by": "the wind"})
        print("closed", door.get_finish())
    else:
        door = agent.new_condition("door")
        door.open({"opened_by": "ann"})
        print("open", door.get_start())
    sleep(30000)
