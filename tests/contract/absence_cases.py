"""Workspaces that removed the bot while it was away."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import pytest

from reunite.absence import absent_for_long
from reunite.errors import TryAgainError
from tests.contract.stages import Stage


async def look(stage: Stage, there: Mapping[str, bool | None]) -> list[str]:
    """Ask the platform what it says of each workspace."""

    async def is_there(workspace: str) -> bool | None:
        return there[workspace]

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

    async def test_a_workspace_that_was_being_deleted_is_left_at_once(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join("gone", "discord")

        async def killed(_: object) -> None:
            raise asyncio.CancelledError

        monkeypatch.setattr(stage.store, "leave", killed)
        with suppress(asyncio.CancelledError):
            await stage.handlers.leave("discord", "gone")
        assert await look(stage, {"gone": True}) == []  # it's back
        with suppress(asyncio.CancelledError):
            await stage.handlers.leave("discord", "gone")
        assert await look(stage, {"gone": False}) == ["gone"]
        assert await look(stage, {"gone": None}) == ["gone"]
        await stage.join("gone", "discord")
        assert await look(stage, {"gone": None}) == []

    async def test_a_platform_that_does_not_answer_ends_no_workspace_that_may_be_back(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join("back", "discord")

        async def killed(_: object) -> None:
            raise asyncio.CancelledError

        async def is_down(_: str) -> bool:
            raise TryAgainError("no answer")

        monkeypatch.setattr(stage.store, "leave", killed)
        with suppress(asyncio.CancelledError):
            await stage.handlers.leave("discord", "back")
        assert await absent_for_long(stage.store, "discord", is_down, stage.time) == []

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
