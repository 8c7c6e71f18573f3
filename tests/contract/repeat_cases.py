"""A report that is sent again because its answer failed: cases of the handlers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reunite import rules
from reunite.entities import IncomingPhoto, ReplyTarget, ReportState
from tests.contract.stages import ADA, BEN, Stage

CHANNEL = ReplyTarget("web", "here", "lost")
HAT: dict[str, Any] = {"text": "a black hat", "target": CHANNEL, "answered": False}


class RepeatCases:
    """Reports by command, sent again."""

    async def test_a_report_sent_again_is_the_first_one_until_its_author_knows_of_it(self, stage: Stage) -> None:
        await stage.join()
        first, again = await stage.lost(**HAT), await stage.lost(**HAT)
        assert first.id == again.id
        assert len(stage.hints.work) == 1
        await stage.handlers.answered.note(first)
        second = await stage.lost(**HAT)
        assert second.id != first.id

    @pytest.mark.parametrize(
        "other",
        [
            {"text": "a red hat"},
            {"place": "the gym"},
            {"author": BEN},
            {"private": True},
            {"proof_question": "What's inside?"},
            {"happened_at": datetime(2026, 5, 4, tzinfo=UTC)},
            {"photos": (IncomingPhoto("hat.jpg", data=b"1"),)},
            {"answered": True},
        ],
    )
    async def test_what_differs_is_another_report(self, stage: Stage, other: dict[str, Any]) -> None:
        await stage.join()
        first = await stage.lost(**HAT)
        assert (await stage.lost(**{**HAT, **other})).id != first.id

    async def test_the_same_words_elsewhere_are_another_report(self, stage: Stage) -> None:
        await stage.join()
        await stage.join("there")
        first = await stage.lost(**HAT)
        there = {**HAT, "target": ReplyTarget("web", "there", "lost")}
        assert (await stage.lost(**there)).id != first.id

    async def test_photos_are_the_same_by_their_names_and_need_words(self, stage: Stage) -> None:
        await stage.join()
        photo = (IncomingPhoto("hat.jpg", url="https://photos.example/1"),)
        newer = (IncomingPhoto("hat.jpg", url="https://photos.example/2"),)
        first, again = await stage.lost(**HAT, photos=photo), await stage.lost(**HAT, photos=newer)
        assert first.id == again.id
        wordless = {**HAT, "text": ""}
        assert (await stage.lost(**wordless, photos=photo)).id != (await stage.lost(**wordless, photos=newer)).id

    async def test_a_report_that_has_ended_is_not_confirmed(self, stage: Stage) -> None:
        await stage.join()
        first = await stage.lost(**HAT)
        await stage.press("withdraw", first.id, ADA)
        second = await stage.lost(**HAT)
        assert (second.id == first.id, second.state) == (False, ReportState.OPEN)

    async def test_after_a_while_the_same_words_are_another_report(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.join()
        first = await stage.lost(**HAT)
        monkeypatch.setattr(rules, "REPEAT_WITHIN", timedelta())
        assert (await stage.lost(**HAT)).id != first.id
