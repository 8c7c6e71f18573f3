"""Reads the list to import: a folder of photos, or a CSV file with a row for each item."""

import codecs
import csv
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Final, cast
from uuid import UUID
from zipfile import is_zipfile

from cli.errors import UsageError
from db.report_csv import IMPORTED, unshielded
from reunite import rules
from reunite.entities import Category, ReportKind, ReportState

_SUFFIXES: Final = frozenset(
    [".avif", ".bmp", ".gif", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"]
)
_YES: Final = frozenset({"yes", "true", "1", "x"})
_NO: Final = frozenset({"", "no", "false", "0"})
_UNCLOSED: Final = "unexpected end of data"
"""The parser's message for a quote that is never closed."""
_CLOSED: Final = frozenset({ReportState.RETURNED, ReportState.WITHDRAWN, ReportState.EXPIRED})


class RefusedError(Exception):
    """Why a file or a row can't be imported."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One report to make. `key` is its idempotency key, `name` its name in the list.

    `report` is the id that it has if the list is an export of the same community.
    """

    key: str
    name: str
    kind: ReportKind
    text: str = ""
    place: str = ""
    happened_at: datetime | None = None
    happened_on: date | None = None
    photos: tuple[Path, ...] = ()
    sealed: bool = False
    private: bool = False
    category: Category = "other"
    report: UUID | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What isn't imported, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All entries of a folder or a CSV file. `ignored` are its columns that have no meaning here."""

    entries: Sequence[Entry]
    skipped: Sequence[Skipped]
    ignored: Sequence[str] = ()
    is_guessed: bool = False
    """Whether the file isn't in UTF-8, so that letters may be wrong."""


def read(source: Path, kind: ReportKind, name: str = "") -> Listing:
    """Read a folder or a CSV file. `kind` is for rows without one; `name` keeps the ids of different lists apart.

    Raises UsageError if it is neither.
    """
    if source.is_dir():
        return _folder(source, kind)
    if not source.is_file():
        raise UsageError(f"There's no folder or CSV file at {source}.")
    if is_zipfile(source) or source.suffix.casefold() in _SUFFIXES:  # spreadsheets' own formats are archives too
        raise UsageError(
            f"{source} is neither a folder nor a CSV file. Unpack an archive, save a spreadsheet as CSV, and put photos"
            " into a folder."
        )
    return _csv(source, kind, name)


class _Listed:
    """Distinct entries, and skipped ones."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._skipped: list[Skipped] = []

    def add(self, name: str, entry_of: Callable[[], Entry]) -> None:
        try:
            entry = entry_of()
        except RefusedError as refused:
            self._skipped.append(Skipped(name, str(refused)))
            return
        except OSError as error:
            self._skipped.append(Skipped(name, f"it can't be read: {error.strerror}"))
            return
        first = self._entries.setdefault(entry.key, entry)
        if first is not entry:
            self._skipped.append(Skipped(name, f"the same as {first.name}"))

    def listing(self, ignored: Sequence[str] = ()) -> Listing:
        return Listing(list(self._entries.values()), self._skipped, ignored)


# A folder


def _folder(folder: Path, kind: ReportKind) -> Listing:
    listed = _Listed()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            name = readable(str(inside))
            listed.add(name, partial(_of_photo, path, name, kind))
    return listed.listing()


def readable(name: str) -> str:
    """Return a file's name without bytes that aren't UTF-8: neither a terminal nor the database accepts them."""
    return name.encode("utf-8", "replace").decode()


def _of_photo(path: Path, name: str, kind: ReportKind) -> Entry:
    if path.suffix.casefold() not in _SUFFIXES:
        raise RefusedError("not a photo")
    _check_size(path)
    with path.open("rb") as file:
        return Entry(f"photo:{hashlib.file_digest(file, 'sha256').hexdigest()}", name, kind, photos=(path,))


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if not size:
        raise RefusedError("an empty file")
    if size > rules.MAX_PHOTO_BYTES:
        raise RefusedError(f"{path.name} is larger than {rules.MAX_PHOTO_BYTES // 2**20} MB")


# A CSV file


def _csv(source: Path, kind: ReportKind, name: str) -> Listing:
    text, is_guessed = _text(source)
    before, rows = _from_header(text)
    delimiter = _delimiter(rows.partition("\n")[0])
    # Strictly: without its closing quote, a cell would swallow the rest of the list.
    reader = csv.DictReader(StringIO(rows, newline=""), delimiter=delimiter, restval="", strict=True)
    listed = _Listed()
    try:
        names = _columns(reader.fieldnames or (), source)
        reader.fieldnames = names
        for row in reader:
            given = {column: unshielded((row[column] or "").strip()) for column in names if column in IMPORTED}
            line = f"line {before + reader.line_num}"
            listed.add(line, partial(_of_row, given, line, source.parent, kind, name))
    except csv.Error as error:
        if str(error) == _UNCLOSED:
            why = f"a quote after line {before + reader.line_num} is never closed"
        else:  # the list's own reader has gone on to the line with the error
            why = f"line {before + reader.reader.line_num}: {error}"
        raise UsageError(f"{source} isn't a valid CSV file: {why}.") from error
    ignored = [column for column in names if column and column not in IMPORTED]
    return replace(listed.listing(ignored), is_guessed=is_guessed)


def _text(source: Path) -> tuple[str, bool]:
    """Return a file's text, and whether its encoding is a guess."""
    data = source.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # "Unicode text" of spreadsheets
        return data.decode("utf-16", "replace").replace("\0", ""), False
    data = data.replace(b"\0", b"")  # the database accepts no null characters
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), True  # written by spreadsheets in western Europe


