"""The program's packages, and their files."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("reunite", "db", "workers", "bot", "api", "board", "metrics", "http_server", "cli", "embedded")


def files(*packages: str) -> list[Path]:
    return sorted(path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py"))
