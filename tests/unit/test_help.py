"""What `--help` shows."""

from typer.testing import CliRunner

from cli.main import app


def shown(*command: str, columns: int = 120) -> str:
    told = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": str(columns)})
    return told.stdout


def test_words_in_square_brackets_are_shown() -> None:
    assert "name[@revision]" in shown("model", "fetch")


def test_an_example_has_a_line_of_its_own() -> None:
    lines = [line.strip() for line in shown("keys", "reset").splitlines()]
    assert "Example: reunite keys reset" in lines


def test_paragraphs_fill_the_terminals_lines() -> None:
    assert "separated by semicolons" in shown("import", columns=80)  # the source breaks its line there
