"""Sentences about an import, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_chat.domain.imported import SOURCE_NAMES

if TYPE_CHECKING:
    from desktop_chat.domain.imported import ImportResult, LeftOut, Preview


def summary_words(preview: Preview) -> str:
    """Return what would come in, and from where."""
    names = _joined([SOURCE_NAMES[source] for source in preview.sources])
    if not preview.chats:
        return _tr("There is nothing new in it.")
    text = _tr("{0} with {1} from {2}")
    return text.format(_chats(preview.chats), _messages(preview.messages), names)


def note_words(preview: Preview) -> str:
    """Return what else there is to know before it comes in; "" for nothing."""
    parts = []
    if preview.known:
        one = preview.known == 1
        parts.append(
            _tr("1 chat is here already and does not come in again.")
            if one
            else _tr("{0} chats are here already and do not come in again.").format(
                _number(preview.known)
            )
        )
    if preview.in_trash:
        parts.append(
            _tr("{0} of them in the trash; restore from there.").format(_number(preview.in_trash))
        )
    if preview.instructed:
        parts.append(
            _tr("{0} bring instructions for the model. Look at them if you do not trust the file.")
            if preview.instructed != 1
            else _tr("1 chat brings instructions for the model.")
        )
        parts[-1] = parts[-1].format(_chats(preview.instructed))
    return " ".join(parts)


def left_out_words(left_out: tuple[LeftOut, ...]) -> str:
    """Return how many files do not come in."""
    if len(left_out) == 1:
        return _tr("1 file is left out")
    return _tr("{0} files are left out").format(_number(len(left_out)))


def reason_words(left_out: LeftOut) -> str:
    """Return a file that does not come in, and why."""
    name = " ".join(left_out.name.split())
    return _tr("{0}: {1}").format(name, left_out.reason)


def found_words(chats: int, messages: int) -> str:
    """Return how much was found so far."""
    return _tr("{0}, {1} found").format(_chats(chats), _messages(messages))


def progress_words(done: int, total: int) -> str:
    """Return how much came in so far."""
    return _tr("{0} of {1} messages").format(_number(done), _number(total))


def result_words(result: ImportResult) -> str:
    """Return what an import brought, for the status line."""
    if not result.chats:
        return _tr("There was nothing new to import.")
    text = _tr("Imported: {0} with {1}")
    return text.format(_chats(result.chats), _messages(result.messages))


def _chats(count: int) -> str:
    return _tr("1 chat") if count == 1 else _tr("{0} chats").format(_number(count))


def _messages(count: int) -> str:
    return _tr("1 message") if count == 1 else _tr("{0} messages").format(_number(count))


def _joined(names: list[str]) -> str:
    return ", ".join(names)


def _number(value: int) -> str:
    return QLocale().toString(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("importing", text)
