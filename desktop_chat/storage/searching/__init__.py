"""The full-text index, and what is asked of it."""
