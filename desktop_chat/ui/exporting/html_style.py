"""The style sheet of exported pages, made from the colours of the themes. No Qt."""

from __future__ import annotations

import json
from functools import cache

from desktop_chat.assets import asset_text

_COLOURS = (
    "window", "text", "muted", "line", "bubble", "code", "link", "accent",
    "syntax-keyword", "syntax-string", "syntax-number", "syntax-comment", "error",
)  # fmt: skip
_RULES = """
body { margin: 0; background: var(--window); color: var(--text);
  font: 16px/1.55 system-ui, "Segoe UI", Inter, Roboto, "Noto Sans", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; }
article { margin-top: 2rem; }
article > h2 { font-size: .95rem; margin: 0 0 .5rem; }
article > h2 small { font-weight: normal; color: var(--muted); margin-left: .5rem; }
article.user > div { background: var(--bubble); border-radius: .75rem; padding: .1rem 1rem; }
h3, h4, h5, h6 { line-height: 1.3; margin: 1.6em 0 .5em; }
h3 { font-size: 1.35rem; } h4 { font-size: 1.15rem; } h5, h6 { font-size: 1rem; }
p, ul, ol, pre, table, blockquote { margin: .75em 0; }
li > p { margin: .25em 0; }
li.marked { list-style: none; }
li > .mark { display: inline-block; width: 1.4em; margin-left: -1.4em; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono",
  monospace; font-size: .9em; }
code { background: var(--code); border-radius: .3em; padding: .1em .3em; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: .6em;
  padding: .8em 1em; overflow-x: auto; overflow-wrap: normal; line-height: 1.45; }
pre code { background: none; padding: 0; font-size: 1em; }
blockquote { margin-left: 0; padding-left: 1em; border-left: 3px solid var(--line);
  color: var(--muted); }
.wide { overflow: auto hidden; overflow-wrap: normal; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .4em .7em; text-align: left;
  vertical-align: top; }
th { background: var(--bubble); }
.right { text-align: right; } .center { text-align: center; }
img { max-width: 100%; height: auto; border-radius: .4em; }
sup { line-height: 0; } math { font-size: 1.1em; } math[display=block] { margin: 1em 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.6em 0; }
details { color: var(--muted); margin: .75em 0; } summary { cursor: pointer; }
.note, .file, .system { color: var(--muted); } .note { font-style: italic; }
.k { color: var(--syntax-keyword); } .s { color: var(--syntax-string); }
.n { color: var(--syntax-number); } .c { color: var(--syntax-comment); }
.e { color: var(--error); }
@media print { main { max-width: none; padding: 0; } pre { white-space: pre-wrap; }
  h1, h2, h3, h4 { break-after: avoid; } tr, img { break-inside: avoid; } }
"""

CLASSES = {
    "syntax_keyword": "k",
    "syntax_string": "s",
    "syntax_number": "n",
    "syntax_comment": "c",
    "error": "e",
}
"""The class of each colour of code, by the theme's token."""


@cache
def style_sheet() -> str:
    """Return the style sheet; dark where the reader's system is."""
    light, dark = _variables("light"), _variables("dark")
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}"
        f"{_RULES}"
    )


@cache
def theme_colours(name: str) -> dict[str, str]:
    """Return the colours of a theme, by the names of its file."""
    return {key: str(value) for key, value in json.loads(asset_text(f"themes/{name}.json")).items()}


def _variables(theme: str) -> str:
    colours = theme_colours(theme)
    return " ".join(f"--{name}: {colours[name]};" for name in _COLOURS)
