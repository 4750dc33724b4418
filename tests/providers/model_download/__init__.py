"""Downloads of models."""
