"""Subcommands, one module each with a function `run`; none of them needs a window."""
