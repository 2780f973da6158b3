"""The secure element, as far as a program may use it, and the secrets that it keeps for the board."""
from . import element as element, secret as secret
