"""A played LM Studio for tests, benchmarks and manual use.

In a test: the fixtures `standin` (async), `standin_thread` (for Qt), `standin_proxy` and
`refused_url` of `tests.standin.fixtures`; or `async with StandIn(token="sk-lm-x") as server:`.
`server.play("cut-rst", tokens=5)` answers the next POST by a scenario; the names are in
`plays/`, those of the model lists are switches that stay thrown. Without it the reply is an
honest echo. A model id `scn/steady?tokens=500&rate=200` plays a scenario too. Events, such as
`server.play("refused", seconds=10)`, befall the whole server. `StandIn(role="ollama")` is another
server altogether. What came in and how the client went is in `server.log`. By hand:
`python -m tests.standin --help`. The list of all scenarios: `tests/scenarios/scenarios.md`.
"""

from tests.standin.chunks import numbered_words
from tests.standin.server import StandIn
from tests.standin.thread import StandInThread

__all__ = ["StandIn", "StandInThread", "numbered_words"]
