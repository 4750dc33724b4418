"""What happens while a reply is generated, and after it."""
