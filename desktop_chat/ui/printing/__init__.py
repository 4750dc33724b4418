"""Chats on pages: PDF, preview and print."""
