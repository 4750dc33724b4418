"""Saves what can be read of a damaged database into a sound one."""
