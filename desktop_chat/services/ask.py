"""One turn asked for from the command line, answered here or by the process that holds the data.

Requests and answers are plain dictionaries, since they cross a socket.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.changes import ReplyEnded, TurnsLeftOut
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import (
    ChatError,
    ChatNotFoundError,
    ModelNotFoundError,
    NoModelAnywhereError,
)
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.stream import TextDelta
from desktop_chat.services.engines.service import EngineState
from desktop_chat.services.replies.chat import check_message

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from desktop_chat.domain.message import Message
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.replies.chat import ChatService
    from desktop_chat.services.replies.turns import TurnStore


async def answer(
    chat_service: ChatService,
    engines: EngineService,
    request: Mapping[str, Any],
    *,
    turns: TurnStore,
) -> AsyncGenerator[dict[str, Any], None]:
    """Run one turn.

    Args:
        chat_service: Runs and stores the turn.
        engines: Knows who can answer.
        request: `text`, and optionally `chat_id`, `system`, `temperature`, `max_tokens`, `model`.
        turns: Knows the model of the chat that is continued.

    Yields:
        `{"text"}` for each piece of the reply, `{"notice"}` for what the user should know,
        and at last `{"result"}` or `{"error"}`.
    """
    try:
        check_message(str(request.get("text", "")))
        chat_ref = await turns.model_of(_chat_id(request))
        await engines.refresh_for(str(request.get("model") or ""), chat_ref)
        ref = _who_answers(engines, request, chat_ref)
        notice = _fallback_notice(engines, ref, is_asked=bool(request.get("model") or chat_ref))
        if notice:
            yield {"notice": notice}
        turn = chat_service.send(
            _chat_id(request),
            str(request.get("text", "")),
            model_ref=ref,
            params=_params(request),
            system_prompt=str(request.get("system") or ""),
            engines=engines,
        )
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    yield {"text": event.text}
                elif isinstance(event, TurnsLeftOut):
                    yield {"notice": f"{event.count} older messages did not fit and were left out."}
                elif isinstance(event, ReplyEnded):
                    yield _outcome(event.reply)
    except ChatError as error:
        yield {"error": str(error), "code": error.code}


def _who_answers(
    engines: EngineService, request: Mapping[str, Any], chat_ref: ModelRef | None
) -> ModelRef:
    model = request.get("model")
    if model:
        return engines.find(str(model))
    if chat_ref is not None:
        return chat_ref
    try:
        return engines.default_ref()
    except ModelNotFoundError as error:
        raise engines.status(LM_STUDIO).error or error from None
    except NoModelAnywhereError as error:
        # Something answers at the address, but not as it should: that is what to mend.
        lm_studio = engines.status(LM_STUDIO)
        is_wrong = lm_studio.state is EngineState.WRONG
        raise (lm_studio.error if is_wrong else None) or error from None


def _fallback_notice(engines: EngineService, ref: ModelRef, *, is_asked: bool) -> str | None:
    lm_studio = engines.status(LM_STUDIO)
    is_away = lm_studio.state is not EngineState.READY
    if is_asked or ref.account_id != EMBEDDED or not is_away:
        return None
    info = engines.model_info(ref)
    name = info.name if info else ref.model_id
    answers = f"the built-in engine answers with {name}."
    match lm_studio.state:
        case EngineState.EMPTY:
            return f"LM Studio has no chat model; {answers}"
        case EngineState.WRONG if lm_studio.error is not None:
            return f"{lm_studio.error} Until then {answers}"
        case _:
            return f"LM Studio does not answer; {answers}"


def _chat_id(request: Mapping[str, Any]) -> ChatId | None:
    chat_id = request.get("chat_id")
    if chat_id is None:
        return None
    # SQLite's numbers end there; no chat has a larger one.
    if not 0 <= int(chat_id) < 2**63:
        raise ChatNotFoundError(chat_id=chat_id)
    return ChatId(int(chat_id))


def _params(request: Mapping[str, Any]) -> GenerationParams:
    return GenerationParams(request.get("temperature"), request.get("max_tokens"))


def _outcome(reply: Message) -> dict[str, Any]:
    result = {
        "chat_id": reply.chat_id,
        "message_id": reply.id,
        "content": reply.content,
        "model": reply.model,
        "finish_reason": reply.finish_reason,
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "time_to_first_token_ms": reply.time_to_first_token_ms,
        "duration_ms": reply.duration_ms,
    }
    if reply.status is MessageStatus.COMPLETE:
        return {"result": result}
    return {"error": reply.error or "The reply was cut short.", "code": reply.error_code}
