"""An update that changes the encoder, and another encoder prepared meanwhile, as docs/operations.md says."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.compose.engine import Deployment

_LIVE: Final = "SELECT version FROM embedding_model WHERE live"
_VERSIONS: Final = "SELECT count(DISTINCT model_id) FROM embedding"
_EMBEDDED: Final = """SELECT count(DISTINCT report_id) FROM embedding e JOIN report r ON r.id = e.report_id
  WHERE r.state IN ('open', 'returned')"""
_LACKING: Final = """SELECT count(*) FROM report r JOIN embedding_model m ON m.live
  WHERE r.state IN ('open', 'returned') AND EXISTS (SELECT FROM embedding e WHERE e.report_id = r.id)
    AND NOT EXISTS (SELECT FROM embedding e WHERE e.report_id = r.id AND e.model_id = m.id)"""
_WORDS: Final = "workers/encoders/concept_words.tsv"
_CHANGED: Final = "axolotl"
_LINE: Final = re.compile(r"An update has changed the encoder\. Embedding (\d+) reports? again")
_REEMBED: Final = "run --rm -T worker reembed"


@dataclass(frozen=True)
class Update:
    """What an operator does; `answer` posts a lost report on each platform and waits for its labelled answer."""

    deployment: Deployment
    services: tuple[str, ...]
    answer: Callable[[], Awaitable[None]]

    async def followed(self) -> None:
        """Update everything at once: the worker embeds all reports again before it takes what was posted meanwhile."""
        await self._check_out(", mud puppy")
        before, reports = await self._said(_LIVE), int(await self._said(_EMBEDDED))
        await self.deployment.run("build")
        await asyncio.gather(self.deployment.run("up", "--detach"), self.answer())
        await self.deployment.healthy(*self.services)
        log = (await self.deployment.run("logs", "worker")).decode(errors="replace")
        line = _LINE.search(log)
        assert line, log
        assert int(line[1]) >= reports, (line[0], reports)
        await self._is_whole(other_than=before)

    async def prepared(self) -> None:
        """Embed with another encoder while the worker goes on answering, then switch and delete the old."""
        await self._check_out(", mud puppy, walking fish")
        before = await self._said(_LIVE)
        await self.deployment.run("build")
        reembedding = asyncio.create_task(self.deployment.run(*_REEMBED.split()))
        while not reembedding.done():
            await self.answer()
        await reembedding
        assert await self._said(_LIVE) == before, "`reembed` alone has switched"
        await self.deployment.run(*_REEMBED.split(), "--switch")
        await asyncio.gather(self.deployment.run("up", "--detach"), self.answer())
        await self.deployment.healthy(*self.services)
        await self._is_whole(other_than=before)
        await self.deployment.run(*_REEMBED.split(), "--drop-old")
        assert await self._said(_VERSIONS) == "1", "embeddings of an old encoder are left"
        await self.answer()

    async def _check_out(self, more: str) -> None:
        """Lay the checkout of a version whose word list has more words."""
        words = self.deployment.folder / _WORDS
        text = words.read_text("utf-8")
        start = text.index(_CHANGED)
        end = text.index("\n", start)
        words.write_text(text[:start] + _CHANGED + more + text[end:], "utf-8")

    async def _is_whole(self, other_than: str) -> None:
        assert await self._said(_LIVE) != other_than, "searches still use the old encoder"
        lacking = await self._said(_LACKING)
        assert lacking == "0", f"{lacking} reports weren't embedded again"

    async def _said(self, query: str) -> str:
        psql = "exec -T postgres psql --username=reunite --dbname=reunite --tuples-only --no-align --command"
        return (await self.deployment.run(*psql.split(), query)).decode().strip()
