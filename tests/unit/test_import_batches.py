"""How many reports an import writes at once, so that their photos fit in memory."""

from pathlib import Path

import pytest

from cli.history import importing
from cli.history.importing import how_many_together
from cli.history.listing import Entry
from reunite.entities import ReportKind

MEBIBYTE = 2**20


def entries(folder: Path, sizes: list[list[int]]) -> list[Entry]:
    """Return entries whose photos have these sizes, in MiB; they take no room on the disk."""
    made = []
    for number, photos in enumerate(sizes):
        paths = [folder / f"{number}-{photo}.jpg" for photo in range(len(photos))]
        for path, size in zip(paths, photos, strict=True):
            with path.open("wb") as file:
                file.truncate(size * MEBIBYTE)
        made.append(Entry(str(number), str(number), ReportKind.FOUND, photos=tuple(paths)))
    return made


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([[1]] * 8, 8),
        ([[]] * 8, 8),
        ([[25] * 2] * 8, 2),
        ([[25], [25] * 4, [1]], 1),
        ([[25] * 10, [1]], 1),
        ([[1], [25] * 10, [1]], 1),
    ],
)
def test_photos_that_are_read_at_once_fit_in_memory(tmp_path: Path, sizes: list[list[int]], count: int) -> None:
    assert how_many_together(entries(tmp_path, sizes)) == count


def test_a_photo_that_has_gone_counts_for_nothing(tmp_path: Path) -> None:
    gone = Entry("gone", "gone", ReportKind.FOUND, photos=(tmp_path / "gone.jpg",))
    assert how_many_together([gone, gone]) == 2


@pytest.mark.parametrize(
    ("reports", "photos", "words"),
    [(1, 1, "1 report with 1 photo"), (2, 1, "2 reports with 1 photo"), (0, 0, "0 reports with 0 photos")],
)
def test_one_report_is_no_reports(reports: int, photos: int, words: str) -> None:
    assert importing.summary(importing.Imported([], reports, photos, seconds=2.0))[0].startswith(f"Imported {words} (")
