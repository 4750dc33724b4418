"""Words for servers: their kinds, their states, and what speaks at which address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.model_info import LM_STUDIO
from desktop_chat.services.engines.service import EngineState
from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from desktop_chat.domain.account import FoundServer
    from desktop_chat.domain.errors import ChatError
    from desktop_chat.services.engines.service import EngineStatus
    from desktop_chat.ui.widgets.label import Ink

# Names of programs are the same in every language; the ports are those that they choose themselves.
_KINDS = {
    AccountKind.LLAMA_SERVER: ("llama-server (llama.cpp)", "http://127.0.0.1:8080"),
    AccountKind.OLLAMA: ("Ollama", "http://127.0.0.1:11434"),
    AccountKind.LM_STUDIO: ("LM Studio", "http://127.0.0.1:1234"),
    AccountKind.VLLM: ("vLLM", "http://127.0.0.1:8000"),
    AccountKind.JAN: ("Jan", "http://127.0.0.1:1337"),
    AccountKind.KOBOLDCPP: ("KoboldCpp", "http://127.0.0.1:5001"),
    AccountKind.GPT4ALL: ("GPT4All", "http://127.0.0.1:4891"),
    AccountKind.LITELLM: ("LiteLLM", "http://127.0.0.1:4000"),
}


def kinds() -> tuple[AccountKind, ...]:
    """Return the kinds in the order in which they are offered."""
    return (AccountKind.OTHER, *_KINDS)


def kind_words(kind: AccountKind) -> str:
    """Return what a kind of server is called."""
    return _KINDS[kind][0] if kind in _KINDS else _tr("Any OpenAI-compatible server")


def usual_address(kind: AccountKind) -> str:
    """Return where a server of this kind usually is on the own machine, as an example."""
    return _KINDS[kind][1] if kind in _KINDS else "https://example.org"


def count_words(count: int) -> str:
    """Return a number of models in words."""
    return _tr("1 model") if count == 1 else _tr("{0} models").format(QLocale().toString(count))


def state_words(status: EngineStatus) -> tuple[str, Ink]:
    """Return what an engine is doing, and the colour of the words."""
    match status.state:
        case EngineState.CHECKING:
            return _tr("looking…"), "muted"
        case EngineState.READY:
            return count_words(len(status.models)), "muted"
        case EngineState.EMPTY:
            return _tr("no model"), "warning"
        case EngineState.ABSENT:
            return _tr("not running"), "muted"
        case _:
            return _wrong_words(status), "error"


def problem_words(status: EngineStatus) -> str:
    """Return the whole sentence of what is wrong with an engine, if anything is."""
    is_told = status.state in (EngineState.WRONG, EngineState.ABSENT)
    if status.error is None or not is_told:
        return ""
    # What LM Studio needs is entered in the settings, not in fields as other servers have.
    return (error_words if status.account_id == LM_STUDIO else refusal_words)(status.error)


def refusal_words(error: ChatError) -> str:
    """Return the sentence for an error, for who has the server's fields at hand."""
    words = {
        "server_unreachable": _tr("No server answers there. Is it running, and the address right?"),
        "unauthorized": _tr("The server wants a valid key. Enter it under “Key”."),
        "certificate_untrusted": _tr(
            "The server's certificate is not trusted. Look at it under “Certificate”, "
            "and trust it if it is the right one."
        ),
        "certificate_changed": _tr(
            "The server's certificate is another one than you trusted. Nothing was sent. Ask "
            "whoever runs the server before you trust the new one under “Certificate”."
        ),
    }
    return words.get(error.code) or error_words(error)


def found_words(server: FoundServer) -> str:
    """Return what is known of a server that was found."""
    if server.model_count is None:
        return server.url
    return f"{server.url} · {count_words(server.model_count)}"


def _wrong_words(status: EngineStatus) -> str:
    code = status.error.code if status.error is not None else ""
    short = {
        "unauthorized": _tr("wants a key"),
        "permission_denied": _tr("refuses"),
        "certificate_untrusted": _tr("certificate not trusted"),
        "certificate_changed": _tr("certificate changed"),
        "plain_key": _tr("needs your permission"),
        "not_a_server": _tr("no model server"),
        "wrong_path": _tr("wrong address"),
    }
    return short.get(code, _tr("not usable"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("servers", text)
