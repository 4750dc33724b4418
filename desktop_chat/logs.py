"""Logging: a rotating file of JSON lines that never holds a secret."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.log_file import PrivateFileHandler

HIDDEN = "•••"

# A secret of fewer characters would take ordinary words out of the log.
_SHORTEST_SECRET = 4
_VALUE = r"""[^\s"'&,;}\])]+"""
_PATTERNS = (
    # A header, as it is sent, and as Python shows a pair of texts or bytes.
    re.compile(
        rf"""(authorization["']?\s*[:=,]\s*(?:b?["'])?(?:(?:bearer|basic|token)\s+)?){_VALUE}""",
        re.I,
    ),
    re.compile(rf"""(\bbearer\s+){_VALUE}""", re.I),
    re.compile(
        r"""((?<![a-z])(?:x[-_])?(?:api|access|auth|refresh|service)[-_]?(?:key|token)["']?\s*[:=,]\s*"""
        rf"""(?:b?["'])?){_VALUE}""",
        re.I,
    ),
    re.compile(rf"""(\b(?:password|passwd|secret)["']?\s*[:=]\s*(?:b?["'])?){_VALUE}""", re.I),
    re.compile(r"(\bsk-)[\w-]{8,}"),
)
_IN_URL = re.compile(r"(://)[^/\s@]+@")
_TOO_LOUD = ("httpx", "httpcore", "asyncio", "qasync", "keyring", "markdown_it", "peewee")

_secrets: set[str] = set()


def register_secret(value: str | None) -> None:
    """Keep this text out of every log from now on."""
    if value and len(value) >= _SHORTEST_SECRET:
        _secrets.update((value, quote(value, safe=""), json.dumps(value)[1:-1]))


def redact(text: str) -> str:
    """Return `text` with secrets hidden: the registered ones, and what looks like one."""
    # The longest first: one may contain another.
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return _IN_URL.sub(rf"\g<1>{HIDDEN}@", text)


class RedactingFilter(logging.Filter):
    """Hides secrets in a record's message, arguments, traceback and stack."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = f"{record.msg} {record.args}"
        record.msg = redact(message)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            # Formatters take this text and do not make it anew.
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


class _JsonFormatter(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line)


class LateHandler(logging.Handler):
    """Opens the log file with the first record: many runs have none, and its class is large."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: PrivateFileHandler | None = None
        # Whether it can be made is to be known at once.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))

    @property
    def file(self) -> PrivateFileHandler:
        """The handler of the file, opened now if need be."""
        if self._file is None:
            from desktop_chat.log_file import PrivateFileHandler

            self._file = PrivateFileHandler(self._path)
            self._file.setFormatter(self.formatter)
        return self._file

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.file.handle(record)

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        # A full disk must not bring a traceback to the terminal with every line.
        pass

    @override
    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def set_up_logging(data_dir: Path, level: int | str = logging.INFO) -> None:
    """Write the log to `logs/desktop-chat.log`; a second call replaces the first.

    Raises:
        OSError: The file cannot be made; nothing is logged to a file then.
    """
    shut_down_logging()
    folder = data_dir / "logs"
    for private in (data_dir, folder):
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = LateHandler(folder / "desktop-chat.log")
    handler.setFormatter(_JsonFormatter())
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("desktop_chat").setLevel(level.upper() if isinstance(level, str) else level)
    for name in _TOO_LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def shut_down_logging() -> None:
    """Close the log file, if there is one."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, LateHandler):
            root.removeHandler(handler)
            handler.close()
