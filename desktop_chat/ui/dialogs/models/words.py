"""Words for models: what they are, how large, and what they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_chat.domain.model_info import ModelKind

if TYPE_CHECKING:
    from desktop_chat.domain.engine_features import DownloadProgress
    from desktop_chat.domain.model_info import ModelInfo

MINUTE = 60


def size_words(count: float) -> str:
    """Return a number of bytes as people say it."""
    return QLocale().formattedDataSize(int(count), 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def tokens_words(count: int) -> str:
    """Return a number of tokens."""
    return _tr("{0} tokens").format(QLocale().toString(count))


def detail_words(model: ModelInfo) -> str:
    """Return what is known of a model; what is not known is left out."""
    parts = [
        _tr("embeddings, not for chats") if model.kind is ModelKind.EMBEDDING else "",
        model.parameters or "",
        model.quantization or "",
        size_words(model.size_bytes) if model.size_bytes else "",
        _tr("sees images") if model.has_vision else "",
        _tr("tools") if model.has_tools else "",
        _tr("reasoning") if model.reasoning_options else "",
        _context_words(model),
        _format_words(model),
    ]
    return " · ".join(part for part in parts if part)


def instance_words(context_length: int | None) -> str:
    """Return what is known of a model in memory."""
    if context_length is None:
        return _tr("in memory")
    return _tr("in memory with {0}").format(tokens_words(context_length))


def progress_words(progress: DownloadProgress) -> str:
    """Return how far a download is, how fast, and how long it will take."""
    if progress.bytes_total is None:
        parts = [size_words(progress.bytes_done)] if progress.bytes_done else []
    else:
        words = _tr("{0} of {1}")
        done = size_words(progress.bytes_done)
        parts = [words.format(done, size_words(progress.bytes_total))]
    if progress.bytes_per_second:
        parts.append(_tr("{0}/s").format(size_words(progress.bytes_per_second)))
        if progress.bytes_total:
            left = (progress.bytes_total - progress.bytes_done) / progress.bytes_per_second
            parts.append(_left_words(max(left, 0)))
    return " · ".join(parts)


def _left_words(seconds: float) -> str:
    if seconds < MINUTE:
        return _tr("about {0} s left").format(max(round(seconds), 1))
    return _tr("about {0} min left").format(round(seconds / MINUTE))


def _context_words(model: ModelInfo) -> str:
    most = model.max_context_length or model.context_length
    return _tr("up to {0}").format(tokens_words(most)) if most else ""


def _format_words(model: ModelInfo) -> str:
    # Nearly all are GGUF; only the others are worth saying.
    is_usual = model.file_format in (None, "gguf")
    return "" if is_usual else str(model.file_format).upper()


def _tr(text: str) -> str:
    return QCoreApplication.translate("models", text)
