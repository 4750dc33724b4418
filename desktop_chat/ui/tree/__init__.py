"""All branches of a chat, as a tree to see and to jump from."""
