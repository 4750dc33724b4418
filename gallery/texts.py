"""What the messages of the gallery say: every construct at least once."""

from __future__ import annotations

TEXT = r"""# Heading of level 1
The Moon moves on while the Earth turns. After one full rotation you need about **50 more minutes**
to face it again, so each tide comes later.

## Heading of level 2 with `code` and *emphasis*
*Italic*, **bold**, ***both***, ~~struck out~~, `inline code`, [a link](https://example.org/path),
<https://example.org/auto>, https://example.org/bare and **[a bold link](https://example.org)**.
A `chip at the end of a line that is long enough to be broken in two` stays readable.

### Heading of level 3
A hard break follows\
here.

#### Heading of level 4
##### Heading of level 5
###### Heading of level 6
Entities: &copy; &amp; &lt;div&gt; &#9731;. Escapes: \*no emphasis\*, \`no code\`, 1\. no list.
HTML is text: <b>bold</b> <script>alert(1)</script>.

Setext heading
==============

A rule:

---

One very long word without a place to break:
Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsversammlungsort.

A paragraph directly after another one, to see the distance between the two. It is long enough to
be broken into several lines, so that the line height can be judged against the distance.
"""

LISTS = """A tight list:
- one
- two, which is long enough to be broken into a second line, so that its indentation can be seen
- three
  - nested one
  - nested two
    - level three
      - level four
        - level five

A loose list:

1. First paragraph.

   Second paragraph of the first item.

2. With code:

   ```python
   print("in a list")
   ```

3. With a quote:

   > quoted in a list

10. ten
11. eleven

100. a hundred
101. and one

Tasks:
- [x] done
- [ ] open, with **bold** and `code`
- [ ] open
  - [x] nested and done

> A quote of one paragraph that is long enough to be broken into a second line of text.
>
> Its second paragraph.
>
> > A quote within, with a list:
> > - one
> > - two
>
> ```
> code in a quote
> ```

- > A quote as the first thing of an item
- ## A heading in an item
- | a | b |
  |---|---|
  | 1 | 2 |

A paragraph after it all.
"""

CODE = '''Python:

```python
@cache
class Tide(Protocol):
    """Hours between two passages of the Moon."""

    RATE: ClassVar[float] = 29.53  # days
    _names = {"spring": 1, 'neap': 0x2, f"{x!r:>10}": None}

    def lunar_day(self, month_days: float = 29.53) -> float:
        if month_days <= 0 or not isinstance(month_days, float):
            raise ValueError(f"{month_days} is not a month")
        return 24 / (1 - 1 / month_days)   # 24.84
```

```rust
fn main() -> Result<(), Box<dyn Error>> {
    let xs: Vec<u32> = (1..=10).filter(|x| x % 2 == 0).collect();
    println!("{:?} {}", xs, 'c'); // comment
    Ok(())
}
```

```html
<!-- comment --><div class="a" id=b>text &amp; <b>bold</b></div>
```

```css
.card:hover > a::after { color: #0f6b5c; margin: 0 auto !important; }
```

```json
{"name": "x", "list": [1, 2.5e3, true, null], "nested": {"a": "b"}}
```

```bash
#!/bin/sh
for f in *.txt; do echo "$f ${f%.txt}" | grep -v 'x' > /dev/null; done  # comment
```

```sql
SELECT name, COUNT(*) FROM chat WHERE id > 3 AND title LIKE '%x%' GROUP BY 1; -- comment
```

```diff
--- a/file
+++ b/file
@@ -1,2 +1,2 @@
-old line
+new line
```

```unknown-language
no colours here
```

```
no language at all
```

    indented code

A very long line:

```text
0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789
\tone tab\ttwo tabs
```

Empty:

```python
```
'''

CODE_LONG = (
    "Over 40 lines, collapsed:\n\n```python\n"
    + "\n".join(f"value_{n} = compute({n}, name='row {n}')  # line {n}" for n in range(1, 121))
    + "\n```\n\nExactly as long as is shown whole:\n\n```javascript\n"
    + "\n".join(f"const value{n} = () => `row ${{{n}}}`;" for n in range(1, 41))
    + "\n```\n"
)

TABLES = """| Day | High tide | Delay |
|:----|:---------:|------:|
| Monday | 06:10 | – |
| Tuesday | 07:00 | 50 min |

With markup in cells:

| Construct | Example | Note |
|---|---|---|
| bold | **bold** and *italic* | `code` and ~~struck~~ |
| link | [a link](https://example.org) | https://example.org |
| formula | $x^2 + y^2$ | escaped \\| pipe |
| empty | | |

Long cells:

| Name | What it means | Number |
|---|---|--:|
| Spring tide | Sun, Moon and Earth stand in one line, so that both pull together and the water \
rises higher than on other days | 2 |
| Neap tide | Sun and Moon stand at a right angle, as seen from here, and work against each \
other all day long, so high water is low and low water high | 2 |

Wide:

| a | b | c | d | e | f | g | h | i | j | k | l |
|---|---|---|---|---|---|---|---|---|---|---|---|
| Alpha value | Beta value | Gamma value | Delta value | Epsilon | Zeta value | Eta value | \
Theta | Iota value | Kappa value | Lambda | Mu value |
| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 |

Right to left:

| שם | ערך |
|---|---|
| ירח | 1 |

One column:

| only |
|---|
| this |

Text after the table.
"""

