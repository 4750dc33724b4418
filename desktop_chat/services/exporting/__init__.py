"""Chats to files."""
