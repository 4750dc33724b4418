"""`python -m desktop_chat`."""

from __future__ import annotations

import sys

from desktop_chat.cli import main

if __name__ == "__main__":
    sys.exit(main())
