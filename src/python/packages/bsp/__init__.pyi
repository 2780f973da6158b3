"""The board support package."""
from . import board as board
