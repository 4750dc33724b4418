"""Finds text in the chat shown."""
