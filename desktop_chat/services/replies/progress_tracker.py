"""Follows one reply, and says what of it is worth telling."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.model_info import is_same_model
from desktop_chat.domain.progress import ReplyProgress, Stage
from desktop_chat.domain.stream import ModelLoading, PromptProgress, RetryScheduled

if TYPE_CHECKING:
    from collections.abc import Callable

# Engines report a hundred times in a few seconds; nobody reads that fast.
TELL_EVERY_S = 0.1
RATE_EVERY_S = 0.5
# The rate is that of the last seconds: so many reports of `RATE_EVERY_S`.
RATE_SAMPLES = 7
RATE_AFTER_S = 1.0
# One piece is one token with most engines; with longer pieces, letters tell more.
LONGEST_TOKEN = 12
LETTERS_PER_TOKEN = 4


class ProgressTracker:
    """The stages of one reply in their order: none comes back, except for a new request.

    Every method returns what is to be told now, or None.

    Args:
        asked: The model that was asked for.
        clock: Seconds that only go up.
    """

    def __init__(self, asked: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._asked = asked
        self._clock = clock
        self._stage = Stage.CONNECTING
        self._now = ReplyProgress(Stage.CONNECTING)
        self._prompt_tokens: int | None = None
        self._answered_by = ""
        self._next = 0.0
        self._pieces = 0
        self._letters = 0
        self._samples: deque[tuple[float, float]] = deque(maxlen=RATE_SAMPLES)

    def begin(
        self, *, likely: Stage | None, prompt_tokens: int | None, others: int
    ) -> ReplyProgress:
        """Begin a request: the first one, or one more after it had to be shortened."""
        self._prompt_tokens = prompt_tokens
        return self._tell(
            ReplyProgress(Stage.CONNECTING, likely, others, tokens=prompt_tokens), self._clock()
        )

    def take(self, event: ModelLoading | PromptProgress | RetryScheduled) -> ReplyProgress | None:
        """Take what the engine says while it writes nothing yet."""
        if self._pieces:
            return None  # a stage that comes back in the middle of the text
        match event:
            case ModelLoading(fraction, expected_s):
                return self._loading(fraction, expected_s)
            case PromptProgress():
                return self._reading(event)
            case RetryScheduled(reason, delay_s):
                pause = ReplyProgress(Stage.RETRYING, reason=reason, delay_s=delay_s)
                return self._tell(pause, self._clock())

    def answered(self, model: str) -> None:
        """Take the name of the model that answers."""
        is_told = bool(model) and not is_same_model(self._asked, model)
        self._answered_by = model if is_told else ""

    def grew(self, stage: Stage, letters: int) -> ReplyProgress | None:
        """Take a piece of text or reasoning; cheap enough for every token."""
        self._pieces += 1
        self._letters += letters
        now = self._clock()
        if stage is self._stage and now < self._next:
            return None
        self._samples.append((now, self._tokens))
        progress = ReplyProgress(
            stage, tokens=round(self._tokens), tokens_per_second=self._rate(now)
        )
        return self._tell(progress, now, RATE_EVERY_S)

    def _loading(self, fraction: float | None, expected_s: float | None) -> ReplyProgress | None:
        if self._stage is Stage.READING:
            return None
        if fraction == 1.0:
            # Loaded: the engine goes on with the prompt, whether it says so or not.
            return self._reading(PromptProgress())
        return self._tell_part(
            ReplyProgress(Stage.LOADING, fraction=fraction, expected_s=expected_s)
        )

    def _reading(self, event: PromptProgress) -> ReplyProgress | None:
        fraction = event.fraction
        if fraction is None and event.processed is not None and event.total:
            fraction = event.processed / event.total
        tokens = event.total or self._prompt_tokens
        is_counted = bool(event.total)
        return self._tell_part(
            ReplyProgress(Stage.READING, fraction=fraction, tokens=tokens, is_counted=is_counted)
        )

    def _tell_part(self, progress: ReplyProgress) -> ReplyProgress | None:
        """Tell a part of a stage, never less than before, and no more often than it is read."""
        now, before = self._clock(), self._now
        fraction = progress.fraction
        if fraction is not None:
            fraction = min(max(fraction, 0.0), 1.0)
        if progress.stage is self._stage:
            known = [each for each in (fraction, before.fraction) if each is not None]
            fraction = max(known, default=None)
            if now < self._next and fraction != 1.0:
                return None
        progress = replace(progress, fraction=fraction)
        return None if progress == before else self._tell(progress, now, TELL_EVERY_S)

    def _tell(self, progress: ReplyProgress, now: float, pause_s: float = 0.0) -> ReplyProgress:
        if self._answered_by:
            progress = replace(progress, answered_by=self._answered_by)
        self._stage = progress.stage
        self._now = progress
        self._next = now + pause_s
        return progress

    @property
    def _tokens(self) -> float:
        is_token_each = self._letters <= LONGEST_TOKEN * self._pieces
        return self._pieces if is_token_each else self._letters / LETTERS_PER_TOKEN

    def _rate(self, now: float) -> float | None:
        since, before = self._samples[0]
        elapsed = now - since
        return (self._tokens - before) / elapsed if elapsed >= RATE_AFTER_S else None
