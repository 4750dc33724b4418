"""The two engines of today: LM Studio at its address, and the embedded one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.errors import ChatError, EngineError
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from desktop_chat.providers.dialect.model_lists import lm_studio_features
from desktop_chat.providers.probe import probe_models
from desktop_chat.providers.wire.access import ServerAccess
from desktop_chat.providers.wire.urls import origin_of
from desktop_chat.services.engines.engine_options import GPU_BYTES
from desktop_chat.services.settings import TOKEN, TOKEN_FOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.engine_features import LoadOptions
    from desktop_chat.domain.memory import MemoryEstimate
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.providers.base import Provider
    from desktop_chat.providers.dialect.model_lists import FoundModels
    from desktop_chat.providers.embedded import EmbeddedProvider
    from desktop_chat.providers.embedded import EngineState as BuiltInState
    from desktop_chat.providers.lm_studio import LMStudioAPIProvider
    from desktop_chat.providers.probe import ProbeResult
    from desktop_chat.services.secrets import Secrets
    from desktop_chat.services.settings import SettingsService

PROBE_TIMEOUT_S = 5.0
# No token goes over the internet for all to read; a server of the user's own list can allow it.
PROTECTED = ServerAccess(allows_plain_key=False)


class LmStudioEngine:
    """LM Studio's server, or whatever speaks its dialect at that address.

    The address is read anew each time, so a change in the settings counts at once. The token
    is fetched from the key store only after the server asked for one.
    """

    def __init__(self, settings: SettingsService, secrets: Secrets, url: str = "") -> None:
        self._settings = settings
        self._secrets = secrets
        self._fixed_url = url
        self._token: str | None = None
        # Scheme, host and port of the server that the token is for.
        self._token_for: tuple[str, str, int] | None = None
        self._provider: LMStudioAPIProvider | None = None
        self._made_for: tuple[str, str | None] | None = None
        # What the last look brought, for which the provider need not exist yet.
        self._found: FoundModels | None = None

    @property
    def url(self) -> str:
        """The address in force."""
        return self._fixed_url or str(self._settings.value("server.url"))

    @property
    def label(self) -> str:
        """It goes by its own name."""
        return ""

    @property
    def features(self) -> EngineFeatures:
        """What the server can do, as far as it is known."""
        return lm_studio_features(self._found.api if self._found else None)

    @property
    def provider(self) -> Provider:
        """A provider for the address and token in force."""
        wanted = (self.url, self._current_token())
        if self._provider is None or self._made_for != wanted:
            # Not needed before the first turn, and a fifth of all that the providers are.
            from desktop_chat.providers.lm_studio import LMStudioAPIProvider

            # The old one may still be streaming; it holds no connection between turns.
            self._provider = LMStudioAPIProvider(
                base_url=wanted[0], api_token=wanted[1], access=PROTECTED
            )
            self._made_for = wanted
            if self._found is not None:
                self._provider.learn(self._found)
        return self._provider

    async def look(self) -> list[ModelInfo]:
        """Ask the server for its models, by a plain request that costs no slow import."""
        result = await self._probe()
        if result.error is not None:
            if result.error.code == "unauthorized" and await self.renew_token():
                result = await self._probe()
            if result.error is not None:
                raise result.error
        self._found = result.found
        if self._provider is not None and self._found is not None:
            self._provider.learn(self._found)
        return list(result.models)

    async def _probe(self) -> ProbeResult:
        return await probe_models(
            self.url, self._current_token(), PROBE_TIMEOUT_S, access=PROTECTED
        )

    async def prepare(self) -> None:
        """The token is fetched only when the server wants one."""

    async def renew_token(self) -> bool:
        """Fetch the token from the key store; False if there is none, or the same as before.

        It belongs to the server whose address was in force when it was entered. Another one,
        given for one run or one request or entered later, never gets it.
        """
        origin = origin_of(self.url)
        if self._settings.fixed_by(TOKEN) or origin is None:
            return False
        if origin != origin_of(str(self._settings.lasting_value("server.url"))):
            return False
        if (owner := str(self._settings.value(TOKEN_FOR))) and origin != origin_of(owner):
            return False
        try:
            token = await self._secrets.get(TOKEN)
        except ChatError:
            return False  # the settings dialog tells what is wrong with the key store
        is_new = token is not None and token != self._current_token()
        self._token, self._token_for = token, origin
        return is_new

    def forget_token(self) -> None:
        """The user changed the token: fetch it anew when it is needed, for this server alone."""
        self._token = None
        self._settings.set(TOKEN_FOR, str(self._settings.lasting_value("server.url")))

    def keep_token_here(self) -> None:
        """The address is about to change: a token of which nothing says so is for this one."""
        if not self._settings.value(TOKEN_FOR):
            self._settings.set(TOKEN_FOR, str(self._settings.lasting_value("server.url")))

    def _current_token(self) -> str | None:
        if self._settings.fixed_by(TOKEN):
            return str(self._settings.value(TOKEN))
        # The address may have changed since.
        return self._token if self._token_for == origin_of(self.url) else None

    async def aclose(self) -> None:
        """Close the provider's connections."""
        if self._provider is not None:
            await self._provider.aclose()


