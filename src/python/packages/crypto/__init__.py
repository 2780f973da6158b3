"""The secure element, as far as a program may use it."""
from . import element  # noqa: F401
