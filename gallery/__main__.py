"""`python -m gallery [PAGE]…`: every construct of a message as PNG, in build/gallery.

Each page is shown by the real view in each theme, at text sizes of 100 % and 200 %, and once at
a display scale of 200 %.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OUTPUT = Path(__file__).parent.parent / "build" / "gallery"


class Style(NamedTuple):
    """How a page is shown; sizes in per cent."""

    theme: str
    text: int = 100
    scale: int = 100

    @property
    def name(self) -> str:
        """How the files of this style end."""
        scale = f"-scale-{self.scale}" if self.scale != 100 else ""
        return f"{self.theme}-{self.text}{scale}"


STYLES = (
    Style("light"),
    Style("dark"),
    Style("light", text=200),
    Style("dark", text=200),
    Style("light", scale=200),
    Style("dark", scale=200),
    Style("high-contrast-light"),
    Style("high-contrast-dark"),
)


def main(wanted: list[str]) -> int:
    """Take the pictures of all pages, or of those that are named, in every style."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    status = 0
    for style in STYLES:
        # The scale of the display is fixed once Qt has started, so each style has its process.
        env = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": str(style.scale / 100),
        }
        command = [sys.executable, "-m", "gallery.camera", style.theme, str(style.text)]
        done = subprocess.run([*command, style.name, str(OUTPUT), *wanted], env=env, check=False)
        status = status or done.returncode
    sys.stdout.write(f"The pictures are in {OUTPUT}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
