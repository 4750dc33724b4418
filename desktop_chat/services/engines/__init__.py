"""Engines and accounts: who is there, what they have, and which of them answers."""
