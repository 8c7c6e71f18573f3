"""Collecting the tests imports no PyTorch: a developer who runs one test waits for that test only."""

import pytest

from tests.conftest import IMPORTED


def test_collecting_the_tests_imports_no_heavy_library(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.stash[IMPORTED] == set()
