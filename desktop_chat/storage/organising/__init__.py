"""Folders, tags, and what changes to chats are made of."""
