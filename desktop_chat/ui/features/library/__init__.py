"""Features about the chats that are kept."""
