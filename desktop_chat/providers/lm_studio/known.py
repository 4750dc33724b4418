"""What the last look at the server told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.model_info import ModelInstance, is_same_model
from desktop_chat.providers.dialect.model_lists import ListApi

if TYPE_CHECKING:
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.providers.dialect.model_lists import FoundModels


class KnownServer:
    """LM Studio as it was last seen.

    Attributes:
        api: Where it listed its models; None before the first look.
    """

    def __init__(self) -> None:
        self.api: ListApi | None = None
        self._models: dict[str, ModelInfo] = {}
        self._has_native_chat = True

    @property
    def has_native_chat(self) -> bool:
        """Whether replies can be had by the native API."""
        return self.api is ListApi.NATIVE and self._has_native_chat

    def learn(self, found: FoundModels) -> None:
        """Take what a look brought in place of what was known."""
        self.api = found.api
        self._models = {model.id: model for model in found.models}

    def note_no_native_chat(self) -> None:
        """The server does not know the path of the native chat."""
        self._has_native_chat = False

    def note_loaded(self, model_id: str) -> None:
        """A model was loaded since the last look."""
        model = self.model(model_id)
        if model is not None and not model.is_loaded:
            instances = (ModelInstance(model.id),)
            self._models[model.id] = replace(model, is_loaded=True, instances=instances)

    def model(self, model_id: str) -> ModelInfo | None:
        """Return the model that the server finds by this id, None if it is not listed."""
        model = self._models.get(model_id)
        if model is not None or not model_id:
            return model
        same = (other for key, other in self._models.items() if is_same_model(key, model_id))
        return next(same, None)

    def has_named_instance(self, model_id: str) -> bool:
        """Whether the model is in memory under a name that is not its own."""
        model = self.model(model_id)
        instances = model.instances if model is not None else ()
        return any(not is_same_model(model_id, instance.id) for instance in instances)

    def has_instance(self, model_id: str, instance_id: str) -> bool:
        """Whether the model asked for is in memory under the name of this instance."""
        model = self.model(model_id)
        return model is not None and any(one.id == instance_id for one in model.instances)
