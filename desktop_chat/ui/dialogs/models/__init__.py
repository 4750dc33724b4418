"""The models of all engines."""
