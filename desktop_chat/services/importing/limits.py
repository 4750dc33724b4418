"""How much an import reads before it gives up; files of others can be broken or hostile."""

from __future__ import annotations

from typing import Final

MB: Final = 1024 * 1024

FILE_BYTES: Final = 1024 * MB
"""Text of one file, after unpacking."""
FILES: Final = 50_000
"""Files of one folder, or of one archive."""
ELEMENT_CHARS: Final = 64 * MB
"""One chat, as JSON."""
TEXT_CHARS: Final = 16 * MB
"""One text of a message."""
TITLE_CHARS: Final = 500
CHATS: Final = 1_000_000
MESSAGES_OF_CHAT: Final = 200_000

DIRECTORY_BYTES: Final = 16 * MB
"""The list of names in an archive."""
ARCHIVE_ENTRIES: Final = 100_000
RATIO: Final = 200
"""How many times as large as in the archive a text may be, where it is larger than `RATIO_FROM`."""
RATIO_FROM: Final = 16 * MB

MEMORY_BYTES: Final = 3 * 1024 * MB
"""Address space of the process that reads."""
FOLDER_DEPTH: Final = 8
ATTACHMENT_BYTES: Final = 64 * MB
