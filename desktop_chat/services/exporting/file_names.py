"""Names of files made from titles: of any title, safe on every system."""

from __future__ import annotations

import re
from pathlib import PurePath
from unicodedata import category, normalize

MAX_CHARACTERS = 80
# Most file systems take 255 bytes; a suffix and a number must fit as well.
MAX_BYTES = 200
UNTITLED = "Untitled"
_SEPARATORS = re.compile(r"[:/\\|]+")
_FORBIDDEN = re.compile(r'[<>"?*]+')
_SPACES = re.compile(r"\s+")
# Names of devices on Windows, whatever their suffix.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.I)


def safe_name(title: str) -> str:
    """Return a title as the stem of a file's name.

    Directions, control characters and separators are left out; it neither begins with a dot or
    a dash nor ends with a dot or a space, and is never the name of a device.
    """
    text = normalize("NFC", title[:1000])
    text = "".join(" " if category(letter) in ("Zl", "Zp", "Zs") else letter for letter in text)
    text = "".join(
        letter for letter in text if category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        or letter in "\t\n\r"
    )  # fmt: skip
    text = _SPACES.sub(" ", _FORBIDDEN.sub(" ", _SEPARATORS.sub("-", text))).strip(" .-")
    text = text[:MAX_CHARACTERS]
    while len(text.encode()) > MAX_BYTES:
        text = text[:-1]
    text = text.rstrip(" .-")
    if _DEVICE.fullmatch(text):
        text = f"_{text}"
    return text or UNTITLED


class Names:
    """Gives each file of an export a name of its own, whatever the case of the letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def name(self, folder: PurePath, title: str, suffix: str) -> PurePath:
        """Return the path of one more file; one whose name is taken gets a number."""
        stem = safe_name(title)
        path = folder / f"{stem}{suffix}"
        start = str(path).casefold()
        while str(path).casefold() in self._taken:
            number = self._next.get(start, 2)
            self._next[start] = number + 1
            path = folder / f"{stem} ({number}){suffix}"
        self._taken.add(str(path).casefold())
        return path
