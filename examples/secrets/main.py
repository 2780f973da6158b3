"""A key that stands in no program and on no disk in the clear: the board's element seals it.

    signet secret set api.key --board CONSOLE
"""
import hashlib
import hmac

from crypto import element, secret
from networking import wifi
from zdm import zdm

wifi.configure()
wifi.start()

agent = zdm.Agent()
agent.start()

while True:
    text = "level=" + str(random(0, 100))
    payload = {"text": text, "signature": element.sign(text)}  # the element's own key: it never leaves it
    try:
        payload["mac"] = hmac.new(secret.get("api.key"), text.encode(), hashlib.sha256).hexdigest()
    except KeyError:
        print("no key yet: signet secret set api.key")
    agent.publish(payload, tag="signed")
    sleep(10000)
