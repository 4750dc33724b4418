"""One module for each wire protocol that reaches a language model."""
