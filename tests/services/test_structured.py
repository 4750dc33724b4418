"""Replies that follow a JSON schema: made readable, and checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.domain.errors import InvalidParamsError
from desktop_chat.services.replies.structured import (
    LONGEST_CHECKED,
    LONGEST_READABLE,
    Check,
    Verdict,
    check,
    check_reply,
    check_schema,
    readable_json,
)

CITY = json.dumps(
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"$ref": "#/$defs/count"}},
        "required": ["city"],
        "additionalProperties": False,
        "$defs": {"count": {"type": "integer", "minimum": 0}},
    }
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_readable_form_is_what_json_writes(value, indent, ascii_only):
    content = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    expected = json.dumps(value, indent=2, ensure_ascii=ascii_only)
    assert readable_json(content) == expected


def test_readable_form_changes_no_number_and_drops_no_key():
    content = '{"a":1.00,"a":1e400,"b":123456789012345678901234567890}'
    expected = '{\n  "a": 1.00,\n  "a": 1e400,\n  "b": 123456789012345678901234567890\n}'
    assert readable_json(content) == expected


@pytest.mark.parametrize("content", ["", "no", '{"a": ', "{} {}", "[" * 100_000, "'x'"])
def test_what_is_no_json_stays_as_it_is(content):
    assert readable_json(content) is None


def test_very_long_json_keeps_its_lines():
    content = json.dumps(["x" * LONGEST_READABLE])
    assert readable_json(f" {content}\n") == content


@pytest.mark.parametrize(
    ("content", "verdict", "reason"),
    [
        ('{"city": "Bonn"}', Verdict.VALID, ""),
        ('\n{"city": "Bonn", "people": 3}\n', Verdict.VALID, ""),
        ('{"city": 5}', Verdict.INVALID, "city: 5 is not of type 'string'"),
        ('{"city": "Bonn", "people": -1}', Verdict.INVALID, "people: -1 is less than"),
        ("{}", Verdict.INVALID, "'city' is a required property"),
        ('{"city": "Bonn", "x": 1}', Verdict.INVALID, "'x' was unexpected"),
        ('{"city": "Bo', Verdict.NO_JSON, "Unterminated string"),
        ("[" * 100_000, Verdict.NO_JSON, ""),
        (" " * (LONGEST_CHECKED + 1), Verdict.UNCHECKED, "too long"),
    ],
)
def test_reply_is_checked(content, verdict, reason):
    found = check(content, CITY)
    assert found.verdict is verdict
    assert reason in found.reason
    assert len(found.reason) <= 300


@pytest.mark.parametrize(
    "schema",
    [
        '{"$ref": "http://127.0.0.1:9/schema.json"}',
        '{"$ref": "file:///etc/passwd"}',
        '{"$ref": "#"}',
        '{"additionalProperties": false, "patternProperties": {"(a+)+$": {}}}',
    ],
)
def test_nothing_is_fetched_and_no_pattern_is_tried(schema):
    found = check('{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!": 1}', schema)
    assert found.verdict is Verdict.UNCHECKED


def test_pattern_that_would_take_for_ever_is_passed_over():
    schema = '{"type": "string", "pattern": "^(a+)+$"}'
    assert check(json.dumps("a" * 40 + "!"), schema) == Check(Verdict.VALID)


@pytest.mark.parametrize(
    "schema", ["{", "5", "[]", "null", '{"type": "objekt"}', '{"minimum": "x"}', "[" * 100_000]
)
def test_what_is_no_schema_is_refused_with_the_reason(schema):
    with pytest.raises(InvalidParamsError) as caught:
        check_schema(schema)
    assert caught.value.fields["name"] == "json_schema"
    assert caught.value.fields["detail"]


@pytest.mark.parametrize(
    "schema",
    ["no json", "5", "[]", '{"type": "foo"}', '{"required": 5}', '{"$ref": 5}', "[" * 9999],
)
def test_schema_that_was_imported_and_is_none_leaves_the_reply_unchecked(schema):
    assert check('{"a": 1}', schema).verdict is Verdict.UNCHECKED


def test_schema_is_taken():
    check_schema(CITY)


@pytest.mark.anyio
async def test_reply_is_checked_beside_the_loop():
    assert await check_reply('{"city": "Bonn"}', CITY) == Check(Verdict.VALID)
