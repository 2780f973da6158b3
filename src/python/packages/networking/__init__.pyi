"""Networks: Wi-Fi and Ethernet."""
from . import eth as eth, wifi as wifi
