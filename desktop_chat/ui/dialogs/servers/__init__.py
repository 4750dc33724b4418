"""The servers that models are reached at."""
