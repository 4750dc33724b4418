"""What is searched for, and what is found."""
