"""The stand-in's own tests use its own fixtures."""

from tests.standin.fixtures import refused_url, standin, standin_proxy, standin_thread

__all__ = ["refused_url", "standin", "standin_proxy", "standin_thread"]
