"""A list to import is read as its author meant it, and what can't be imported is named."""

import os
import re
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from cli.errors import UsageError
from cli.history.listing import Listing, read
from db.report_csv import shielded, unshielded
from reunite import rules
from reunite.entities import ReportKind


def listed(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "") -> Listing:
    file = folder / "list.csv"
    file.write_bytes(text.encode(encoding))
    return read(file, ReportKind.FOUND, name)


def skipped(listing: Listing) -> dict[str, str]:
    return {skipped.name: skipped.why for skipped in listing.skipped}


def test_each_photo_of_a_folder_is_a_report(tmp_path: Path) -> None:
    (tmp_path / "day 2").mkdir()
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "day 2" / "b.HEIC").write_bytes(b"b")
    (tmp_path / "same.png").write_bytes(b"a")
    (tmp_path / "notes.txt").write_text("no photo")
    (tmp_path / "none.jpg").touch()
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))).touch()
    (tmp_path / ".hidden.jpg").write_bytes(b"h")
    with (tmp_path / "vast.jpg").open("wb") as file:
        file.truncate(rules.MAX_PHOTO_BYTES + 1)
    listing = read(tmp_path, ReportKind.LOST)
    assert [(entry.name, entry.kind) for entry in listing.entries] == [("a.jpg", "lost"), ("day 2/b.HEIC", "lost")]
    assert skipped(listing) == {
        "same.png": "the same as a.jpg",
        "notes.txt": "not a photo",
        "?.txt": "not a photo",
        "none.jpg": "an empty file",
        "vast.jpg": "vast.jpg is larger than 25 MB",
    }


def test_a_photo_keeps_its_key_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    [before] = read(tmp_path, ReportKind.FOUND).entries
    (tmp_path / "a.jpg").rename(tmp_path / "z.jpg")
    [after] = read(tmp_path, ReportKind.FOUND).entries
    assert before.key == after.key


@pytest.mark.parametrize("name", ["festival.zip", "list.xlsx", "bag.jpg"])
def test_what_is_no_list_is_refused_with_the_remedy(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    with ZipFile(source, "w") as archive:
        archive.writestr("reports.csv", "text\nblack bag\n")
    with pytest.raises(UsageError, match="neither a folder nor a CSV file"):
        read(source, ReportKind.FOUND)


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "bag.jpg").write_bytes(b"a")
    listing = listed(
        tmp_path,
        "ID;Text;Place;happened_at;Photos;Sealed;Category;Shelf;kind\n"
        "7;black bag, new;stage 2;2026-11-20T14:30+01:00; bag.jpg ;yes;card;B3;\n"
        "8;'=1+1;;2026-11-20;;;;;Lost\n",
    )
    first, second = listing.entries
    assert (first.key, first.kind, first.text, first.place) == ("row::7", "found", "black bag, new", "stage 2")
    assert first.happened_at == datetime.fromisoformat("2026-11-20T14:30+01:00")
    assert first.happened_on is None
    assert (first.photos, first.sealed, first.category) == ((tmp_path / "bag.jpg",), True, "card")
    assert (second.kind, second.text, second.sealed) == ("lost", "=1+1", False)
    assert second.happened_at == datetime.fromisoformat("2026-11-20").astimezone()
    assert second.happened_on == date(2026, 11, 20)
    assert listing.ignored == ["shelf"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",,,,", "neither text nor photos"),
        ("bag,cat,,,", "the kind is 'cat', not lost or found"),
        ("bag,,yesterday,,", "the time is 'yesterday', not like 2026-11-26 or 2026-11-26T14:30"),
        (f"bag,,,{'a' * 300},", "it can't be read: File name too long"),
        ("bag,,,a.jpg,", "there's no photo a.jpg"),
        ("bag,,,../list.csv,", "the photo ../list.csv is outside the list's folder"),
        ("bag,,,/etc/passwd,", "the photo /etc/passwd is outside the list's folder"),
        ("bag,,,,maybe", "sealed is 'maybe', not yes or no"),
        ("bag,lost,,,yes", "only a found report can be sealed"),
    ],
)
def test_what_cannot_be_imported_is_named_with_its_line(tmp_path: Path, row: str, why: str) -> None:
    listing = listed(tmp_path, f"text,kind,happened_at,photos,sealed\ncup,,,,\n{row}\n")
    assert len(listing.entries) == 1
    assert skipped(listing) == {"line 3": why}