class EmbeddedEngine:
    """llama.cpp in a process of ours, with the files that the user chose beside the folders."""

    FILES = "models.files"

    def __init__(self, provider: EmbeddedProvider, settings: SettingsService) -> None:
        self._embedded = provider
        self._settings = settings
        self._has_added = False

    @property
    def label(self) -> str:
        """It goes by its own name."""
        return ""

    @property
    def features(self) -> EngineFeatures:
        """What the engine can do."""
        return self._embedded.features

    @property
    def provider(self) -> Provider:
        """The provider that starts the engine's process when it is needed."""
        return self._embedded

    async def look(self) -> list[ModelInfo]:
        """Look for model files."""
        if not self._has_added:
            self._has_added = True
            for path in self._chosen():
                # A file that is gone or broken by now is simply not offered.
                with contextlib.suppress(EngineError):
                    await self._embedded.add_file(Path(path))
        return await self._embedded.list_models()

    async def add_file(self, path: Path) -> ModelRef:
        """Offer a model file from now on, wherever it is.

        Raises:
            ModelFileBrokenError, ModelNotFoundError: It is no usable model.
        """
        info = await self._embedded.add_file(path)
        chosen = self._chosen()
        if info.id not in chosen:
            self._settings.set(self.FILES, "\n".join([*chosen, info.id]))
        return ModelRef(EMBEDDED, info.id)

    async def estimate_memory(self, model_id: str, options: LoadOptions) -> MemoryEstimate:
        """Estimate what a model would take; see `EmbeddedProvider.estimate_memory`."""
        return await self._embedded.estimate_memory(model_id, options)

    def watch_state(self, callback: Callable[[BuiltInState], None]) -> None:
        """Have `callback` told when the engine's process loads, is ready, or is gone."""
        self._embedded.on_state_changed = callback

    def keep_card(self) -> None:
        """Keep in the settings what graphics card the engine found, for the next start."""
        if self._settings.value(GPU_BYTES) != self._embedded.gpu_bytes:
            self._settings.set(GPU_BYTES, self._embedded.gpu_bytes)

    def _chosen(self) -> list[str]:
        return [line for line in str(self._settings.value(self.FILES)).splitlines() if line]

    async def prepare(self) -> None:
        """There is nothing to fetch."""

    async def renew_token(self) -> bool:
        """The engine has a key of its own; there is nothing to fetch."""
        return False

    async def aclose(self) -> None:
        """End the engine's process."""
        await self._embedded.aclose()


class StoredChoices:
    """What was asked for and chosen, from the settings."""

    KEY = "models.last_choice"

    def __init__(self, settings: SettingsService, asked: str = "") -> None:
        self._settings = settings
        self._asked = asked

    def asked_model(self) -> str:
        """The model asked for from outside or in the settings, or an empty string."""
        return self._asked or str(self._settings.value("server.model"))

    def last_choice(self) -> ModelRef | None:
        """The model that the user chose last."""
        account_id, _, model_id = str(self._settings.value(self.KEY)).partition(":")
        return ModelRef(account_id, model_id) if model_id else None

    def remember(self, model_ref: ModelRef) -> None:
        """Keep the user's choice in the settings file."""
        self._settings.set(self.KEY, f"{model_ref.account_id}:{model_ref.model_id}")
