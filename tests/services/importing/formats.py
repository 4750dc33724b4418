"""Small exports, made to the public formats of each program."""

from __future__ import annotations

from typing import Any

T0 = 1_709_654_400
CHATGPT_START = {"id": "root", "message": None, "parent": None, "children": ["q1"]}


def chatgpt_node(
    key: str, parent: str, role: str, text: str, *, kind: str = "text", **message: Any
) -> dict[str, Any]:
    """One node of a ChatGPT mapping."""
    content: dict[str, Any] = {"content_type": kind, "parts": [text]}
    if kind == "thoughts":
        content = {"content_type": kind, "thoughts": [{"summary": "Plan", "content": text}]}
    return {
        "id": key,
        "parent": parent,
        "children": [],
        "message": {
            "id": key,
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": T0 + 1.5,
            "content": content,
            "status": "finished_successfully",
            "weight": 1.0,
            "recipient": "all",
            "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
            **message,
        },
    }


def chatgpt_chat(nodes: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """One conversation of `conversations.json`."""
    return {
        "title": "Trip to Rome",
        "create_time": T0,
        "update_time": T0 + 60,
        "mapping": {"root": CHATGPT_START, **{node["id"]: node for node in nodes}},
        "current_node": nodes[-1]["id"],
        "conversation_id": "8f3a2b1c-0000-4000-8000-000000000001",
        "is_archived": False,
        "default_model_slug": "gpt-4o",
        **fields,
    }


def chatgpt_branches() -> dict[str, Any]:
    """A question with two answers, of which the second one is shown and goes on."""
    return chatgpt_chat(
        [
            chatgpt_node("q1", "root", "user", "Where to?"),
            chatgpt_node("a1", "q1", "assistant", "Rome."),
            chatgpt_node("t2", "q1", "assistant", "Somewhere warm", kind="thoughts"),
            chatgpt_node("a2", "t2", "assistant", "Naples."),
            chatgpt_node("q2", "a2", "user", "Why?"),
        ]
    )


def claude_chat() -> dict[str, Any]:
    """One conversation of Claude's export, with thinking, a file and two versions."""

    def message(uuid: str, parent: str, sender: str, text: str, **more: Any) -> dict[str, Any]:
        return {
            "uuid": uuid,
            "parent_message_uuid": parent,
            "sender": sender,
            "text": text,
            "content": [{"type": "text", "text": text, "citations": []}],
            "created_at": "2025-01-01T00:00:01.123456Z",
            "updated_at": "2025-01-01T00:00:01.123456Z",
            "attachments": [],
            "files": [],
            **more,
        }

    thinking = {"type": "thinking", "thinking": "Be kind.", "cut_off": False}
    notes = {"file_name": "notes.txt", "file_type": "text/plain", "file_size": 5}
    return {
        "uuid": "11111111-2222-3333-4444-555555555555",
        "name": "Greeting",
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:10Z",
        "account": {"uuid": "x"},
        "chat_messages": [
            message(
                "m1",
                "00000000-0000-4000-8000-000000000000",
                "human",
                "Greet me",
                attachments=[{**notes, "extracted_content": "hello"}],
            ),
            message(
                "m2",
                "m1",
                "assistant",
                "Hello.",
                content=[thinking, {"type": "text", "text": "Hello."}],
            ),
            message("m3", "m1", "assistant", "Good day."),
        ],
    }


def lm_studio_chat() -> dict[str, Any]:
    """One `*.conversation.json`, with a regenerated reply."""

    def reply(text: str, thought: str = "") -> dict[str, Any]:
        steps = [
            {
                "type": "contentBlock",
                "stepIdentifier": "1-0",
                "content": [{"type": "text", "text": text, "tokensCount": 2}],
                "genInfo": {
                    "identifier": "qwen3-4b",
                    "stats": {
                        "stopReason": "eosFound",
                        "timeToFirstTokenSec": 0.25,
                        "totalTimeSec": 1.5,
                        "promptTokensCount": 10,
                        "predictedTokensCount": 2,
                    },
                },
            }
        ]
        if thought:
            style = {"type": "thinking", "ended": True, "title": "Thought for 1 second"}
            content = [{"type": "text", "text": thought}]
            steps.insert(0, {"type": "contentBlock", "style": style, "content": content})
        return {
            "type": "multiStep",
            "role": "assistant",
            "senderInfo": {"senderName": "qwen3-4b"},
            "steps": steps,
        }

    def said(text: str) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        version = {"type": "singleStep", "role": "user", "content": content}
        return {"versions": [version], "currentlySelected": 0}

    return {
        "name": "Local talk",
        "pinned": True,
        "createdAt": T0 * 1000,
        "tokenCount": 12,
        "userLastMessagedAt": (T0 + 5) * 1000,
        "assistantLastMessagedAt": (T0 + 9) * 1000,
        "messages": [
            said("Hi"),
            {"versions": [reply("Hello", "Greet"), reply("Hey")], "currentlySelected": 0},
            said("Bye"),
        ],
        "perChatPredictionConfig": {
            "fields": [{"key": "llm.prediction.systemPrompt", "value": "Be brief."}]
        },
        "lastUsedModel": {"identifier": "qwen3-4b"},
        "notes": [],
    }


def open_webui_chat() -> dict[str, Any]:
    """One element of Open WebUI's export, with thinking, a tag and two versions."""
    thinking = (
        '<details type="reasoning" done="true" duration="3">\n'
        "<summary>Thought for 3 seconds</summary>\n> 2 &lt; 3\n> so yes\n</details>\nYes."
    )

    def message(key: str, parent: str | None, role: str, text: str, **more: Any) -> dict[str, Any]:
        return {
            "id": key,
            "parentId": parent,
            "childrenIds": [],
            "role": role,
            "content": text,
            "timestamp": T0 + 2,
            **more,
        }

    usage = {"prompt_tokens": 26, "completion_tokens": 310}
    messages = [
        message("u", None, "user", "2 < 3?", models=["llama3"]),
        message("x", "u", "assistant", thinking, model="llama3", usage=usage, done=True),
        message("y", "u", "assistant", "Indeed.", model="llama3", done=True),
    ]
    return {
        "id": "c-1",
        "user_id": "me",
        "title": "Numbers",
        "chat": {
            "title": "Numbers",
            "models": ["llama3"],
            "system": "Count well.",
            "history": {"messages": {m["id"]: m for m in messages}, "currentId": "x"},
            "messages": [messages[0], messages[1]],
            "tags": [],
            "timestamp": T0 * 1000,
        },
        "created_at": T0,
        "updated_at": T0 + 60,
        "archived": True,
        "pinned": False,
        "meta": {"tags": ["math"]},
    }


JAN_THREAD = {
    "id": "jan_1",
    "object": "thread",
    "title": "Jokes",
    "assistants": [
        {
            "assistant_id": "jan",
            "assistant_name": "Jan",
            "instructions": "Be funny.",
            "model": {"id": "mistral-7b", "engine": "llamacpp"},
        }
    ],
    "created": T0,
    "updated": T0 + 30,
}


def jan_message(role: str, text: str, **more: Any) -> dict[str, Any]:
    """One line of `messages.jsonl`."""
    return {
        "id": f"m-{text}",
        "object": "thread.message",
        "thread_id": "jan_1",
        "role": role,
        "content": [{"type": "text", "text": {"value": text, "annotations": []}}],
        "status": "ready",
        "created_at": T0 * 1000 + 500,
        "completed_at": T0 * 1000 + 600,
        **more,
    }