def test_an_impossible_report_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = "cup,found,yes,,\nbag,,,crown,\nhat,,,,0019-11-20\n"
    listing = listed(tmp_path, f"text,kind,private,category,happened_at\n{rows}")
    assert [*skipped(listing)] == ["line 2", "line 3", "line 4"]
    private, category, time = skipped(listing).values()
    assert private == "only a lost report can be private"
    assert category == "the category is 'crown', not one of id, card, keys, phone, other"
    assert re.fullmatch(r"the year of 0019-11-20\S+ isn't from 1900 to 2200", time)


def test_closed_rows_of_an_export_stay_closed(tmp_path: Path) -> None:
    listing = listed(tmp_path, "text,state\ncup,open\nbag,returned\nhat,Expired\ncap,withdrawn\nkey,\n")
    assert [entry.text for entry in listing.entries] == ["cup", "key"]
    assert skipped(listing) == {
        "line 3": "it's closed (returned)",
        "line 4": "it's closed (expired)",
        "line 5": "it's closed (withdrawn)",
    }
    [cup] = listed(tmp_path, "text,state\ncup,pending\n").entries
    assert cup.key == listing.entries[0].key, "its state is none of a thing's own cells"


def test_a_short_or_long_row_is_no_trouble(tmp_path: Path) -> None:
    listing = listed(tmp_path, "text,place\ncu\0p\nbag,bar,extra,cells\n")
    assert [(entry.text, entry.place) for entry in listing.entries] == [("cup", ""), ("bag", "bar")]


def test_ids_distinguish_rows_and_lists(tmp_path: Path) -> None:
    text = "id,text\n1,cup\n1,bag\n"
    listing = listed(tmp_path, text)
    assert skipped(listing) == {"line 3": "the same as line 2"}
    assert listing.entries[0].key != listed(tmp_path, text, name="bar").entries[0].key


def test_equal_rows_without_ids_are_one(tmp_path: Path) -> None:
    listing = listed(tmp_path, "text\ncup\nbag\ncup\n")
    assert (len(listing.entries), skipped(listing)) == (2, {"line 4": "the same as line 2"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    listing = listed(tmp_path, "text\nSchlüssel\n", encoding=encoding)
    assert [entry.text for entry in listing.entries] == ["Schlüssel"]
    assert listing.is_guessed == (encoding == "cp1252")


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\ntext;place\nbag;bar\n",
        "\n\ntext,place\nbag,bar\n",
        '"text";"place";"a, b, c"\nbag;bar\n',
        "text;place;\nbag;bar;\n",
    ],
)
def test_a_header_is_read_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    listing = listed(tmp_path, text)
    assert [(entry.text, entry.place) for entry in listing.entries] == [("bag", "bar")]
    assert "" not in listing.ignored


def test_lines_are_counted_from_the_first_of_the_file(tmp_path: Path) -> None:
    assert skipped(listed(tmp_path, "sep=,\ntext,kind\nbag,neither\n")) == {
        "line 3": "the kind is 'neither', not lost or found"
    }


def test_a_photo_may_be_named_as_on_windows(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"photo")
    [entry] = listed(tmp_path, "photos\nphotos\\a.jpg\n").entries
    assert entry.photos == (tmp_path / "photos" / "a.jpg",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("text,text\nbag,cup\n", "more than one column `text`"),
        ('text,place\n"bag,bar\ncup,gym\n', "a quote after line 1 is never closed"),
    ],
)
def test_a_list_that_would_lose_something_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        listed(tmp_path, text)


def test_text_may_have_several_lines(tmp_path: Path) -> None:
    [entry] = listed(tmp_path, 'text,place\n"black bag\nwith a star",bar\n').entries
    assert (entry.text, entry.place) == ("black bag\nwith a star", "bar")


@pytest.mark.parametrize("text", ["", "name,shelf\na,b\n"])
def test_a_list_without_text_or_photos_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="needs a column `text` or `photos`"):
        listed(tmp_path, text)


def test_a_file_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="isn't a valid CSV file: line 2: field larger than"):
        listed(tmp_path, "text\n" + 200_000 * "x")


def test_a_missing_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There's no folder or CSV file"):
        read(tmp_path / "none", ReportKind.FOUND)


@pytest.mark.parametrize("cell", ["=1+1", "+49 170", "-5", "@SUM(A1)", "\tb", "\rb", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert shielded(cell) == "'" + cell
    assert unshielded(shielded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "black bag", "'tis mine", "a=b"])
def test_harmless_cells_are_not_shielded(cell: str) -> None:
    assert shielded(cell) == unshielded(cell) == cell
