"""Chats that go out: read whole, and written to files."""
