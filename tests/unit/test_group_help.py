"""Every group of commands shows an example in its help, as every command does."""

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.mark.parametrize("group", ["bench", "keys", "model", "token"])
def test_the_help_of_a_group_has_an_example(group: str) -> None:
    assert f"Example: reunite {group} " in CliRunner().invoke(app, [group, "--help"]).output
