"""Protocols over connections that the board makes: a program has no socket of its own."""
