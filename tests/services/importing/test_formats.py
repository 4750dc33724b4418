"""What comes out of each program's export: texts, branches, thoughts, models, times."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop_chat.services.importing import chatgpt, claude, jan, lm_studio, markdown, open_webui
from tests.services.importing import formats
from tests.services.importing.formats import T0, chatgpt_chat, chatgpt_node, jan_message

if TYPE_CHECKING:
    from desktop_chat.domain.imported import FoundChat
    from desktop_chat.domain.transfer import ChatRecord

START = datetime.fromtimestamp(T0, UTC)


def record(found: FoundChat | None) -> ChatRecord:
    assert found is not None
    return found.record


def tree(chat: ChatRecord) -> list[tuple[str, str, int | None]]:
    return [(m.sender, m.content, m.parent_id) for m in chat.messages]


# ChatGPT


def test_chatgpt_branches_are_versions_and_the_shown_path_is_active() -> None:
    chat = record(chatgpt.read_chat(formats.chatgpt_branches()))
    assert tree(chat) == [
        ("user", "Where to?", None),
        ("llm", "Rome.", 1),
        ("llm", "Naples.", 1),
        ("user", "Why?", 3),
    ]
    assert chat.active_message_id == 4
    assert (chat.title, chat.created_at) == ("Trip to Rome", START)
    assert chat.messages[1].model == "gpt-4o"


def test_chatgpt_thoughts_stand_in_the_reply_that_follows() -> None:
    chat = record(chatgpt.read_chat(formats.chatgpt_branches()))
    assert chat.messages[2].reasoning == "**Plan**\n\nSomewhere warm"
    assert chat.messages[1].reasoning == ""


def test_chatgpt_what_its_user_does_not_see_is_left_out() -> None:
    nodes = [
        chatgpt_node("s", "root", "system", "", weight=0),
        chatgpt_node("q1", "s", "user", "Draw a cat"),
        chatgpt_node("c", "q1", "assistant", '{"prompt": "cat"}', recipient="dalle.text2im"),
        chatgpt_node("t", "c", "tool", "done"),
        chatgpt_node("a", "t", "assistant", "Here it is."),
    ]
    chat = record(chatgpt.read_chat(chatgpt_chat(nodes)))
    assert tree(chat) == [("user", "Draw a cat", None), ("llm", "Here it is.", 1)]


def test_chatgpt_picture_in_a_message_is_named_and_not_fetched() -> None:
    node = chatgpt_node("q1", "root", "user", "")
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1"}
    node["message"]["content"] = {"content_type": "multimodal_text", "parts": [picture, "What?"]}
    chat = record(chatgpt.read_chat(chatgpt_chat([node])))
    assert tree(chat) == [("user", "[image]\n\nWhat?", None)]


def test_chatgpt_circle_of_parents_is_cut() -> None:
    nodes = [
        chatgpt_node("a", "b", "user", "one"),
        chatgpt_node("b", "a", "assistant", "two"),
    ]
    chat = record(chatgpt.read_chat(chatgpt_chat(nodes)))
    assert tree(chat) == [("user", "one", None), ("llm", "two", 1)]


def test_chatgpt_chain_of_100_000_messages_is_read() -> None:
    keys = ["root", *(f"n{i}" for i in range(100_000))]
    pairs = itertools.pairwise(keys)
    nodes = [chatgpt_node(key, parent, "user", "x") for parent, key in pairs]
    # The last one first: each waits for its parent.
    chat = record(chatgpt.read_chat(chatgpt_chat(nodes[::-1], current_node=keys[-1])))
    assert chat.messages[-1].parent_id == 99_999
    assert chat.active_message_id == 100_000


# Claude


def test_claude_chat_keeps_versions_thinking_and_files() -> None:
    chat = record(claude.read_chat(formats.claude_chat()))
    assert tree(chat) == [("user", "Greet me", None), ("llm", "Hello.", 1), ("llm", "Good day.", 1)]
    assert chat.messages[1].reasoning == "Be kind."
    (file,) = chat.messages[0].attachments
    assert (file.name, file.media_type, file.size, file.text) == (
        "notes.txt",
        "text/plain",
        5,
        "hello",
    )
    assert chat.updated_at == datetime(2025, 1, 1, 0, 0, 10, tzinfo=UTC)


def test_claude_old_export_without_parents_is_one_path() -> None:
    value = formats.claude_chat()
    for message in value["chat_messages"]:
        del message["parent_message_uuid"]
    assert [m.parent_id for m in record(claude.read_chat(value)).messages] == [None, 1, 2]


# LM Studio


def test_lm_studio_versions_are_siblings_and_the_path_goes_on_from_the_selected_one() -> None:
    found = lm_studio.read_chat(formats.lm_studio_chat(), "1.conversation.json", ("Work",))
    chat = record(found)
    assert tree(chat) == [
        ("user", "Hi", None),
        ("llm", "Hello", 1),
        ("llm", "Hey", 1),
        ("user", "Bye", 2),
    ]
    assert found is not None
    assert found.folder == ("Work",)
    assert (chat.system_prompt, chat.is_pinned, chat.model) == ("Be brief.", True, "qwen3-4b")


def test_lm_studio_reply_keeps_thinking_and_numbers() -> None:
    reply = record(lm_studio.read_chat(formats.lm_studio_chat())).messages[1]
    assert (reply.reasoning, reply.model, reply.finish_reason) == ("Greet", "qwen3-4b", "stop")
    assert (reply.prompt_tokens, reply.completion_tokens) == (10, 2)
    assert (reply.time_to_first_token_ms, reply.duration_ms) == (250, 1500)


def test_lm_studio_times_in_milliseconds_are_read() -> None:
    chat = record(lm_studio.read_chat(formats.lm_studio_chat()))
    assert chat.created_at == START
    assert chat.updated_at == datetime.fromtimestamp(T0 + 9, UTC)


# Open WebUI


def test_open_webui_chat_keeps_versions_tags_archive_and_prompt() -> None:
    chat = record(open_webui.read_chat(formats.open_webui_chat()))
    assert tree(chat) == [("user", "2 < 3?", None), ("llm", "Yes.", 1), ("llm", "Indeed.", 1)]
    assert chat.active_message_id == 2
    assert (chat.tags, chat.system_prompt) == (("math",), "Count well.")
    assert chat.archived_at == datetime.fromtimestamp(T0 + 60, UTC)


def test_open_webui_thinking_in_the_text_becomes_reasoning() -> None:
    reply = record(open_webui.read_chat(formats.open_webui_chat())).messages[1]
    assert (reply.reasoning, reply.reasoning_ms) == ("2 < 3\nso yes", 3000)
    assert (reply.prompt_tokens, reply.model) == (26, "llama3")


def test_open_webui_inner_chat_alone_is_read() -> None:
    value = formats.open_webui_chat()["chat"]
    assert open_webui.is_chat(value)
    assert record(open_webui.read_chat(value)).title == "Numbers"


# Jan


def test_jan_thread_is_one_path_with_model_and_instructions() -> None:
    lines = [
        jan_message("user", "A joke"),
        jan_message("assistant", "<think>hm</think>\n\nKnock knock", status="stopped"),
    ]
    chat = record(jan.read_chat(formats.JAN_THREAD, lines))
    assert tree(chat) == [("user", "A joke", None), ("llm", "Knock knock", 1)]
    reply = chat.messages[1]
    assert (reply.reasoning, reply.model, reply.status) == ("hm", "mistral-7b", "stopped")
    assert (chat.title, chat.system_prompt) == ("Jokes", "Be funny.")


# Markdown


def test_markdown_headings_that_name_speakers_make_turns() -> None:
    text = "# Trip\n\n## You\n\nWhere?\n\n## Assistant\n\nRome.\n\n```\n## You\n```\n"
    chat = record(markdown.read_chat(text))
    assert chat.title == "Trip"
    assert tree(chat) == [("user", "Where?", None), ("llm", "Rome.\n\n```\n## You\n```", 1)]


def test_markdown_bold_names_of_speakers_make_turns() -> None:
    chat = record(markdown.read_chat("**User:**\nHi\n\n**Assistant:**\nHello\n"))
    assert tree(chat) == [("user", "Hi", None), ("llm", "Hello", 1)]


def test_markdown_without_speakers_is_one_message_where_it_was_chosen_itself() -> None:
    chat = record(markdown.read_chat("# Notes\n\nBuy milk\n", "notes"))
    assert tree(chat) == [("user", "# Notes\n\nBuy milk", None)]
    assert markdown.read_chat("# Notes\n\nBuy milk\n", "notes", needs_headings=True) is None


def test_markdown_headings_in_a_reply_stay_text() -> None:
    text = "## You\n\nHow?\n\n## Assistant\n\n# Steps\n\n## User interface\n\nDone"
    chat = record(markdown.read_chat(text))
    assert tree(chat)[1][1] == "# Steps\n\n## User interface\n\nDone"


def test_origin_tells_a_chat_that_went_on_from_what_it_was() -> None:
    first: dict[str, Any] = formats.chatgpt_branches()
    same = record(chatgpt.read_chat(formats.chatgpt_branches())).origin
    assert record(chatgpt.read_chat(first)).origin == same
    first["mapping"]["n"] = chatgpt_node("n", "q2", "assistant", "Because.")
    assert record(chatgpt.read_chat(first)).origin != same
