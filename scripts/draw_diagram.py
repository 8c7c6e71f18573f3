"""Draws the diagram of docs/architecture.md for the site, which runs no script for it.

npm pack mermaid && tar xzf mermaid-*.tgz
python scripts/draw_diagram.py package/dist/mermaid.min.js
"""

import hashlib
import re
import shutil
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

DOCS: Final = Path(__file__).parents[1] / "docs"
DRAWN: Final = DOCS / "images" / "architecture.svg"
_SETTINGS: Final = "{startOnLoad: false, theme: 'neutral', htmlLabels: false, flowchart: {htmlLabels: false}}"


def source() -> str:
    """Return the diagram's source."""
    found = re.search(
        r"^```mermaid\n(.*?)^```$", (DOCS / "architecture.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise SystemExit("docs/architecture.md has no diagram.")
    return found[1]


def mark(diagram: str) -> str:
    """Return the mark that says which source a picture was drawn from."""
    return f"<!-- {hashlib.sha256(diagram.encode()).hexdigest()} -->"


def alone(svg: str) -> str:
    """Give a picture the size and the ground that it has no page for."""
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        raise SystemExit("Mermaid has drawn nothing.")
    svg = re.sub(r'style="max-width: [\d.]+px;"', 'style="background: #fff"', svg, count=1)
    return svg.replace('width="100%"', f'width="{float(size[1]):.0f}" height="{float(size[2]):.0f}"', 1)


def main(library: Path) -> None:
    """Draw it with Mermaid in Chromium."""
    diagram = source()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=library)
        page.evaluate(f"mermaid.initialize({_SETTINGS})")
        drawn = page.evaluate("async text => (await mermaid.render('architecture', text)).svg", diagram)
        browser.close()
    DRAWN.write_text(f"{mark(diagram)}\n{alone(drawn)}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
