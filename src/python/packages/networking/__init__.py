"""Networks. Only Wi-Fi in this release."""
from . import wifi  # noqa: F401
