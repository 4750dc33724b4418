"""The /v1 dialect, shared by all who speak it: how a request is worded, and a reply is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ParameterRefusedError
from desktop_chat.domain.params import ParamName
from desktop_chat.providers.dialect.reply_reader import ReplyReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.domain.request import ChatRequest

__all__ = ["USUAL_WORDING", "ReplyReader", "Wording", "completion_body", "request_body"]

NO_LIMIT = -1


@dataclass(frozen=True)
class Wording:
    """How one kind of server words a request.

    Attributes:
        names: Keys of parameters where they are not those of llama.cpp and LM Studio.
        takes_no_limit: Whether -1 is understood as no limit of tokens.
    """

    names: Mapping[ParamName, str] = field(default_factory=dict)
    takes_no_limit: bool = True


USUAL_WORDING = Wording()


def request_body(request: ChatRequest, wording: Wording = USUAL_WORDING) -> dict[str, Any]:
    """Return the body of a streamed request; what was not chosen is not sent.

    Raises:
        ParameterRefusedError: The JSON schema is none.
    """
    messages = [{"role": turn.role, "content": turn.content} for turn in request.turns]
    if request.system_prompt:
        messages.insert(0, {"role": "system", "content": request.system_prompt})
    chosen = request.params.chosen
    schema = chosen.pop(ParamName.JSON_SCHEMA, None)
    if chosen.get(ParamName.MAX_TOKENS) == NO_LIMIT and not wording.takes_no_limit:
        del chosen[ParamName.MAX_TOKENS]
    effort = chosen.pop(ParamName.REASONING_EFFORT, None)
    if effort not in (None, "on"):
        # This dialect has no word for "on": what any other effort says.
        chosen[ParamName.REASONING_EFFORT] = "none" if effort == "off" else effort
    if ParamName.STOP in chosen:
        chosen[ParamName.STOP] = list(chosen[ParamName.STOP])
    body = completion_body(request.model_id, None, None, messages=messages, stream=True)
    body.update((wording.names.get(name, name.value), value) for name, value in chosen.items())
    if schema is not None:
        body["response_format"] = _schema_format(schema)
    return body


def _schema_format(text: str) -> dict[str, Any]:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        detail = "the JSON schema is no JSON object"
        raise ParameterRefusedError(parameter=ParamName.JSON_SCHEMA.value, detail=detail)
    named = {"name": "reply", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def completion_body(
    model_id: str, temperature: float | None, max_tokens: int | None, **more: Any
) -> dict[str, Any]:
    """Return a body without a single null; `more` are further keys, of which None is left out."""
    body: dict[str, Any] = {"model": model_id} if model_id else {}
    body.update((key, value) for key, value in more.items() if value is not None)
    if temperature is not None:
        body["temperature"] = temperature
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    if body.get("stream"):
        body["stream_options"] = {"include_usage": True}
    return body
