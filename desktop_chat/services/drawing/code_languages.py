"""What languages of code are called: for the reader, and for Pygments. No Qt."""

from __future__ import annotations

import re

_LABELS = {
    "py": "Python", "python": "Python", "python3": "Python", "pycon": "Python",
    "js": "JavaScript", "javascript": "JavaScript", "jsx": "JSX", "node": "JavaScript",
    "ts": "TypeScript", "typescript": "TypeScript", "tsx": "TSX", "sh": "Shell",
    "shell": "Shell", "bash": "Bash", "zsh": "Zsh", "fish": "Fish", "console": "Console",
    "powershell": "PowerShell", "ps1": "PowerShell", "bat": "Batch", "cmd": "Batch", "c": "C",
    "h": "C", "cpp": "C++", "c++": "C++", "hpp": "C++", "cs": "C#", "csharp": "C#", "c#": "C#",
    "objc": "Objective-C", "java": "Java", "kotlin": "Kotlin", "kt": "Kotlin", "scala": "Scala",
    "swift": "Swift", "dart": "Dart", "go": "Go", "golang": "Go", "rust": "Rust", "rs": "Rust",
    "rb": "Ruby", "ruby": "Ruby", "php": "PHP", "perl": "Perl", "lua": "Lua", "r": "R",
    "sql": "SQL", "html": "HTML", "css": "CSS", "scss": "SCSS", "json": "JSON", "jsonc": "JSON",
    "json5": "JSON5", "yaml": "YAML", "yml": "YAML", "xml": "XML", "svg": "SVG", "toml": "TOML",
    "ini": "INI", "md": "Markdown", "markdown": "Markdown", "tex": "LaTeX", "latex": "LaTeX",
    "diff": "Diff", "patch": "Diff", "dockerfile": "Dockerfile", "docker": "Dockerfile",
    "makefile": "Makefile", "make": "Makefile", "cmake": "CMake", "nginx": "Nginx",
    "graphql": "GraphQL", "haskell": "Haskell", "hs": "Haskell", "elixir": "Elixir",
    "erlang": "Erlang", "ocaml": "OCaml", "fsharp": "F#", "clojure": "Clojure", "julia": "Julia",
    "matlab": "MATLAB", "zig": "Zig", "nix": "Nix", "hcl": "HCL", "terraform": "Terraform",
    "text": "Text", "txt": "Text", "plaintext": "Text", "mermaid": "Mermaid", "csv": "CSV",
    "asm": "Assembly", "vue": "Vue", "svelte": "Svelte", "http": "HTTP",
}  # fmt: skip
# Names in use that Pygments does not know, and those it knows for something else.
_LEXERS = {
    "jsonc": "json5", "jsonl": "json", "ndjson": "json", "geojson": "json", "ipynb": "json",
    "yml": "yaml", "kt": "kotlin", "kts": "kotlin", "h": "c", "hpp": "cpp", "cc": "cpp",
    "hh": "cpp", "cxx": "cpp", "mjs": "javascript", "cjs": "javascript", "node": "javascript",
    "mts": "typescript", "cts": "typescript", "patch": "diff", "cmd": "bat", "gql": "graphql",
    "conf": "ini", "env": "bash", "dotenv": "bash", "svg": "xml", "xhtml": "html",
    "svelte": "html", "astro": "html", "gradle": "groovy", "ipython": "ipython3",
    "jupyter": "python", "sagemath": "sage", "terminal": "console", "shell-session": "console",
    "bash-session": "console", "mdx": "markdown", "vb": "vb.net", "asm": "nasm", "tf": "terraform",
    "jinja2": "jinja", "curl": "bash", "git": "console", "fs": "fsharp",
    "text": "", "txt": "", "plain": "", "plaintext": "", "none": "", "output": "",
}  # fmt: skip
# After the name a fence may tell a file, lines to mark, attributes.
_NAME = re.compile(r"[\w+#.-]+")


def label_of(language: str) -> str:
    """Return what a language is called in the header of a block; "" without a language."""
    return _LABELS.get(_name_of(language), language.strip("{}."))


def lexer_name(language: str) -> str:
    """Return the alias by which Pygments may know a language; "" for plain text."""
    name = _name_of(language)
    return _LEXERS.get(name, name)


def _name_of(language: str) -> str:
    match = _NAME.search(language.lower().removeprefix("language-").lstrip("{."))
    return match.group() if match else ""