def _from_header(text: str) -> tuple[int, str]:
    """Skip empty lines and a spreadsheet's `sep=` line; return how many were skipped, and the rest."""
    lines = text.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith("sep=")):
        skipped += 1
    return skipped, "".join(lines[skipped:])


def _columns(given: Sequence[str], source: Path) -> list[str]:
    names = [column.strip().casefold() for column in given]
    if not {"text", "photos"} & set(names):
        raise UsageError(f"{source} needs a column `text` or `photos`. Known columns: {', '.join(IMPORTED)}.")
    if twice := [column for column in IMPORTED if names.count(column) > 1]:
        raise UsageError(f"{source} has more than one column `{twice[0]}`.")
    return names


def _delimiter(header: str) -> str:
    bare = "".join(header.split('"')[::2])  # a name in quotes may contain one
    return max(",;\t", key=bare.count)


def _of_row(row: Mapping[str, str], line: str, folder: Path, kind: ReportKind, name: str) -> Entry:
    if not (row.get("text") or row.get("photos")):
        raise RefusedError("neither text nor photos")
    if (state := row.get("state", "").casefold()) in _CLOSED:
        raise RefusedError(f"it's closed ({state})")
    entry = Entry(
        key=_key(row, name),
        name=line,
        kind=_kind(row.get("kind", ""), kind),
        text=row.get("text", ""),
        place=row.get("place", ""),
        happened_at=_time(row.get("happened_at", "")),
        happened_on=_day(row.get("happened_at", "")),
        photos=tuple(_photo(folder, given.strip()) for given in row.get("photos", "").split(";") if given.strip()),
        sealed=_flag(row, "sealed"),
        private=_flag(row, "private"),
        category=cast("Category", row.get("category", "").casefold() or "other"),
        report=_report(row.get("id", "")),
    )
    try:
        rules.check_report(
            entry.kind,
            happened_at=entry.happened_at,
            sealed=entry.sealed,
            private=entry.private,
            category=entry.category,
        )
    except ValueError as error:
        raise RefusedError(str(error)) from None
    return entry


def _report(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _key(row: Mapping[str, str], name: str) -> str:
    if row.get("id"):
        return f"row:{name}:{row['id']}"
    kept = {column: cell for column, cell in row.items() if column != "state"}  # the state changes, the thing doesn't
    content = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return f"row:{name}:{hashlib.sha256(content.encode()).hexdigest()}"


def _kind(given: str, otherwise: ReportKind) -> ReportKind:
    if given.casefold() not in {"", *ReportKind}:
        raise RefusedError(f"the kind is {given!r}, not lost or found")
    return ReportKind(given.casefold()) if given else otherwise


def _time(given: str) -> datetime | None:
    try:
        return datetime.fromisoformat(given).astimezone() if given else None
    except (ValueError, OverflowError):
        raise RefusedError(f"the time is {given!r}, not like 2026-11-26 or 2026-11-26T14:30") from None


def _day(given: str) -> date | None:
    """Return a time that names only a day."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _photo(folder: Path, given: str) -> Path:
    path = folder / given
    if not path.exists():
        path = folder / given.replace("\\", "/")  # as Windows writes it
    if not path.resolve().is_relative_to(folder.resolve()):
        raise RefusedError(f"the photo {given} is outside the list's folder")
    if not path.is_file():
        raise RefusedError(f"there's no photo {given}")
    _check_size(path)
    return path


def _flag(row: Mapping[str, str], column: str) -> bool:
    given = row.get(column, "").casefold()
    if given not in _YES | _NO:
        raise RefusedError(f"{column} is {row[column]!r}, not yes or no")
    return given in _YES
