"""The device manager."""
from . import zdm as zdm
