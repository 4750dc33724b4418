"""Language models and where they are served."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LM_STUDIO = "lm-studio"
EMBEDDED = "embedded"
FILE_SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model of one engine.

    Attributes:
        account_id: The engine: `LM_STUDIO`, `EMBEDDED` or `Account.account_id`.
        model_id: The id by which that engine knows the model.
    """

    account_id: str
    model_id: str

    @property
    def label(self) -> str:
        """The model as one would say it: of a file its name, else the id."""
        return short_name(self.model_id)


def short_name(model_id: str) -> str:
    """Return the name of a file where the id is one's path, as llama-server has it; else the id."""
    if not model_id.casefold().endswith(FILE_SUFFIX):
        return model_id
    return model_id.replace("\\", "/").rpartition("/")[2][: -len(FILE_SUFFIX)] or model_id


class ModelKind(StrEnum):
    """What a model is for; only CHAT and UNKNOWN are offered."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ModelInstance:
    """A model in the memory of its engine; one model can be there several times.

    Attributes:
        id: By which it is unloaded.
        context_length: Tokens that fit; None if the engine does not tell.
    """

    id: str
    context_length: int | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What an engine says of one of its models.

    Attributes:
        id: The id to send in a request. For the embedded engine the absolute path of the file.
        name: The name to show.
        is_loaded: Whether it is in memory now; None if the engine cannot tell.
        context_length: Tokens that fit: of the loaded instance if loaded, else the maximum.
        size_bytes: Size of the file or files on disk.
        max_context_length: Tokens that the model can take at most.
        display_name: The name its maker gave it; several models may share one.
        parameters: Number of parameters in words, such as "26B-A4B".
        file_format: "gguf", "mlx" …
        has_vision: Whether it takes images; None if nobody knows, as for `has_tools`.
        has_tools: Whether it was trained to call tools.
        reasoning_options: Words for `reasoning_effort`; empty if it has none or nobody knows.
        reasoning_default: The one of these that it takes when nothing is asked for.
        instances: Where it is in memory.
    """

    id: str
    name: str
    kind: ModelKind = ModelKind.UNKNOWN
    is_loaded: bool | None = None
    context_length: int | None = None
    quantization: str | None = None
    size_bytes: int | None = None
    max_context_length: int | None = None
    display_name: str | None = None
    architecture: str | None = None
    parameters: str | None = None
    file_format: str | None = None
    has_vision: bool | None = None
    has_tools: bool | None = None
    reasoning_options: tuple[str, ...] = ()
    reasoning_default: str | None = None
    instances: tuple[ModelInstance, ...] = ()


def is_same_model(asked: str, answered: str) -> bool:
    """Whether a reply comes from the model asked for, and not from one put in its place.

    Servers name what really answers: in another case, with its variant (`key@q4_k_m`), with
    the number of its instance (`key:2`) or its tag (`key:latest`), with the publisher before
    it or a date behind it, or as the name of its file.
    """
    short, long = sorted((_plain_id(asked), _plain_id(answered)), key=len)
    is_longer = long.endswith(f"/{short}") or long.startswith(f"{short}-20")
    return long == short or (bool(short) and is_longer)


def _plain_id(model_id: str) -> str:
    name = model_id.strip().casefold().replace("\\", "/").removesuffix(".gguf")
    head, colon, tag = name.rpartition(":")
    if colon and (tag.isdecimal() or tag == "latest"):
        name = head
    return name.partition("@")[0]
