"""Chats to export, made up."""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

from desktop_chat.domain.transfer import AttachmentRecord, ChatRecord, MessageRecord

NOW = datetime(2026, 11, 22, 10, 15, 30, 123_000, tzinfo=UTC)


def png(width: int = 8, height: int = 4) -> bytes:
    rows = b"".join(b"\0" + bytes([90, 120, 200] * width) for _ in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


PICTURE = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
RICH = f"""# Sorting

Some **bold**, *slanted*, ~~struck~~ text with `code` and [a page](https://example.org/a?b=1&c=2).

## Code

```python
def half(number):  # comment
    return number // 2
```

| Name | Cost |
|:-----|-----:|
| quick | $n \\log n$ |
| merge | 12 |

1. first
2. second
   - inner
3. third

- [x] done

> a quote

$$\\frac{{a}}{{b}} = \\sqrt{{c}}$$

![a picture]({PICTURE})
"""
HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> &amp; "quoted"

![tracked](https://tracker.example/pixel.png)
![local](file:///etc/passwd)
[run](javascript:alert(1)) [share](file://server/share) [ok](https://example.org/)

$\\href{javascript:alert(1)}{x}$

```"><script>
</code></pre><script>alert(2)</script>
```
"""


def message(number: int, sender: str, content: str, **more: object) -> MessageRecord:
    parent = more.pop("parent_id", number - 1 if number > 1 else None)
    at = NOW + timedelta(seconds=number)
    return MessageRecord(number, sender, content, at, parent, **more)  # type: ignore[arg-type]


def chat(*messages: MessageRecord, title: str = "A chat", **more: object) -> ChatRecord:
    return ChatRecord(1, title, NOW, NOW, messages=messages, **more)  # type: ignore[arg-type]


def conversation(reply: str, title: str = "A chat", **more: object) -> ChatRecord:
    question, answer = message(1, "user", "Tell me"), message(2, "llm", reply, **more)
    return chat(question, answer, title=title)


def attachment(data: bytes | None = None, name: str = "notes.txt") -> AttachmentRecord:
    return AttachmentRecord(name, "image/png" if data else "text/plain", 1200, "", "", data)


def written(writer: object, record: ChatRecord) -> bytes:
    file = BytesIO()
    writer.write(record, file, lambda: None)  # type: ignore[attr-defined]
    return file.getvalue()
