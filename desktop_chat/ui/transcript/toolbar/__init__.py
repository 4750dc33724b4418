"""The commands of a message, and the buttons for them."""
