"""Finds the ids that people had before their workspace moved into an Enterprise organisation.

Someone who was in it before has two ids since then: docs.slack.dev/reference/methods/migration.exchange.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.latest import Latest
from bot.slack.errors import FAILURES, is_refusal, part_of
from reunite.errors import TryAgainError

_REMEMBERED: Final = 5000
Rename = Callable[[str, str, str], Awaitable[None]]
"""Carries over what is stored of a workspace's member, by the former id and the present one."""
_log = structlog.get_logger(__name__)


class FormerIds:
    """Carries over what is stored under someone's former id once they do something under their present one.

    Which one that is doesn't matter: Slack translates present ids into former ones for some older apps.
    """

    def __init__(self, client: AsyncWebClient, team: str, rename: Rename) -> None:
        """`client` has the workspace's token."""
        self._client = client
        self._team = team
        self._rename = rename
        self._asked = Latest[str, str](_REMEMBERED)
        """By people's ids, what Slack has said that these were before."""

    async def of(self, present: str, found: Mapping[str, Any]) -> str:
        """Return someone's former id, with everything carried over from it; their present one if it's the only one.

        `found` is what Slack says about them. If it doesn't say this, they're asked about again the next time.
        """
        if "enterprise_user" not in found or present in self._asked:
            return self._asked.get(present, present)
        try:
            answer = await self._client.migration_exchange(users=[present], to_old=True)
            former = str(part_of(answer, "user_id_map").get(present, present))
        except (*FAILURES, TryAgainError) as error:
            _log.warning("slack_former_id_unknown", team=self._team, error=type(error).__name__)
            if not (isinstance(error, SlackApiError) and is_refusal(error)):
                return present
            former = present
        if former != present:
            await self._rename(self._team, former, present)
            _log.info("slack_member_renamed", team=self._team)
        self._asked[present] = former
        return former
