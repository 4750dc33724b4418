"""The results of a search over all chats, in the place of the chat list."""
