"""The rows of the models dialog: engines, their models, and those in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop_chat.domain.model_info import ModelRef
from desktop_chat.services.engines.service import EngineState
from desktop_chat.ui.dialogs.models.words import detail_words, instance_words
from desktop_chat.ui.dialogs.servers.words import state_words
from desktop_chat.ui.widgets.row_delegate import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from desktop_chat.domain.engine_features import EngineFeatures
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.services.engines.service import EngineStatus


@dataclass(frozen=True, slots=True)
class ModelKey:
    """What a row stands for: a model, or one that is in memory.

    Attributes:
        instance_id: "" for the model itself.
    """

    ref: ModelRef
    instance_id: str = ""


@dataclass(frozen=True, slots=True)
class ListedEngine:
    """An engine with all its models, embeddings included."""

    status: EngineStatus
    models: Sequence[ModelInfo]

    @property
    def features(self) -> EngineFeatures:
        """What the engine can do."""
        return self.status.features


def rows_of(engines: Sequence[ListedEngine], wanted: str = "") -> list[Row]:
    """Return the rows; with `wanted` only those of models or engines whose names hold it."""
    wanted = wanted.strip().casefold()
    rows: list[Row] = []
    for engine in engines:
        models = [model for model in engine.models if _fits(wanted, engine, model)]
        if models or not wanted:
            rows.append(_heading(engine))
        for model in models:
            rows += _model_rows(engine.status.account_id, model)
    return rows


def infos_of(engines: Sequence[ListedEngine]) -> Mapping[ModelRef, ModelInfo]:
    """Return the models by what they are known as."""
    return {
        ModelRef(engine.status.account_id, model.id): model
        for engine in engines
        for model in engine.models
    }


def _heading(engine: ListedEngine) -> Row:
    status = engine.status
    # Of one that answers, the models say enough.
    words, ink = state_words(status)
    if status.state is EngineState.READY:
        words = ""
    return Row(status.account_id, status.name, state=words, ink=ink, is_heading=True)


def _model_rows(account_id: str, model: ModelInfo) -> Iterator[Row]:
    ref = ModelRef(account_id, model.id)
    detail = detail_words(model)
    if not model.is_loaded:
        yield Row(ModelKey(ref), model.name, detail)
        return
    instances = model.instances
    if len(instances) < 2:
        length = instances[0].context_length if instances else model.context_length
        yield Row(ModelKey(ref), model.name, detail, instance_words(length), has_dot=True)
        return
    count = _tr("{0} times in memory").format(len(instances))
    yield Row(ModelKey(ref), model.name, detail, count, has_dot=True)
    for instance in instances:
        state = instance_words(instance.context_length)
        yield Row(ModelKey(ref, instance.id), instance.id, state=state, is_nested=True)


def _fits(wanted: str, engine: ListedEngine, model: ModelInfo) -> bool:
    said = f"{model.name} {model.id} {model.display_name or ''} {engine.status.name}"
    return wanted in f"{said} {model.quantization or ''}".casefold()


def _tr(text: str) -> str:
    return QCoreApplication.translate("models", text)
