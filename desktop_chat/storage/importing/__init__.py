"""Chats that come in from files: where they wait, and how they are taken over."""
