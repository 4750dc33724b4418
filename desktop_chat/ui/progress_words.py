"""How far a reply is, in words: for the status line and for the list of chats."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.progress import Stage

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message
    from desktop_chat.domain.progress import ReplyProgress

# Shorter waits are not worth a number that flickers.
SHOW_SECONDS_AFTER = 2
SILENT_AFTER = 30
# A rate of fewer tokens, or of a shorter time, is chance.
RATE_TOKENS = 5
RATE_MS = 100


def progress_words(progress: ReplyProgress, elapsed_s: float, silent_s: float = 0.0) -> str:
    """Say what happens now.

    Args:
        progress: The last report.
        elapsed_s: How long this stage takes by now.
        silent_s: How long nothing was reported.
    """
    parts = [_stage_words(progress, elapsed_s)]
    seconds = int(elapsed_s)
    shows_time = progress.stage in (Stage.CONNECTING, Stage.LOADING, Stage.READING)
    if shows_time and seconds >= SHOW_SECONDS_AFTER:
        parts.append(elapsed_words(seconds))
    # Of a wait in which nothing was to come, the time itself says as much.
    is_growing = progress.stage in (Stage.THINKING, Stage.WRITING)
    if silent_s >= SILENT_AFTER and (is_growing or progress.fraction is not None):
        parts.append(_tr("no data for %1").replace("%1", elapsed_words(int(silent_s))))
    return " · ".join(parts)


def done_words(reply: Message, estimated_tokens: int | None = None) -> str:
    """Say how a reply ended, with its figures as far as they are known; "" if it failed.

    Args:
        reply: The reply.
        estimated_tokens: What was counted here, for an engine that counted nothing.
    """
    if reply.status is MessageStatus.STOPPED:
        return _tr("Stopped")
    if reply.status is not MessageStatus.COMPLETE:
        return ""
    parts = [_ending_words(reply.finish_reason)]
    tokens, first = reply.completion_tokens, reply.time_to_first_token_ms
    if tokens is not None or estimated_tokens:
        parts.append(_tokens_words(tokens, estimated_tokens))
        rate = written_rate(tokens or estimated_tokens, reply.duration_ms, first)
        if rate is not None:
            parts.append(rate_words(rate))
    if first is not None:
        words = _tr("first token after %1 s")
        parts.append(words.replace("%1", QLocale().toString(first / 1000, "f", 1)))
    return " · ".join(parts)


def written_rate(tokens: int | None, duration_ms: int | None, first_ms: int | None) -> float | None:
    """Return the tokens per second of a reply; None where too few came to tell."""
    writing_ms = (duration_ms or 0) - (first_ms or 0)
    is_enough = tokens is not None and tokens >= RATE_TOKENS and writing_ms >= RATE_MS
    return tokens * 1000 / writing_ms if tokens and is_enough else None


def elapsed_words(seconds: int) -> str:
    """Say a time in seconds, or in minutes and seconds."""
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds} s"


def rate_words(tokens_per_second: float) -> str:
    """Say how fast a reply is written."""
    digits = 0 if tokens_per_second >= 10 else 1
    number = QLocale().toString(tokens_per_second, "f", digits)
    return _tr("%1 tok/s").replace("%1", number)


def _tokens_words(tokens: int | None, estimated: int | None) -> str:
    if tokens == 1:
        return _tr("1 token")
    words = _tr("%1 tokens") if tokens is not None else _tr("about %1 tokens")
    return words.replace("%1", QLocale().toString(tokens if tokens is not None else estimated or 0))


def _ending_words(finish_reason: str | None) -> str:
    match finish_reason:
        case "length":
            return _tr("Stopped at the token limit")
        case "stop" | None:
            return _tr("Done")
        case _:
            return _tr("Done (%1)").replace("%1", " ".join(finish_reason.split())[:40])


def _stage_words(progress: ReplyProgress, elapsed_s: float) -> str:
    match progress.stage:
        case Stage.CONNECTING:
            return _waiting_words(progress, elapsed_s)
        case Stage.RETRYING:
            return _retrying_words(progress, elapsed_s)
        case Stage.LOADING:
            return _part_words(_tr("Loading the model"), progress, elapsed_s)
        case Stage.READING:
            words = _part_words(_tr("Reading the prompt"), progress, elapsed_s)
            return words + _size_words(progress)
        case Stage.THINKING:
            words, seconds = _tr("Thinking"), int(elapsed_s)
            is_long = seconds >= SHOW_SECONDS_AFTER
            return f"{words} {elapsed_words(seconds)}" if is_long else words
        case Stage.WRITING:
            words, rate = _tr("Writing"), progress.tokens_per_second
            return words if rate is None else f"{words} {rate_words(rate)}"


def _part_words(words: str, progress: ReplyProgress, elapsed_s: float) -> str:
    fraction = progress.fraction_after(elapsed_s)
    if fraction is None:
        return words
    percent = f"{int(100 * fraction)} %"
    if progress.is_estimate:
        return f"{words}, {_tr('about %1').replace('%1', percent)}"
    return f"{words} {percent}"


def _size_words(progress: ReplyProgress) -> str:
    if not progress.tokens:
        return ""
    is_counted = progress.is_counted
    words = _tokens_words(progress.tokens if is_counted else None, progress.tokens)
    return f" ({words})"


def _waiting_words(progress: ReplyProgress, elapsed_s: float) -> str:
    if elapsed_s < SHOW_SECONDS_AFTER:
        return _tr("Connecting")
    if progress.others:
        is_one = progress.others == 1
        words = _tr("another reply runs") if is_one else _tr("%1 other replies run")
        words = words.replace("%1", str(progress.others))
        return f"{_tr('Waiting for the model')} ({words})"
    match progress.likely:
        case Stage.LOADING:
            return _tr("Waiting while the server loads the model")
        case Stage.READING:
            return _tr("Waiting while the model reads the prompt") + _size_words(progress)
        case _:
            return _tr("Waiting for the model (loading, or reading the prompt)")


def _retrying_words(progress: ReplyProgress, elapsed_s: float) -> str:
    match progress.reason:
        case "loading":
            words = _tr("The server still loads the model")
        case "busy":
            words = _tr("The server is busy")
        case _:
            words = _tr("The server does not answer yet")
    rest = max(0, ceil(progress.delay_s - elapsed_s))
    again = _tr("trying again in %1").replace("%1", elapsed_words(rest))
    return f"{words} · {again if rest else _tr('trying again')}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ReplyProgress", text)
