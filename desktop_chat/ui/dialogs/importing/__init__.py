"""The dialog that takes over chats from files."""
