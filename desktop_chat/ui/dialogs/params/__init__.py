"""How the replies of a chat are generated."""
