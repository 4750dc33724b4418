"""Use cases on asyncio, without Qt."""
