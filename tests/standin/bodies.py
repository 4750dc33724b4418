"""Error bodies of LM Studio and its kin, word by word."""

from __future__ import annotations

from typing import Any

NO_MODEL = (
    "No models loaded. Please load a model in the developer page or use the 'lms load' command."
)
NO_MODEL_OLD = NO_MODEL.replace("'", "`")
CRASHED = "The model has crashed without additional information. (Exit code: 18446744072635812000)"
OVERFLOW_KEEP = (
    "The number of tokens to keep from the initial prompt is greater than the context length "
    "(n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or "
    "provide a shorter input."
)
OVERFLOW_FIT = (
    "Input does not fit in context length. The input has 31430 tokens, but the context length "
    "only supports 30000 tokens."
)
TOKEN_MISSING = (
    "An LM Studio API token is required to make requests to this server, but none was provided "
    "using the Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer "
    "$LM_API_TOKEN'). Learn more at: "
    "https://lmstudio.ai/docs/developer/core/authentication."
)
LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}


def trap(method: str, target: str) -> dict[str, Any]:
    """What any unknown path gets, with status 200."""
    return {"error": f"Unexpected endpoint or method. ({method} {target})"}


def invalid_request(message: str, param: str | None = None, code: str | None = None) -> Any:
    """The error object of the OpenAI-compatible paths."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return {"error": error}


def native_error(message: str, code: str, param: str | None = None) -> Any:
    """The error object of the native paths."""
    error = {"message": message, "type": "invalid_request", "code": code}
    if param is not None:
        error["param"] = param
    return {"error": error}


def unknown_model(wanted: str, known: list[str], *, native: bool = False) -> Any:
    """What an id that nobody knows gets."""
    message = (
        f'Invalid model identifier "{wanted}". Please specify a valid downloaded model '
        f"(e.g., {', '.join(known[:3])})."
    )
    if native:
        return native_error(message, "model_not_found", "model")
    return invalid_request(message, "model", "model_not_found")


def token_error(offered: str | None) -> Any:
    """What a request without a token, or with a wrong one, gets: the reply quotes the token."""
    message = TOKEN_MISSING
    if offered is not None:
        message = (
            f"Malformed LM Studio API token provided: {offered[:10]}{'*' * 14}. "
            "Ensure you are using a valid token."
        )
    error = {"type": "invalid_request", "code": "invalid_api_key", "message": message}
    return {"error": error}
