"""Downloads of GGUF files by URL."""

from __future__ import annotations

from desktop_chat.providers.model_download.download import ModelDownload
from desktop_chat.providers.model_download.file_download import Terms

__all__ = ["ModelDownload", "Terms"]
