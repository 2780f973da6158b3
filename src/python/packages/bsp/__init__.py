"""The board support package."""
from . import board  # noqa: F401
