"""Addresses of model files, and the names under which they are stored."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from desktop_chat.domain.errors import DownloadRefusedError

MAX_NAME_BYTES = 180
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
# The page about a file, and the file itself.
HUB_HOSTS = ("huggingface.co", "hf.co")
HUB_PAGE = re.compile(r"^(?P<repository>/[^/]+/[^/]+)/blob/(?P<rest>.+)$")
SUFFIX = ".gguf"
SHA256 = re.compile(r"^(sha256:)?(?P<digits>[0-9a-f]{64})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model file is, and how it will be called.

    Attributes:
        shown: The address for people, without its query, which may hold a key.
    """

    url: str
    file_name: str

    @property
    def shown(self) -> str:
        """Host and path, for sentences."""
        return _without_query(self.url)

    def sibling(self, file_name: str) -> ModelSource:
        """Return another file of the same folder there."""
        parts = urlsplit(self.url)
        folder = parts.path.rpartition("/")[0]
        path = f"{folder}/{file_name}"
        return ModelSource(urlunsplit(parts._replace(path=path)), file_name)


def parse_source(text: str) -> ModelSource:
    """Return what the user's text means.

    Raises:
        DownloadRefusedError: It is no address from which a model can be fetched.
    """
    typed = text.strip()
    url = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(url)
        _check_parts(parts)
    except ValueError as error:
        raise DownloadRefusedError(name=_shown_name(typed), detail=f"{error}") from None
    path = parts.path
    page = HUB_PAGE.match(path)
    if page and parts.hostname in HUB_HOSTS:
        path = f"{page['repository']}/resolve/{page['rest']}"
    url = urlunsplit(parts._replace(path=path, fragment=""))
    return ModelSource(url, safe_file_name(path.rpartition("/")[2]))


def redirected(url: str, location: str, name: str) -> str:
    """Return where a server leads to, if we follow: to https, or from this machine to itself.

    Raises:
        DownloadRefusedError: We do not follow.
    """
    target = urljoin(url, location)
    try:
        parts = urlsplit(target)
        _check_parts(parts)
    except ValueError:
        shown = _without_query(target)
        raise DownloadRefusedError(name=name, detail=f"the server leads to {shown}") from None
    if is_loopback(parts.hostname or "") and not is_loopback(urlsplit(url).hostname or ""):
        # A far server has no business with what listens here.
        raise DownloadRefusedError(
            name=name, detail="the server leads to an address of this machine"
        )
    return target


def is_loopback(host: str) -> bool:
    """Whether this is an address of this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def safe_file_name(given: str) -> str:
    """Return a name for a GGUF file that every system takes and that is what it looks like."""
    text = unicodedata.normalize("NFC", unquote(given, errors="replace"))
    text = "".join(c for c in text if c.isprintable() and c != "\N{REPLACEMENT CHARACTER}")
    text = FORBIDDEN.sub("_", text)
    stem = text[: -len(SUFFIX)] if text.casefold().endswith(SUFFIX) else text
    stem = stem.strip(" .")
    encoded = stem.encode()[: MAX_NAME_BYTES - len(SUFFIX)]
    stem = encoded.decode(errors="ignore").rstrip(" .")
    if not stem or RESERVED.match(stem.partition(".")[0]):
        stem = f"model-{stem}".rstrip("-")
    return f"{stem}{SUFFIX}"


def checked_checksum(text: str, name: str) -> str:
    """Return a SHA-256 as 64 small hex digits, "" for none.

    Raises:
        DownloadRefusedError: The text is no SHA-256.
    """
    text = text.strip()
    if not text:
        return ""
    match = SHA256.match(text)
    if match is None:
        raise DownloadRefusedError(name=name, detail="the checksum is no SHA-256 (64 hex digits)")
    return match["digits"].lower()


def _check_parts(parts: SplitResult) -> None:
    host = parts.hostname or ""
    _ = parts.port  # raises ValueError if it is none
    if not host or any(c.isspace() or not c.isprintable() for c in parts.geturl()):
        raise ValueError("this is no address of a file")
    if parts.username is not None or parts.password is not None:
        raise ValueError("user name and password do not belong into the address")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("only https addresses are used for downloads")
    if parts.scheme not in ("http", "https"):
        raise ValueError("only https addresses are used for downloads")
    if parts.path.strip("/") == "":
        raise ValueError("the address names no file")


def _shown_name(typed: str) -> str:
    if "@" in typed:
        return "…"  # perhaps a password
    return _without_query(typed)[:200]


def _without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]
