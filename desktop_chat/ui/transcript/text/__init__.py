"""The text of messages as blocks: Markdown, plain text, and their limits. No Qt."""
