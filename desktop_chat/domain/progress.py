"""How far a reply is, from the request to its last word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# An estimate never says that it is over.
MOST_ESTIMATED = 0.95


class Stage(StrEnum):
    """What happens now.

    CONNECTING: The request is on its way, or the server has it and is silent.
    RETRYING: The server could not answer yet; the request is sent again after a pause.
    LOADING: The engine says that it loads the model.
    READING: The engine says that it reads the prompt.
    """

    CONNECTING = "connecting"
    RETRYING = "retrying"
    LOADING = "loading"
    READING = "reading"
    THINKING = "thinking"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class ReplyProgress:
    """One report; a later one replaces it.

    Attributes:
        likely: While CONNECTING, what a server that says nothing is doing by all that is
            known: LOADING or READING.
        others: While CONNECTING, how many other replies the same engine writes.
        fraction: 0 to 1 of LOADING or READING, as the engine says; it never goes back.
        expected_s: How long LOADING took the last time, in seconds; what follows from it is
            an estimate.
        tokens: Of the prompt, or of the reply so far.
        is_counted: Whether the engine counted `tokens`; otherwise they are estimated.
        tokens_per_second: While THINKING or WRITING, over the last seconds, estimated.
        reason: While RETRYING, "loading", "busy" or "unreachable".
        delay_s: While RETRYING, the whole pause.
        answered_by: The model that answers, where it is another one than was asked.
    """

    stage: Stage
    likely: Stage | None = None
    others: int = 0
    fraction: float | None = None
    expected_s: float | None = None
    tokens: int | None = None
    is_counted: bool = False
    tokens_per_second: float | None = None
    reason: str = ""
    delay_s: float = 0.0
    answered_by: str = ""

    @property
    def is_estimate(self) -> bool:
        """Whether `fraction_after` estimates."""
        return self.expected_s is not None

    def fraction_after(self, elapsed_s: float) -> float | None:
        """Return how far this stage is, so long after it began; None if nobody knows."""
        if not self.expected_s or self.expected_s <= 0:
            return self.fraction
        if self.fraction is not None and self.fraction >= 1:
            return self.fraction
        return max(self.fraction or 0.0, min(elapsed_s / self.expected_s, MOST_ESTIMATED))
