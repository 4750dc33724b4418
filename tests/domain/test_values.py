"""Small values of the domain."""

from __future__ import annotations

import pytest

from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef


@pytest.mark.parametrize(
    ("ref", "label"),
    [
        (ModelRef(LM_STUDIO, "qwen/qwen3-8b"), "qwen/qwen3-8b"),
        (ModelRef("server-1", "/models/of/me/Tiny.Q4.gguf"), "Tiny.Q4"),
        (ModelRef("server-1", "/.gguf"), "/.gguf"),
        (ModelRef(EMBEDDED, "/models/Tiny.Q4.gguf"), "Tiny.Q4"),
        (ModelRef(EMBEDDED, "C:\\models\\Tiny.gguf"), "Tiny"),
    ],
)
def test_model_label_is_the_name_one_would_say(ref: ModelRef, label: str) -> None:
    assert ref.label == label
