"""Good streams whose contents are long, hostile, or mixed with thoughts."""

from __future__ import annotations

from itertools import count

from tests.standin.chunks import DONE, event, words_of
from tests.standin.exchange import Exchange, Reply
from tests.standin.http import ClientGoneError
from tests.standin.plays.framing import send_framed
from tests.standin.plays.plain import said, thought
from tests.standin.scenarios import scenario

BLOCK = (
    "## Part {n}\n\nSome *prose* with `code` and a [link](https://example.org/{n}).\n\n"
    "```python\ndef f_{n}(x):\n    return x + {n}\n```\n\n"
    "| a | b |\n|---|---|\n| {n} | x |\n\n- one\n- two\n\n"
)
MARKUP = (
    '<script>alert(1)</script>\n\n<img src="http://example.org/x.png" onerror="alert(1)">\n\n'
    "[click](javascript:alert(1)) ![pic](http://example.org/y.png)\n\n"
)
TOOL_TAGS = '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}}</tool_call>'


def long_markdown(tokens: int) -> list[str]:
    """So many pieces of Markdown with code and tables."""
    pieces: list[str] = []
    for number in count():
        if len(pieces) >= tokens:
            break
        pieces += words_of(BLOCK.format(n=number))
    return pieces[:tokens]


@scenario("long-fast")
async def long_fast(exchange: Exchange) -> None:
    """Markdown, `tokens` (20 000) pieces at `rate` (500) a second."""
    exchange.args.setdefault("rate", 500)
    await exchange.answer(Reply(long_markdown(int(exchange.args.get("tokens", 20_000)))))


@scenario("markup-attack")
async def markup_attack(exchange: Exchange) -> None:
    """Foreign markup, `depth` (10 000) nested quotes and brackets, a huge table, an open fence."""
    depth = int(exchange.args.get("depth", 10_000))
    table = "| a | b | c |\n|---|---|---|\n" + "| 1 | 2 | 3 |\n" * (depth // 10)
    parts = [MARKUP, ">" * depth + " deep\n\n", "[" * depth + "\n\n", table, "\n```html\n<b>open"]
    await exchange.answer(Reply(parts))


@scenario("reasoning-interleaved")
async def interleaved(exchange: Exchange) -> None:
    """Thought, answer, thought, answer."""
    chunks = exchange.chunks()
    pieces = list(said(exchange))
    half = len(pieces) // 2 or 1
    order = [("reasoning_content", "First. "), *(("content", piece) for piece in pieces[:half])]
    order += [("reasoning_content", "Second."), *(("content", piece) for piece in pieces[half:])]
    frames = [chunks.piece(text, field) for field, text in order]
    await send_payloads(exchange, [*frames, chunks.finish()])


@scenario("reasoning-object")
async def reasoning_object(exchange: Exchange) -> None:
    """The thought as an object with `text`."""
    chunks = exchange.chunks()
    frames = [chunks.delta({"reasoning_content": {"text": text}}) for text in thought(exchange)]
    frames += [chunks.piece(piece) for piece in said(exchange)]
    await send_payloads(exchange, [*frames, chunks.finish()])


@scenario("tool-tags-in-content")
async def tool_tags(exchange: Exchange) -> None:
    await exchange.answer(Reply(words_of(TOOL_TAGS)))


@scenario("two-chats", "switch-chat-mid")
async def two_chats(exchange: Exchange) -> None:
    """Numbered words, `tokens` (200) of them at `rate` (20): time to look at another chat."""
    exchange.args.setdefault("tokens", 200)
    exchange.args.setdefault("rate", 20)
    await exchange.answer(Reply(said(exchange)))


@scenario("title-request")
async def title_request(exchange: Exchange) -> None:
    """A thinking model asked for a title: a thought that takes all tokens, and no content."""
    await exchange.answer(Reply([], reasoning=thought(exchange), finish_reason="length"))


@scenario("stop-vs-end-race")
async def stop_vs_end(exchange: Exchange) -> None:
    """The last piece, the finish chunk and `[DONE]` in one frame: Stop comes as they do."""
    chunks = exchange.chunks()
    *pieces, last = [event(chunks.piece(piece)) for piece in said(exchange)]
    await send_framed(exchange, [*pieces, last + event(chunks.finish()) + DONE])


@scenario("ignores-disconnect", survives_close=True)
async def ignores_disconnect(exchange: Exchange) -> None:
    """Goes on generating, for `tokens` (200) at `rate` (100), though the client has gone."""
    exchange.args.setdefault("rate", 100)
    chunks = exchange.chunks()
    pace = exchange.pace()
    await exchange.start_stream()
    for number in range(int(exchange.args.get("tokens", 200))):
        try:
            await exchange.send_token(chunks.piece(f" w{number}"), pace)
        except ClientGoneError:
            exchange.record.tokens_sent += 1
    if not exchange.wire.gone.is_set():
        await exchange.send_frame(DONE)
        await exchange.end_stream()


async def send_payloads(exchange: Exchange, payloads: list[dict[str, object]]) -> None:
    """Send these chunks and `[DONE]`."""
    await send_framed(exchange, [*(event(payload) for payload in payloads), DONE])
