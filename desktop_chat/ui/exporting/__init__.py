"""Chats as documents: plain text, HTML, DOCX, ODT. No Qt, but for pictures."""
