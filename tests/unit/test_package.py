"""What is installed with the package."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

from tests.support.tables import for_each

ROOT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
PACKAGES = [pattern.rstrip("*") for pattern in SETUPTOOLS["packages"]["find"]["include"]]


@for_each("package", PACKAGES)
def test_type_hints_are_offered_to_programs_that_import_a_package(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


@for_each("package", PACKAGES)
def test_every_file_that_is_no_code_is_installed_too(package: str) -> None:
    patterns = SETUPTOOLS["package-data"]["*"]
    files = [path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    assert [path for path in files if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []
