"""What copying puts on the clipboard: plain text, Markdown, HTML."""
