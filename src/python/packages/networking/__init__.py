"""Networks: Wi-Fi and Ethernet."""
from . import eth, wifi  # noqa: F401
