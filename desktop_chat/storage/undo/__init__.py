"""Changes that can be taken back, and what was removed."""
