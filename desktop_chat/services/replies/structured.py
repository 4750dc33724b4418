"""Structured output: replies that follow a JSON schema, checked and made readable.

A schema is the user's, a reply is a model's: nothing is fetched for them, no pattern of theirs
is matched (one can take for ever), and a check is made beside the event loop.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import InvalidParamsError
from desktop_chat.domain.params import ParamName

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

LONGEST_CHECKED = 1_000_000
# Done while the window shows the reply; what is longer stays in the lines that it has.
LONGEST_READABLE = 25_000
_INDENT = "  "
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONGEST_REASON = 300
# What is matched with expressions, and what takes the square of a list's length.
_PASSED = ("pattern", "uniqueItems", "format", "$schema")
# Rules beside it match its expressions as well.
_PATTERNS = "patternProperties"


class Verdict(StrEnum):
    """How a reply fits its schema. UNCHECKED: it is too long, or refers to what is not there."""

    VALID = "valid"
    NO_JSON = "no_json"
    INVALID = "invalid"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Check:
    """What came out when a reply was checked.

    Attributes:
        reason: Where and why it does not fit, in English; "" if it does.
    """

    verdict: Verdict
    reason: str = ""


def readable_json(content: str) -> str | None:
    """Return JSON in lines and indented, token by token as it stands there; None for no JSON.

    Parsing and writing it anew would change numbers and drop a key that comes twice.
    """
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return None
    if len(content) > LONGEST_READABLE:
        return content.strip()
    written: list[str] = []
    depth, before = 0, ""
    for token in _TOKENS.findall(content):
        if token in "}]":
            depth -= 1
        starts_line = before in ("{", "[", ",") if token not in "}]" else before not in ("{", "[")
        if before and starts_line:
            written.append("\n" + _INDENT * depth)
        written.append(": " if token == ":" else token)
        if token in "{[":
            depth += 1
        before = token
    return "".join(written)


def check_schema(schema: str) -> None:
    """Refuse what is no JSON schema; takes a tenth of a second at first.

    Raises:
        InvalidParamsError: It is no JSON, no object, or no schema.
    """
    try:
        value = json.loads(schema)
    except (ValueError, RecursionError) as error:
        detail = f"it is no JSON ({error})"
        raise InvalidParamsError(name=ParamName.JSON_SCHEMA.value, detail=detail) from None
    if not isinstance(value, dict):
        detail = "it is no JSON object"
        raise InvalidParamsError(name=ParamName.JSON_SCHEMA.value, detail=detail)
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        place = ".".join(map(str, error.path))
        detail = f"{place}: {error.message}" if place else error.message
        raise InvalidParamsError(
            name=ParamName.JSON_SCHEMA.value, detail=detail[:_LONGEST_REASON]
        ) from None
    except RecursionError:
        detail = "it is nested too deeply"
        raise InvalidParamsError(name=ParamName.JSON_SCHEMA.value, detail=detail) from None


async def check_reply(content: str, schema: str) -> Check:
    """Return whether a reply follows its schema."""
    return await asyncio.to_thread(check, content, schema)


def check(content: str, schema: str) -> Check:
    """Return whether a reply follows its schema; may take long, see `check_reply`."""
    if len(content) > LONGEST_CHECKED:
        return Check(Verdict.UNCHECKED, "the reply is too long to be checked")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        return Check(Verdict.NO_JSON, str(error)[:_LONGEST_REASON])
    try:
        # One that was imported has never been looked at.
        check_schema(schema)
    except InvalidParamsError as error:
        return Check(Verdict.UNCHECKED, str(error.fields.get("detail", "")))
    schema_value = json.loads(schema)
    if _has_key(schema_value, _PATTERNS):
        return Check(Verdict.UNCHECKED, "the schema has patterns for names")
    from jsonschema import SchemaError, ValidationError
    from referencing.exceptions import Unresolvable

    try:
        _validator(schema_value).validate(value)
    except ValidationError as error:
        return Check(Verdict.INVALID, _reason(error.json_path, error.message))
    except (SchemaError, Unresolvable, ValueError, RecursionError) as error:
        return Check(Verdict.UNCHECKED, str(error)[:_LONGEST_REASON])
    return Check(Verdict.VALID)


def _has_key(value: Any, key: str) -> bool:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if key in value:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


def _reason(place: str, message: str) -> str:
    where = place.removeprefix("$").removeprefix(".")
    return (f"{where}: {message}" if where else message)[:_LONGEST_REASON]


def _validator(schema: Any) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry

    rules = dict.fromkeys(_PASSED, _pass)
    limited: Any = extend(Draft202012Validator, validators=rules)  # type: ignore[no-untyped-call]
    # An empty registry: by default what a schema refers to would be fetched.
    validator: Validator = limited(schema, registry=Registry())
    return validator


def _pass(*_args: object) -> tuple[()]:
    return ()
