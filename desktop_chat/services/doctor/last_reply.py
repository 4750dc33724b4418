"""What became of the last reply: errors in the midst of one are seen nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.message import MessageStatus
from desktop_chat.services.doctor.finding import Finding

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

NAME = "last reply"
_LAST = """
SELECT status, error, error_code, content <> '' OR reasoning <> '', model, finish_reason
FROM message WHERE sender = 'llm' ORDER BY id DESC LIMIT 1
"""
_ADVICE = {
    "context_full": (
        "Start a new chat, or load the model with a larger context length; in LM Studio the "
        "length is set where the model is loaded."
    ),
    "connection_lost": "Try it again. If it happens often, look into the server's own log.",
    "empty_reply": "Perhaps the context is full: start a new chat, or load a larger context.",
}
RETRY = "Try it again, or choose another model."


def look_at_last_reply(db: Database) -> Finding | None:
    """Return what the newest reply died of, or that it is well; None if there is none."""
    rows = db.sql(_LAST)
    if not rows:
        return None
    status, error, code, has_text, model, finish_reason = rows[0]
    who = f"by {model}" if model else "by a model that is not named"
    if status != MessageStatus.FAILED.value:
        if finish_reason == "length":
            advice = "It ended at the limit of tokens, or of the context. Raise them, or continue."
            return Finding(NAME, True, f"{who}, cut at the limit", advice, code="length")
        return Finding(NAME, True, f"{who}, {status}")
    where = "after it had begun" if has_text else "before its first word"
    advice = f"{error or ''} {_ADVICE.get(code or '', RETRY)}".strip()
    cause = str(code or "error")
    if has_text and cause not in _ADVICE:
        cause = "error_in_stream"
    return Finding(NAME, False, f"{who}, failed {where}", advice, code=cause)
