"""Scenarios that go well: plain answers, reasoning, odd contents."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.standin.chunks import DONE, numbered_word, words_of
from tests.standin.exchange import Exchange, Reply
from tests.standin.scenarios import scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE_SEPARATORS = (
    "a\u2028b\u2029c\u0085d\u000be\u001cf\ufeffg\u0000h\ud800i\u000cj\u001ek\u007fl \ufeffend"
)


def said(exchange: Exchange) -> Sequence[str]:
    """The pieces to say: `text=…`, or `tokens=…` numbered words, or the echo."""
    if "tokens" in exchange.args and "text" not in exchange.args:
        return NumberedWords(int(exchange.args["tokens"]), int(exchange.args.get("paragraph", 60)))
    return exchange.echo()


class NumberedWords(list[str]):
    """The pieces of `steady`."""

    def __init__(self, tokens: int, paragraph: int) -> None:
        super().__init__(numbered_word(number, paragraph) for number in range(tokens))


@scenario("echo", "plain-2026", "usage")
async def plain(exchange: Exchange) -> None:
    await exchange.answer(Reply(said(exchange)))


@scenario("plain-2025")
async def plain_2025(exchange: Exchange) -> None:
    await exchange.answer(Reply(said(exchange), role_always=True))


@scenario("steady")
async def steady(exchange: Exchange) -> None:
    """Numbered words at `rate` tokens per second, `tokens` of them (default 1000)."""
    exchange.args.setdefault("tokens", 1000)
    await exchange.answer(Reply(said(exchange), finish_reason="stop"))


@scenario("no-usage")
async def no_usage(exchange: Exchange) -> None:
    await exchange.answer(Reply(said(exchange), has_usage=False))


@scenario("non-stream", "json-despite-stream")
async def json_always(exchange: Exchange) -> None:
    reply = Reply(said(exchange))
    whole = exchange.chunks().whole("".join(reply.pieces), "", "stop", exchange.usage(reply))
    await exchange.send_json(200, whole)


@scenario("sse-despite-nonstream")
async def stream_always(exchange: Exchange) -> None:
    await exchange.stream(Reply(said(exchange)))


@scenario("length")
async def length(exchange: Exchange) -> None:
    await exchange.answer(Reply(said(exchange), finish_reason="length"))


@scenario("empty-stop")
async def empty_stop(exchange: Exchange) -> None:
    await exchange.answer(Reply([]))


@scenario("one-huge-delta")
async def one_huge_delta(exchange: Exchange) -> None:
    size = int(exchange.args.get("size", 2_000_000))
    await exchange.answer(Reply([("word " * (size // 5 + 1))[:size]]))


@scenario("line-separators")
async def line_separators(exchange: Exchange) -> None:
    await exchange.answer(Reply([LINE_SEPARATORS[:9], LINE_SEPARATORS[9:]]))


@scenario("whitespace-only")
async def whitespace_only(exchange: Exchange) -> None:
    await exchange.answer(Reply(["\n", "   ", "\r\n", "\n\n"]))


def thought(exchange: Exchange) -> list[str]:
    """The tokens of a thought: the argument `reasoning`."""
    return words_of(str(exchange.args.get("reasoning", "Let me think about this.\nDone.")))


@scenario("reasoning-content")
async def reasoning_content(exchange: Exchange) -> None:
    await exchange.answer(Reply(said(exchange), reasoning=thought(exchange)))


@scenario("reasoning-field")
async def reasoning_field(exchange: Exchange) -> None:
    reply = Reply(said(exchange), reasoning=thought(exchange), reasoning_field="reasoning")
    await exchange.answer(reply)


@scenario("reasoning-only")
async def reasoning_only(exchange: Exchange) -> None:
    reason = str(exchange.args.get("finish", "length"))
    await exchange.answer(Reply([], reasoning=thought(exchange), finish_reason=reason))


@scenario("think-tags")
async def think_tags(exchange: Exchange) -> None:
    pieces = ["<thi", "nk>", *thought(exchange), "</th", "ink>", "\n\n", *said(exchange)]
    await exchange.answer(Reply(pieces))


@scenario("think-no-open")
async def think_no_open(exchange: Exchange) -> None:
    pieces = [*thought(exchange), "\n</", "think>", "\n\n", *said(exchange)]
    await exchange.answer(Reply(pieces))


@scenario("think-unclosed")
async def think_unclosed(exchange: Exchange) -> None:
    await exchange.answer(Reply(["<think>", *thought(exchange)], finish_reason="length"))


@scenario("stop-mid", "quit-mid")
async def endless(exchange: Exchange) -> None:
    """Numbered words without end, 50 per second unless `rate` says otherwise."""
    exchange.args.setdefault("rate", 50)
    chunks = exchange.chunks()
    await exchange.start_stream()
    pace = exchange.pace()
    for number in count():
        await exchange.send_token(chunks.piece(numbered_word(number)), pace)


@scenario("done-then-open")
async def done_then_open(exchange: Exchange) -> None:
    chunks = exchange.chunks()
    await exchange.start_stream()
    pace = exchange.pace()
    for token in said(exchange):
        await exchange.send_token(chunks.piece(token), pace)
    await exchange.send_frame(chunks.finish())
    await exchange.send_frame(DONE)
    await exchange.forever()
