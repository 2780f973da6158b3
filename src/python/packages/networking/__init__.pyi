"""Networks. Only Wi-Fi in this release."""
from . import wifi as wifi
