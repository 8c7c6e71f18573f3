"""What bots log about an error of the database holds no row, which may have a member's words."""

from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from structlog.testing import capture_logs

from bot.board_roles import sign_out_former
from bot.slack import looks

ROW = psycopg.errors.CheckViolation('violates "check"\nDETAIL:  Failing row contains (my secret word).')


async def refuse(*_: object) -> None:
    raise ROW


async def test_a_check_of_roles_that_fails_logs_no_row() -> None:
    async def visitors(_: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(workspace="T1", member=SimpleNamespace(id="U1"))]

    with capture_logs() as logs:
        await sign_out_former(cast("Any", SimpleNamespace(on=visitors)), "slack", cast("Any", refuse))
    assert [entry["reason"] for entry in logs] == ["CheckViolation"]


async def test_an_upload_that_cannot_be_noted_logs_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    async def picture(*_: object) -> bytes:
        return b"picture"

    monkeypatch.setattr("bot.looks.picture_of", picture)
    monkeypatch.setattr(looks, "upload", picture)
    searches = looks.Looks(cast("Any", None), cast("Any", SimpleNamespace(note_look=refuse)))
    with capture_logs() as logs:
        assert await searches._picture(cast("Any", SimpleNamespace(team="T1")), cast("Any", None)) is None
    assert [entry["reason"] for entry in logs] == ["CheckViolation"]
