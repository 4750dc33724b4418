"""Chats from files of this and of other programs, one module a format."""
