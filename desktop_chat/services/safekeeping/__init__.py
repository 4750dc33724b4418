"""What keeps chats from being lost."""
