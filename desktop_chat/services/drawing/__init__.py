"""Formulas and colours of code, drawn in a process of their own; see `child`. No Qt."""
