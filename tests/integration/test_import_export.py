"""A list is imported once and takes part in matching; an export holds what it should, and no more."""

import csv
import errno
import io
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import psycopg
import pytest
from structlog.testing import capture_logs

from cli.errors import UsageError
from cli.history import exporting, importing, listing
from cli.servers import Servers
from db.import_export import SqlImportExport
from reunite.entities import ReportKind
from tests.support.pictures import drawing
from tests.support.waiting import eventually
from tests.support.world import World, world_with_a_worker

LIST = """id,text,photos,sealed,category,place
1,bag,red.jpg,,,bar
2,,broken.jpg,,,
3,passport,blue.jpg,yes,id,gate
4,=HYPERLINK(1),green.jpg;red.jpg,,,
5,{long},,,,
6,my keys,,,,
"""

_NO_ROOM_TWICE = """
CREATE SEQUENCE tries;
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'not now' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON report FOR EACH ROW EXECUTE FUNCTION no_room();
"""

world_fixture = pytest.fixture(world_with_a_worker, name="world")


@pytest.fixture(name="source")
def list_with_photos(tmp_path: Path) -> Path:
    for colour in ("red", "blue", "green"):
        (tmp_path / f"{colour}.jpg").write_bytes(drawing(colour))
    (tmp_path / "broken.jpg").write_bytes(drawing("red")[:300])
    file = tmp_path / "list.csv"
    file.write_text(LIST.format(long="x" * 5000), "utf-8")
    return file


async def imported(where: Servers, source: Path) -> importing.Imported:
    return await importing.run(where, None, listing.read(source, ReportKind.FOUND))


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_a_list_is_imported_once_and_found(
    world: World, where: Servers, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await imported(where, source)
    assert (first.reports, first.photos, first.before) == (5, 4, 0)
    assert "everyone will see them because `sealed` isn't `yes`: line 7." in capsys.readouterr().err
    why = {skipped.name: skipped.why for skipped in first.skipped}
    assert why["line 3"] == "the photo broken.jpg is damaged"
    assert "too long" in why["line 6"]
    again = await imported(where, source)
    assert (again.reports, again.photos, again.before, len(again.skipped)) == (0, 0, 5, 1)
    await world.lost("l1", "a red bag")
    await world.wait_for_reply("l1", "match")


@pytest.mark.usefixtures("world")
async def test_an_outage_of_the_database_is_waited_for(
    where: Servers, source: Path, owner_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(owner_database_url) as owner:
        owner.execute(_NO_ROOM_TWICE)
    result = await imported(where, source)
    assert (result.reports, result.photos, len(result.skipped)) == (5, 4, 2)
    assert "The database is away; waiting for it" in capsys.readouterr().err


@pytest.mark.usefixtures("world")
async def test_an_outage_at_the_start_is_waited_for_too(
    where: Servers, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, known = [], SqlImportExport.known_reports

    async def away_at_first(self: SqlImportExport, workspace: str, keys: Collection[str]) -> Mapping[str, UUID]:
        asked.append(workspace)
        if len(asked) == 1:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return await known(self, workspace, keys)

    monkeypatch.setattr(SqlImportExport, "known_reports", away_at_first)
    assert (await imported(where, source)).reports == 5


@pytest.mark.usefixtures("world")
async def test_a_photo_that_a_network_mount_does_not_give_leaves_only_its_own_entry_out(
    where: Servers, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def away(path: Path) -> bytes:
        if path.name == "blue.jpg":
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", away)
    result = await imported(where, source)
    assert result.reports == 4
    assert "it can't be read: Connection timed out" in [skipped.why for skipped in result.skipped]


@pytest.mark.usefixtures("world")
async def test_each_entry_is_logged_with_its_report(where: Servers, source: Path) -> None:
    with capture_logs() as logged:
        await imported(where, source)
    taken = [entry["source"] for entry in logged if entry["event"] == "report_taken"]
    assert len(set(taken)) == len(taken) == 5


async def test_replies_to_imported_reports_do_not_pile_up(world: World, where: Servers, source: Path) -> None:
    async def replies() -> list[dict[str, Any]]:
        async with world.store.session(world.workspace.community) as session:
            return await session._all("SELECT state, version FROM outbox WHERE platform = 'api'")

    await imported(where, source)
    await world.lost("l1", "a red bag")  # fits what was imported, and the import has ended
    await world.wait_for_reply("l1", "match")
    await eventually(replies, holds=lambda rows: any(row["version"] > 0 for row in rows))
    await eventually(replies, holds=lambda rows: {row["state"] for row in rows} == {"sent"})


@pytest.mark.usefixtures("world")
async def test_an_export_leaves_sealed_reports_out(where: Servers, source: Path, tmp_path: Path) -> None:
    await imported(where, source)
    out = tmp_path / "out"
    written = await exporting.run(where, None, out, sealed=False)
    assert (written.reports, written.photos, written.left_out) == (4, 3, 1)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    rows = table((out / exporting.FILE).read_bytes())
    assert sorted(row["text"] for row in rows) == [
        "",
        "'=HYPERLINK(1)",
        "bag",
        "my keys",
    ]  # written at once, in any order
    photos = [name for row in rows for name in row["photos"].split(";") if name]
    assert sorted(photos) == sorted(str(path.relative_to(out)) for path in (out / "photos").iterdir())
    assert all((out / name).read_bytes().startswith(b"\xff\xd8") for name in photos)
    with pytest.raises(UsageError, match="already exists"):
        await exporting.run(where, None, out, sealed=False)
    texts = [entry.text for entry in listing.read(out / exporting.FILE, ReportKind.FOUND).entries]
    assert sorted(texts) == ["=HYPERLINK(1)", "bag", "my keys"]
    again = await imported(where, out / exporting.FILE)
    assert (again.reports, again.before) == (0, 3)


async def test_an_archive_holds_sealed_reports_if_wanted(
    world: World, where: Servers, source: Path, tmp_path: Path
) -> None:
    await imported(where, source)
    await world.lost("l1", "a private thing", private=True)
    out = tmp_path / "out.zip"
    written = await exporting.run(where, None, out, sealed=True)
    assert (written.reports, written.photos, written.left_out) == (6, 4, 0)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with ZipFile(out) as archive:
        rows = {row["text"]: row for row in table(archive.read(exporting.FILE))}
        assert rows["passport"]["sealed"] == rows["a private thing"]["private"] == "yes"
        assert archive.read(rows["passport"]["photos"]).startswith(b"\xff\xd8")
    assert not list(tmp_path.glob("*.part"))  # noqa: ASYNC240 - nothing else goes on


@pytest.mark.usefixtures("world")
async def test_an_export_without_a_place_for_it_is_refused(where: Servers, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be written"):
        await exporting.run(where, None, tmp_path / "none" / "out", sealed=False)
