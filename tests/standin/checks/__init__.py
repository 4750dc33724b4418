"""The stand-in's own tests: the bytes it sends, and what it notices."""
