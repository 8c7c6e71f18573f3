"""An import that is killed continues where it stopped: each photo becomes a report once."""

import asyncio
import json
import subprocess
from pathlib import Path

import psycopg
import pytest

from cli.history.importing import _AHEAD
from db.store import Store
from reunite.commands import JoinWorkspace
from tests.support.pictures import drawing
from tests.support.processes import REUNITE, process, reunite, reunite_in_thread
from tests.support.services import working
from tests.support.waiting import eventually

PHOTOS = _AHEAD + 3


def reported(environment: dict[str, str]) -> int:
    with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"]) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM report").fetchall()
    return int(count)


@pytest.mark.slow
async def test_a_killed_import_resumes(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    photo = drawing("red", size=64)
    for number in range(PHOTOS):
        (folder / f"{number}.jpg").write_bytes(photo + bytes([number]))
    async with Store(environment["REUNITE_DATABASE_URL"]) as store:
        await store.join(JoinWorkspace("web", "here", "Our place"))
    arguments = ("import", str(folder), "--community", "our place", "--json")
    async with process(*REUNITE, *arguments, env=environment, stderr=subprocess.DEVNULL):
        await eventually(lambda: reported(environment) == _AHEAD)
    assert reported(environment) == _AHEAD
    async with working(environment["REUNITE_DATABASE_URL"], environment["REUNITE_REDIS_URL"]):
        result = json.loads(await asyncio.to_thread(reunite, environment, *arguments))
    assert result["reports"] + result["before"] == result["photos"] + result["before"] == PHOTOS
    assert (result["skipped"], reported(environment)) == ([], PHOTOS)
    exported = await reunite_in_thread(environment, "export", "--out", str(tmp_path / "all.zip"))
    assert f"Exported {PHOTOS} reports with {PHOTOS} photos" in exported
