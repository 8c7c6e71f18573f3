"""The platforms that the contract is shown on, and what its tests tell there."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID, uuid4

import pytest

from reunite.entities import Label, MatchState, PlatformName, ReplyTarget, Report, ReportState
from reunite.messages import keys, wording
from reunite.messages.reply import Line, Plain, Reply
from reunite.ports import Outgoing, ScoredPair, Sent
from tests.contract.harness import Harness
from tests.contract.on_discord import on_discord
from tests.contract.on_slack import on_slack
from tests.contract.on_web import on_web
from tests.contract.on_webhook import on_webhook

HARNESSES: Mapping[PlatformName, Callable[[str], AbstractAsyncContextManager[Harness]]] = {
    "discord": on_discord,
    "slack": on_slack,
    "web": on_web,
    "webhook": on_webhook,
}


@asynccontextmanager
async def opened(name: PlatformName, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Harness]:
    """Open a community on a platform."""
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(proxy, raising=False)  # slack_sdk would ask it for 127.0.0.1 too
    async with HARNESSES[name](database_url) as harness:
        yield harness


def replying(post: ReplyTarget, *lines: Line, key: str | None = None, maybe_sent: bool = False) -> Outgoing:
    return Outgoing(key or str(uuid4()), post, Reply("nothing", lines), maybe_sent=maybe_sent)


def saying(post: ReplyTarget, words: str, *, key: str | None = None, maybe_sent: bool = False) -> Outgoing:
    return replying(post, (Plain(words),), key=key, maybe_sent=maybe_sent)


async def shown_match(harness: Harness) -> tuple[Sent, Report, Report, UUID]:
    """Show a match in the thread of a lost report, as the workers and the delivery would."""
    await harness.people.post_photo("lost", harness.join("Bob"), "my umbrella")
    await harness.people.post_photo("found", harness.join("Ann"), "an umbrella")
    lost, found = await harness.reports()
    await harness.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    async with harness.store.session(lost.community) as session:
        for report in (lost, found):
            await session.reports.set_state(report.id, ReportState.OPEN)
        [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})])
        await session.outbox.post(lost.id, keys.card(match.id, lost.kind), wording.match_card(match, found, lost, None))
    [(_, card)] = await harness.deliver()
    return card, lost, found, match.id


async def stands(harness: Harness, lost: Report, match: UUID, state: MatchState) -> bool:
    async with harness.store.session(lost.community) as session:
        found = await session.matches.get(match)
    return found is not None and found.state is state


async def marked_as(harness: Harness, post: ReplyTarget, is_back: bool) -> bool:  # noqa: FBT001 - said plainly where it is called
    return await harness.screen.is_marked(post) is is_back
