"""Hooks of MkDocs: the site has files from outside docs/ too, so the same links work there and in the repository."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
OUTSIDE: Final[Mapping[str, str]] = {
    "README.md": "overview.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "LICENSE": "LICENSE.txt",
    "slack/manifest.yaml": "slack/manifest.yaml",
    "deploy/alerts.yml": "deploy/alerts.yml",
    "deploy/grafana.json": "deploy/grafana.json",
    "http_server/static/icon.svg": "images/icon.svg",
}
"""Files of the repository, and where they are in the site."""
DIAGRAM: Final = "images/architecture.svg"
_LINK: Final = re.compile(r"(\]\()([^)#\s:]+)(#[^)\s]*)?(?=\))")
_FENCE: Final = re.compile(r"^(```\w+) [^\n]+$", re.MULTILINE)
"""The language of an example, and what a test does with it."""
_MERMAID: Final = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every decision."""
    for entry in config.nav or []:
        if "Decisions" in entry:
            entry["Decisions"] = [f"decisions/{path.name}" for path in decisions()]
    return config


def decisions() -> list[Path]:
    """Return the pages of the decisions, their list first."""
    folder = ROOT / "docs" / "decisions"
    return [folder / "README.md", *sorted(folder.glob("0*.md"))]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is outside docs/."""
    for source, place in OUTSIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Point links to where their files are in the site, and show the diagram as a picture: no script draws it here."""
    place = page.file.src_uri
    source = next((source for source, at in OUTSIDE.items() if at == place), f"docs/{place}")
    markdown = _MERMAID.sub(f"[![The components and the life of a post]({DIAGRAM})]({DIAGRAM})", markdown)
    markdown = _FENCE.sub(r"\1", markdown)
    return _LINK.sub(lambda link: f"{link[1]}{in_site(link[2], source, place)}{link[3] or ''}", markdown)


def in_site(link: str, source: str, place: str) -> str:
    """Return a relative link from `source` in the repository as one from `place` in the site."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    if target in OUTSIDE:
        found = OUTSIDE[target]
    elif target.startswith("docs/"):
        found = target.removeprefix("docs/")
    else:
        return link  # MkDocs says that it leads nowhere
    return posixpath.relpath(found, posixpath.dirname(place) or ".")
