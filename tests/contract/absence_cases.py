"""Workspaces that removed the bot while it was away."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from unittest.mock import AsyncMock

import pytest

from reunite.absence import LEAVING, absent_for_long
from reunite.errors import TryAgainError
from tests.contract.stages import Stage


async def look(stage: Stage, there: Mapping[str, bool | None]) -> list[str]:
    """Ask the platform what it says of each workspace."""

    async def is_there(workspace: str) -> bool | None:
        return there.get(workspace)  # what was set aside isn't known there

    return await absent_for_long(stage.store, "discord", is_there, stage.time)


class AbsenceCases:
    """The week of grace."""

    async def test_a_workspace_is_left_only_after_a_week_of_absence(self, stage: Stage) -> None:
        await stage.join("gone", "discord")
        await stage.join("kept", "discord")
        await stage.join("gone", "slack")
        there = {"gone": False, "kept": True}
        assert await look(stage, there) == []
        stage.later(days=6)
        assert await look(stage, there) == []
        stage.later(days=1)
        assert await look(stage, there) == ["gone"]

    async def test_of_two_bots_that_notice_it_the_first_counts(self, stage: Stage) -> None:
        workspace = await stage.join("here", "discord")
        await look(stage, {"here": False})
        stage.later(days=7)
        await stage.store.note_absence(workspace, stage.time)  # by a bot that has looked before the first noted it
        assert await look(stage, {"here": False}) == ["here"]

    async def test_a_workspace_that_returns_during_its_deletion_is_new_and_the_deletion_goes_on(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = await stage.join("back", "discord")
        with monkeypatch.context() as killing, suppress(asyncio.CancelledError):
            killing.setattr(stage.store, "leave", AsyncMock(side_effect=asyncio.CancelledError))
            await stage.handlers.leave("discord", "back")
        back = await stage.join("back", "discord")
        assert {back.id, back.community}.isdisjoint({before.id, before.community})
        for says in (True, False, None):
            [aside] = await look(stage, {"back": says})
        await stage.handlers.leave("discord", aside)
        assert [known for known, _ in await stage.store.known_workspaces("discord")] == [back]

    async def test_a_platform_that_does_not_answer_ends_no_workspace_that_may_be_back(self, stage: Stage) -> None:
        await stage.store.note_absence(await stage.join("back", "discord"), LEAVING)

        async def is_down(_: str) -> bool:
            raise TryAgainError("no answer")

        assert await absent_for_long(stage.store, "discord", is_down, stage.time) == []
        assert await look(stage, {"back": False}) == ["back"]
        assert await look(stage, {"back": True}) == []

    async def test_a_platform_that_cannot_say_ends_nothing_and_proves_nothing(self, stage: Stage) -> None:
        await stage.join("here", "discord")
        assert await look(stage, {"here": None}) == []
        stage.later(days=30)
        assert await look(stage, {"here": False}) == []
        stage.later(days=30)
        assert await look(stage, {"here": None}) == []
        assert await look(stage, {"here": False}) == ["here"]

    async def test_a_workspace_that_was_there_in_between_has_its_whole_week_again(self, stage: Stage) -> None:
        await stage.join("here", "discord")
        await look(stage, {"here": False})
        stage.later(days=30)
        await look(stage, {"here": True})
        assert await look(stage, {"here": False}) == []
        stage.later(days=30)
        await stage.join("here", "discord")
        assert await look(stage, {"here": False}) == []
