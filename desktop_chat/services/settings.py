"""Settings: what there is to set, and where each value comes from.

The order, strongest first: command line, environment, `.env`, what the user set in the window,
default. Secrets are not among the values; they live in the key store.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from desktop_chat.services.broadcast import Broadcast

DEFAULT_URL = "http://127.0.0.1:1234"
TOKEN = "server.api_token"
# The address of the server that the stored token is for.
TOKEN_FOR = "server.api_token_for"
TITLES = "chats.titles"


@dataclass(frozen=True, slots=True)
class SettingDeclaration:
    """One setting; the dialog, the file, the default and the checks follow from it.

    Attributes:
        kind: text, url, secret, choice, percent, number, path or model.
        choices: For a choice: stored value → label.
        step: By which buttons change a number, whose `unit` is shown behind it.
        at_minimum: Words shown in the place of the lowest number.
        variable: Environment variable and `.env` name, if any.
        option: Name of the command-line option (as parsed), if any.
        is_shown: Whether the settings dialog shows it.
        shown_with: Key of another setting without which it is of no use, and is not shown.
    """

    key: str
    kind: str
    label: str
    default: Any = ""
    help: str = ""
    section: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    minimum: int = 0
    maximum: int = 0
    step: int = 1
    unit: str = ""
    at_minimum: str = ""
    variable: str | None = None
    option: str | None = None
    is_shown: bool = True
    shown_with: str = ""


DECLARATIONS: tuple[SettingDeclaration, ...] = (
    SettingDeclaration(
        key="server.url",
        kind="url",
        section="LM Studio",
        label="Server address",
        help="Where LM Studio's server listens.",
        default=DEFAULT_URL,
        variable="LM_STUDIO_URL",
        option="url",
    ),
    SettingDeclaration(
        key=TOKEN,
        kind="secret",
        section="LM Studio",
        label="API token",
        help="Kept in the system's key store. Leave empty if the server wants none.",
        variable="LM_STUDIO_API_TOKEN",
    ),
    SettingDeclaration(
        key=TOKEN_FOR,
        kind="text",
        label="",
        is_shown=False,
    ),
    SettingDeclaration(
        key="server.model",
        kind="model",
        section="LM Studio",
        label="Default model",
        help="Used for new chats. Empty: the model that is loaded.",
        variable="LM_STUDIO_MODEL",
        option="model",
    ),
    SettingDeclaration(
        key="engines.discovery",
        kind="choice",
        section="Other servers",
        label="Look for servers",
        help="On this computer only, once at the start if LM Studio does not answer.",
        default="on",
        choices={"on": "On", "off": "Off"},
        variable="DESKTOP_CHAT_DISCOVERY",
    ),
    SettingDeclaration(
        key="engine.context_length",
        kind="number",
        section="Built-in engine",
        label="Context length",
        help="How much of a conversation the model sees. More takes more memory.",
        default=4096,
        minimum=512,
        maximum=1_048_576,
        step=1024,
        unit="tokens",
    ),
    SettingDeclaration(
        key="engine.threads",
        kind="number",
        section="Built-in engine",
        label="Processor threads",
        default=0,
        maximum=256,
        at_minimum="Automatic",
    ),
    SettingDeclaration(
        key="engine.gpu_layers",
        kind="number",
        section="Built-in engine",
        label="Layers on the graphics card",
        default=-1,
        minimum=-1,
        maximum=999,
        at_minimum="As many as fit",
        shown_with="engine.gpu_bytes",
    ),
    SettingDeclaration(
        key="engine.idle_minutes",
        kind="number",
        section="Built-in engine",
        label="Unload when unused",
        help="The model leaves memory after this time and is loaded again when it is needed.",
        default=30,
        maximum=1440,
        step=5,
        unit="minutes",
        at_minimum="Never",
    ),
    SettingDeclaration(
        key=TITLES,
        kind="choice",
        section="Chats",
        label="Titles of new chats",
        help="A model that is loaded can be asked for one, once, after its first reply.",
        default="message",
        choices={"message": "From the first message", "model": "By the model"},
    ),
    SettingDeclaration(
        key="appearance.theme",
        kind="choice",
        section="Appearance",
        label="Theme",
        default="system",
        choices={
            "system": "As the system",
            "light": "Light",
            "dark": "Dark",
            "high-contrast-light": "High contrast, light",
            "high-contrast-dark": "High contrast, dark",
        },
    ),
    SettingDeclaration(
        key="appearance.text_size",
        kind="percent",
        section="Appearance",
        label="Text size",
        default=100,
        minimum=50,
        maximum=300,
    ),
    SettingDeclaration(
        key="storage.data_folder",
        kind="path",
        section="Storage",
        label="Data folder",
        help="Where chats and models are kept. A change counts from the next start.",
        variable="DESKTOP_CHAT_DATA_DIR",
        option="data_dir",
    ),
    SettingDeclaration(
        key="models.last_choice",
        kind="text",
        label="",
        is_shown=False,
    ),
    # See `domain.organisation.ChatOrder`.
    SettingDeclaration(
        key="chats.order",
        kind="choice",
        label="",
        default="updated",
        choices={"updated": "", "created": "", "title": ""},
        is_shown=False,
    ),
    # Memory of the graphics cards, as the engine last found it.
    SettingDeclaration(
        key="engine.gpu_bytes", kind="number", label="", default=0, maximum=2**53, is_shown=False
    ),
    # Model files outside the usual folders, one path a line.
    SettingDeclaration(key="models.files", kind="text", label="", is_shown=False),
    SettingDeclaration(key="window.geometry", kind="text", label="", is_shown=False),
)


@dataclass(frozen=True, slots=True)
class SettingSources:
    """Values given from outside, strongest first.

    Attributes:
        options: Command-line options by parsed name; None where not given.
        environ: The environment.
        dotenv: Variables of the `.env` files, already merged.
    """

    # Any of them may hold a token, which no log may show.
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    dotenv: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, declaration: SettingDeclaration) -> tuple[Any, str] | None:
        """Return the value and the name of its source, or None if nothing outside sets it."""
        if declaration.option and self.options.get(declaration.option):
            name = declaration.option.replace("_", "-")
            return self.options[declaration.option], f"--{name}"
        if declaration.variable and self.environ.get(declaration.variable):
            return self.environ[declaration.variable], declaration.variable
        if declaration.variable and self.dotenv.get(declaration.variable):
            return self.dotenv[declaration.variable], ".env"
        return None


class SettingsService:
    """Looks values up in their order and stores what the user sets in the window.

    Args:
        sources: What is given from outside.
        stored: The content of the settings file; unknown keys are kept.
        save: Writes the whole content of the settings file; called after each change.
    """

    def __init__(
        self,
        sources: SettingSources,
        stored: Mapping[str, Any],
        *,
        save: Callable[[dict[str, Any]], None],
        broadcast: Broadcast,
    ) -> None:
        self._sources = sources
        self._stored = dict(stored)
        self._save = save
        self._broadcast = broadcast
        self._declarations = {d.key: d for d in DECLARATIONS}

    def value(self, key: str) -> Any:
        """Return the value in force; a stored value of the wrong type counts as absent."""
        return self._find(key, self._sources)

    def lasting_value(self, key: str) -> Any:
        """Return the value in force without command-line options, which count for one run."""
        return self._find(key, replace(self._sources, options={}))

    def _find(self, key: str, sources: SettingSources) -> Any:
        declaration = self._declarations[key]
        outside = sources.find(declaration)
        if outside is not None:
            return outside[0]
        stored = self._stored.get(key)
        return stored if is_valid(declaration, stored) else declaration.default

    def is_set(self, key: str) -> bool:
        """Whether anything but the default gives this setting its value."""
        return self._sources.find(self._declarations[key]) is not None or key in self._stored

    def fixed_by(self, key: str) -> str | None:
        """Return what outside fixes the value (option, variable or `.env`), else None."""
        outside = self._sources.find(self._declarations[key])
        return outside[1] if outside else None

    def set(self, key: str, value: Any) -> None:
        """Store what the user set; an empty value goes back to the default.

        Raises:
            ValueError: The value does not fit the declaration.
        """
        declaration = self._declarations[key]
        if value in ("", None, declaration.default):
            self._stored.pop(key, None)
        elif is_valid(declaration, value):
            self._stored[key] = value
        else:
            raise ValueError(key)
        self._save(dict(self._stored))
        # Not needed for the first paint, as this module is.
        from desktop_chat.domain.changes import SettingChanged

        self._broadcast.publish(SettingChanged(key))


def is_valid(declaration: SettingDeclaration, value: object) -> bool:
    """Whether `value` can be the value of this setting."""
    match declaration.kind:
        case "percent" | "number":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return is_number and declaration.minimum <= int(str(value)) <= declaration.maximum
        case "choice":
            return isinstance(value, str) and value in declaration.choices
        case "secret":
            return False  # kept by the key store, and by no file
        case _:
            return isinstance(value, str)
