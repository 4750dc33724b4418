"""Every error of the tree has its own code and a sentence that can be worded."""

from __future__ import annotations

import string

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.errors import (
    ChatError,
    ContextFullError,
    ImageRefusedError,
    ModelNotFoundError,
    worded,
)


def family(base: type[ChatError] = ChatError) -> list[type[ChatError]]:
    own = [base] if base.__module__.startswith(f"{errors.__name__}.") else []
    return own + [one for child in base.__subclasses__() for one in family(child)]


ALL = family()
assert ALL


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_codes_are_unique() -> None:
    codes = [one.code for one in ALL]
    assert len(codes) == len(set(codes))


def test_tree_in_the_docstring_names_every_class() -> None:
    text = errors.__doc__ or ""
    assert [one.__name__ for one in ALL if one.__name__ not in text] == []


@pytest.mark.parametrize("kind", ALL)
def test_error_without_fields_is_worded_without_a_gap(kind: type[ChatError]) -> None:
    text = str(kind())
    assert text
    assert "{" not in text
    assert "  " not in text


@pytest.mark.parametrize("kind", ALL)
def test_error_with_all_fields_shows_each(kind: type[ChatError]) -> None:
    fields = {name: f"<{name}>" for name in slots(kind.sentence)}
    assert all(value in str(kind(**fields)) for value in fields.values())


@pytest.mark.parametrize("kind", ALL)
def test_sentence_is_short_plain_and_ends_well(kind: type[ChatError]) -> None:
    assert "!" not in kind.sentence
    assert kind.sentence[0].isupper() or kind.sentence[0] in "“{"
    assert len(kind.sentence) <= 140


def test_worded_foreign_braces_are_text_and_not_slots() -> None:
    assert worded("It says: {detail}", {"detail": "{model} {0}"}) == "It says: {model} {0}"


def test_worded_makes_one_line() -> None:
    assert (
        str(ModelNotFoundError(model="a\nb"))
        == "The model “a b” is not there. Choose another model."
    )


def test_fields_are_kept_for_later_words() -> None:
    assert ModelNotFoundError(model="x", detail="y").fields == {"model": "x", "detail": "y"}


def test_context_that_is_full_is_told_with_its_size_where_that_is_known() -> None:
    assert "context of 4096 tokens." in str(ContextFullError(context_length=4096))
    assert "None" not in str(ContextFullError(context_length=None))


def test_full_stop_of_a_server_is_not_doubled() -> None:
    text = str(ImageRefusedError(detail="It sees nothing."))
    assert text == (
        "The model does not take this image: It sees nothing. Choose a model that sees images."
    )
