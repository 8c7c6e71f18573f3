"""Tables keep every word whole, and use the width that there is."""

import re
from pathlib import Path

import pytest
from rich.table import Table

from cli.tables import print_table


@pytest.mark.parametrize("width", [10, 30, 80, 200])
def test_no_word_is_cut_off(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("encoder", "photos per second", title="2 threads")
    table.add_row("openai/clip-vit-base-patch32", "12.34 on this machine")
    print_table(table, width=width)
    printed = capsys.readouterr().out
    assert {"openai/clip-vit-base-patch32", "12.34", "machine"} <= set(printed.split())
    assert "…" not in printed
    assert len({len(line) for line in printed.splitlines()[1:]}) == 1, "the frame is whole"
    assert max(map(len, printed.splitlines())) <= max(width, 47)


def test_what_other_people_wrote_is_printed_by_a_console_that_escapes_it() -> None:
    folder = Path(__file__).parents[2] / "cli"
    shown = {path for path in folder.rglob("*.py") if re.search(r"\bConsole\(", path.read_text("utf-8"))}
    assert {path.name for path in shown if path.parent.name != "bench"} == {"progress.py", "importing.py"}
