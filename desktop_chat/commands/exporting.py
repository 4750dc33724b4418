"""`desktop-chat export`: chats to files, beside a window or without one."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from desktop_chat import paths
from desktop_chat.commands.status import DONE, FAILED, STOPPED, fail
from desktop_chat.domain.errors import ChatError
from desktop_chat.services.exporting.export import Export
from desktop_chat.services.exporting.options import ExportFormat, ExportOptions, ExportScope
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.database import open_database
from desktop_chat.storage.exporting.library_reader import LibraryReader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from desktop_chat.services.exporting.export import ChatWriter, Progress

STANDARD_OUTPUT = "-"
# Not a file for people: what the window shows before it prints.
PAGES = "pages"
# How far an export is, is said at most so many times.
STEPS = 200


def run(options: Mapping[str, Any]) -> int:
    """Export what the arguments name; print where it is."""
    try:
        signal.signal(signal.SIGTERM, _end)
        launch = read_launch(options, reads_working_directory=True, makes_directory=False)
        written = export(launch.data_dir, options, _Terminal())
    except ChatError as error:
        return fail(error)
    if written is not None:
        print(written)
    return DONE


def run_child() -> int:
    """Export what a line of JSON on standard input asks for; print lines of JSON.

    The export ends when standard input does. A line is `{"done", "total"}`, or `{"pages"}` where
    pages to be printed are asked for; the last one is `{"path"}` or `{"error", "fields", "text"}`.
    """
    lines = _Lines()
    try:
        signal.signal(signal.SIGTERM, _end)
        request = json.loads(sys.stdin.readline())
        threading.Thread(target=lines.watch, daemon=True).start()
        make = write_pages if request["format"] == PAGES else export
        written = make(Path(request["data_dir"]), request, lines)
    except ChatError as error:
        fields = {name: str(value) for name, value in error.fields.items()}
        lines.say({"error": error.code, "fields": fields, "text": str(error)})
        return FAILED
    except KeyboardInterrupt:
        return STOPPED
    lines.say({"path": str(written)})
    return DONE


def export(data_dir: Path, options: Mapping[str, Any], progress: Progress) -> Path | None:
    """Export chats as `options` say; return what was written, None for standard output.

    Raises:
        ChatError: It could not be done; no incomplete file is left.
    """
    kind = ExportFormat(options["format"])
    scope = ExportScope(tuple(options.get("chat_ids") or ()), options.get("folder_id"))
    target, replaces = str(options["output"]), bool(options.get("overwrite"))
    writer = make_writer(kind, _export_options(options))
    with open_database(paths.database_path(data_dir), read_only=True) as db:
        reader = LibraryReader(db, paths.attachments_dir(data_dir))
        job = Export(reader, writer, f".{kind.value}", progress)
        chat_ids = job.ids(scope)
        is_one = writer is None or (len(chat_ids) == 1 and len(scope.chat_ids) == 1)
        if target == STANDARD_OUTPUT and is_one:
            job.to_stream(chat_ids, sys.stdout.buffer)
            return None
        path = Path(target).expanduser()
        if is_one:
            return job.to_file(chat_ids, path, replaces=replaces)
        return job.to_folder(chat_ids, path, replaces=replaces)


def write_pages(data_dir: Path, options: Mapping[str, Any], lines: _Lines) -> Path:
    """Write the pages of one chat into a folder, for the window to show and to print.

    Raises:
        ChatError: It could not be done.
    """
    from desktop_chat.ui.printing.page_look import PageLook
    from desktop_chat.ui.printing.pdf_file import application
    from desktop_chat.ui.printing.picture_pages import PagesWriter

    # Fonts need one; it has to last.
    lines.kept = application()
    folder = Path(options["output"])
    look = PageLook(str(options["paper"]), is_landscape=bool(options.get("is_landscape")))
    with open_database(paths.database_path(data_dir), read_only=True) as db:
        chat = LibraryReader(db, paths.attachments_dir(data_dir)).chat(options["chat_ids"][0])
    PagesWriter(folder, look, lines.count_pages).write(chat, _export_options(options))
    return folder


def make_writer(kind: ExportFormat, options: ExportOptions) -> ChatWriter | None:
    """Return what writes files of a format, None for JSON, which `Export` writes itself."""
    # Each is imported only if it is wanted: the libraries for some are large.
    match kind:
        case ExportFormat.JSON:
            return None
        case ExportFormat.MARKDOWN:
            from desktop_chat.services.exporting.markdown_file import MarkdownFile

            return MarkdownFile(options)
        case ExportFormat.TEXT:
            from desktop_chat.ui.exporting.text_file import TextFile

            return TextFile(options)
        case ExportFormat.HTML:
            from desktop_chat.ui.exporting.html_file import HtmlFile

            return HtmlFile(options)
        case ExportFormat.DOCX:
            from desktop_chat.ui.exporting.docx_file import DocxFile

            return DocxFile(options)
        case ExportFormat.ODT:
            from desktop_chat.ui.exporting.odt_file import OdtFile

            return OdtFile(options)
        case ExportFormat.PDF:
            from desktop_chat.ui.printing.pdf_file import PdfFile

            return PdfFile(options)


def _export_options(options: Mapping[str, Any]) -> ExportOptions:
    return ExportOptions(
        has_reasoning=bool(options.get("thoughts")),
        has_details=bool(options.get("details", True)),
        paper=str(options.get("paper") or "a4"),
    )


class _Terminal:
    """Says on stderr how far it is, where somebody may read it."""

    def __init__(self) -> None:
        self._is_read = sys.stderr is not None and sys.stderr.isatty()
        self._said = -1

    def __call__(self, done: float, total: int) -> None:
        """Say it, in the line that said it before."""
        step = int(done * STEPS / total)
        if not self._is_read or total < 2 or step == self._said:
            return
        self._said = step
        end = "\n" if done >= total else ""
        print(f"\r{int(done)} of {total} chats", end=end, file=sys.stderr, flush=True)


class _Lines:
    """Says how far it is to the process that started this one, and ends with that one."""

    def __init__(self) -> None:
        self.kept: object = None
        self._said = -1
        self._is_ended = False

    def __call__(self, done: float, total: int) -> None:
        """Say it; end the export if it is not wanted any more."""
        self._check()
        step = int(done * STEPS / total)
        if step != self._said:
            self._said = step
            self.say({"done": round(done, 3), "total": total})

    def count_pages(self, count: int) -> None:
        """Say how many pages there are; end if they are not wanted any more."""
        self._check()
        if count != self._said:
            self._said = count
            self.say({"pages": count})

    def _check(self) -> None:
        if self._is_ended:
            raise KeyboardInterrupt

    def say(self, line: Mapping[str, Any]) -> None:
        """Print one line."""
        print(json.dumps(line), flush=True)

    def watch(self) -> None:
        """Wait for the end of standard input."""
        while sys.stdin.read(1):
            pass
        self._is_ended = True


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # What is half written is taken away on the way out.
    raise KeyboardInterrupt
