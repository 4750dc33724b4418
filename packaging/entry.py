"""Where the bundle starts."""

import os
import sys

# The bundle finds its libraries through this variable; programs that it starts must not.
if sys.platform.startswith("linux"):
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before

from desktop_chat.cli import main

if __name__ == "__main__":
    sys.exit(main())
