"""How chats lie in the database file: tables, rows, ways through them, and the file itself."""
