"""The chats as a whole: kept in order, searched, branched, undone."""
