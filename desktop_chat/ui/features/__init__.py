"""What the window can do beside chatting, one module each."""
