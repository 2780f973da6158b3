"""The device manager."""
from . import zdm  # noqa: F401
