"""The chat list at the left."""
