"""The download of a model, which may be in several files."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import DownloadProgress, DownloadState
from desktop_chat.domain.errors import DownloadRefusedError, ModelFileBrokenError
from desktop_chat.providers.local.model_files import check_model, split_parts
from desktop_chat.providers.model_download.file_download import FileDownload, Terms
from desktop_chat.providers.model_download.names import checked_checksum, parse_source
from desktop_chat.providers.model_download.part_file import remove_stale

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path


PLAIN = Terms()


class ModelDownload:
    """Fetches a GGUF file, or all parts of a split one.

    What was fetched is kept when it breaks or is given up, and gone on with by the next download
    of the same address. No key is sent anywhere.

    Args:
        source: The address as the user typed it.
        folder: Where the file goes; made when missing.
        terms: The checksum counts only for a file that is not split.

    Raises:
        DownloadError: The address or the checksum cannot be used.

    Attributes:
        target: Where the file will be, the first one of a split model.
    """

    def __init__(self, source: str, folder: Path, terms: Terms = PLAIN) -> None:
        self._source = parse_source(source)
        self.target = folder / self._source.file_name
        checksum = checked_checksum(terms.checksum, self._source.file_name)
        self._terms = replace(terms, checksum=checksum)

    async def run(self) -> AsyncGenerator[DownloadProgress, None]:
        """Fetch, and report about it; the last report is DONE and names the model.

        Raises:
            DownloadError: It could not be fetched.
        """
        targets = split_parts(self.target)
        kept = [target for target in targets if target.exists()]
        await asyncio.to_thread(remove_stale, self.target.parent)
        yield DownloadProgress(DownloadState.WAITING)
        fetched = 0
        for target in targets:
            source = self._source.sibling(target.name) if len(targets) > 1 else self._source
            terms = self._terms if len(targets) == 1 else replace(self._terms, checksum="")
            file = FileDownload(source, target, terms)
            async with aclosing(file.run()) as reports:
                async for done, total, rate, state in reports:
                    known = total if target is targets[-1] else None
                    all_bytes = None if known is None else fetched + known
                    yield DownloadProgress(state, fetched + done, all_bytes, rate)
            fetched += target.stat().st_size
        await asyncio.to_thread(_check_model, targets, kept)
        yield DownloadProgress(DownloadState.DONE, fetched, fetched, None, str(targets[0]))


def _check_model(files: Sequence[Path], kept: Sequence[Path]) -> None:
    """Remove again what is no language model, but nothing that was there before."""
    try:
        check_model(files[0])
    except ModelFileBrokenError as error:
        for file in set(files).difference(kept):
            file.unlink(missing_ok=True)
        detail = str(error.fields.get("detail", ""))
        raise DownloadRefusedError(name=files[0].name, detail=detail) from error