FORMULAS = r"""Inline: $E = mc^2$, $\frac{a}{b}$, $\sqrt{x^2 + y^2}$, $\alpha \le \beta$,
$x_{i}^{2}$ and \(e^{i\pi} + 1 = 0\) within a line of text
that goes on and on, so that it is broken around
$\sum_{i=1}^{n} i = \frac{n(n+1)}{2}$ formulas, too.

$$
\int_{-\infty}^{\infty} e^{-x^2} \, dx = \sqrt{\pi}
$$

\[
\begin{pmatrix} a & b \\ c & d \end{pmatrix}
\begin{pmatrix} x \\ y \end{pmatrix} = \begin{pmatrix} ax + by \\ cx + dy \end{pmatrix}
\]

$$
f(x) = \begin{cases} x^2 & x \ge 0 \\ -x & \text{otherwise} \end{cases}
$$

Too wide for the column:

$$
a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13} + a_{14} +
a_{15} + a_{16} + a_{17} + a_{18} + a_{19} + a_{20} + a_{21} + a_{22} + a_{23} + a_{24} = \sum a_i
$$

One that cannot be drawn: $\undefinedcommand{x}$, and as a block:

$$
\begin{nonsense} \frac{1}{
$$

Not formulas: it costs $5 or $10, and `$x$` is code.

- In a list: $x^2$
- $$y = \frac{1}{x}$$

> In a quote: $\vec{v} \cdot \vec{w}$

**Bold with $x^2$ in it** and a heading:

### The value of $\pi$
"""

IMAGES = """An image of the network: ![A high tide](https://example.org/pictures/high-tide.png)

![](https://example.org/without-a-description/and-with-a-very-long-address/that-goes-on-and-on/\
until-it-has-to-be-broken-or-cut-off-somewhere.jpeg)

In a sentence ![icon](https://example.org/i.png) it stands so. A local one:
![no](file:///etc/passwd)

[![An image that is a link](https://example.org/badge.svg)](https://example.org)

Footnotes: the first[^1], the second[^long], the first again[^1], and one that is not there[^none].

[^1]: A short note.
[^long]: A longer note with **bold** and `code` and
    a second line.

    And a second paragraph.
"""

SCRIPTS = """זוהי פסקה בעברית עם **מודגש** ועם `code` ומספרים 12345 באמצע, ארוכה דיה כדי \
להישבר לשורה שנייה ולהראות את היישור לימין.

هذه فقرة بالعربية مع **نص عريض** ورابط [هنا](https://example.org) وأرقام ١٢٣.

- רשימה
- בעברית
  1. פנימית

> ציטוט בעברית

English with עברית in the middle and العربية too, then English again.

月亮在地球自转时继续移动。地球自转一周后,还需要大约**五十分钟**才能再次面对月亮,\
因此每次涨潮都会推迟。这一段足够长,可以看到换行。

月は地球が回っている間も動き続けます。
「満潮」は毎日約50分遅れます。\
ー、。」などは行頭に来ません。

달은 지구가 도는 동안에도 계속 움직입니다. 그래서 밀물은 매일 약 50분씩 늦어집니다.

Emoji: 🙂 👩‍👩‍👧‍👦 🏳️‍🌈 🇪🇺 👍🏽 ❤️ ✅ in a line, and **🚀 bold** `🚀 code`.

Ελληνικά, кириллица, ไทย, हिन्दी, Zürich, naïve, ﬁ, ½, →, ∑.
"""

JAPANESE = "月は地球が回っている間も動き続けますか?長い質問を書いて、吹き出しの中で改行を見ます。"

REASONING = """The user wants to know about tides. Let me think:

1. The Moon moves.
2. The Earth turns.

```python
24 / (1 - 1 / 29.53)
```

So it is **24.84** hours.
"""

LONG_QUESTION = (
    "Why does high tide come later each day? I have read that the Moon moves on while the Earth "
    "turns, but I would like to see the sum, with all its steps, and a table for a whole week. "
) * 4

HALF_OPEN = [
    "A paragraph that still gro",
    "An open **bold",
    "An open *italic",
    "An open `code",
    "An open [link](https://exam",
    "An open ![image](https://exam",
    "A formula $x^2 + \\frac{a",
    "A display formula:\n\n$$\nx = \\frac{1",
    "A list:\n- one\n- tw",
    "A list with an empty item:\n- one\n-",
    "A heading:\n\n## Tides and",
    "A fence:\n\n```python\ndef lunar_day(",
    "A fence with its language half:\n\n```pyt",
    "A table:\n\n| Day | High tide |\n|:---|--:|\n| Monday | 06",
    "A table's head:\n\n| Day | High tide |",
    "A table's rule:\n\n| Day | High tide |\n|--",
    "A quote:\n\n> quoted so f",
    "Something between = and a heading:\n\nText\n--",
]

MARKED = """## High tide as a heading
All of this is selected: **bold tide**, `code of tides`, [a tide](https://example.org), $x^2$. The
paragraph about the tide is so long that it is broken into several lines, so that one can see how
what is marked looks from line to line of high tide and low tide.

- item one
- item two

```python
def lunar_day(month_days: float = 29.53) -> float:
    return 24 / (1 - 1 / month_days)
```

| Day | High tide |
|---|--:|
| Monday | 06:10 |

$$
x = \\frac{1}{2}
$$
"""

NARROW = """### A heading that is too long for one line here
A paragraph with `inline code` and a [link](https://example.org).

- a list with a longer item that breaks
  - nested

```python
def lunar_day(month_days: float = 29.53) -> float:
    return 24 / (1 - 1 / month_days)
```

| Day | High tide | What it means |
|---|--:|---|
| Monday | 06:10 | Sun and Moon stand in one line |

$$
\\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi} + a_1 + a_2 + a_3 + a_4 + a_5
$$

> A quote that is long enough to be broken
"""
