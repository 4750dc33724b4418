"""The painted, windowed view of a conversation."""
