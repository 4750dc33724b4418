"""Other servers of the `/v1` dialect, played whole: lists, streams, errors, loading (§5)."""

from tests.standin.roles.base import Role
from tests.standin.roles.fastapi import LiteLLM, Vllm
from tests.standin.roles.koboldcpp import KoboldCpp
from tests.standin.roles.llama_server import LlamaServer
from tests.standin.roles.ollama import Ollama
from tests.standin.roles.small import Gpt4All, Jan

ROLES: dict[str, Role] = {
    role.name: role
    for role in (LlamaServer(), Ollama(), Vllm(), Jan(), KoboldCpp(), Gpt4All(), LiteLLM())
}

__all__ = ["ROLES", "Role"]
