"""The documentation as a website, and what it tells people to type."""

import hashlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from cli.main import app
from cli.settings import variables
from tests.support.site import built_site
from tests.support.tables import for_each

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *PAGES]
TEXTS = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in DOCUMENTS}
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
KNOWN_ELSEWHERE = {"REUNITE_READY_FILE"}
"""Variables that aren't settings."""
_FENCED = re.compile(r"^ *```.*?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:export )?(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?reunite ([^#\n]+)")
_IN_CONTAINER = re.compile(r"docker compose run --rm (?:worker|migrate) ([^#`\n]+)")
_PLACEHOLDER = re.compile(
    r"\b(SET|FILE\.npz|FOLDER|[\w./-]+\.(?:jpg|csv|dump|jsonl|npz)|shelf/|reunite\.dump)(?=\s|$|::)"
)


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    """The site's hooks."""
    spec = importlib.util.spec_from_file_location("docs_site", ROOT / "scripts/docs_site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(nav: Any) -> Iterator[str]:
    """Yield the pages of a navigation."""
    for entry in nav:
        for page in entry.values() if isinstance(entry, dict) else [entry]:
            yield from [page] if isinstance(page, str) else listed(page)


def test_the_navigation_lists_every_page_once(hooks: ModuleType) -> None:
    """A new page of docs/ is listed under `nav` in mkdocs.yml."""
    own = {str(path.relative_to(DOCS)) for path in PAGES if path.parent.name != "decisions"}
    outside = {place for place in hooks.OUTSIDE.values() if place.endswith(".md")}
    pages = list(listed(CONFIG["nav"]))
    assert sorted(pages) == sorted({*own, *outside, "decisions/README.md"})


def test_the_list_of_decisions_names_every_one(hooks: ModuleType) -> None:
    text = (DOCS / "decisions/README.md").read_text("utf-8")
    texts = re.findall(r"^\| (\d+) \| \[(.+)\]\((\S+)\) \|$", text, re.MULTILINE)
    titles = [(path.name, path.read_text("utf-8").splitlines()[0]) for path in hooks.decisions()[1:]]
    assert [(file, f"# {number}. {title}") for number, title, file in texts] == titles


def slugs(markdown: str) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@for_each("document", TEXTS)
def test_links_lead_to_headings(document: str) -> None:
    lost = []
    for link, anchor in re.findall(r"\]\(([^)\s#:]*)#([^)\s]+)\)", TEXTS[document]):
        target = (ROOT / document).parent / link if link else ROOT / document
        if target.suffix == ".md" and anchor not in slugs(target.resolve().read_text("utf-8")):
            lost.append(f"{link}#{anchor}")
    assert lost == []


@for_each("document", TEXTS)
def test_lists_are_indented_as_the_site_and_the_repository_read_them(document: str) -> None:
    """What is inside a list's item and isn't its first paragraph is four spaces in."""
    assert re.findall(r"^ {1,3}(?:[-*] |\d+\. |```).*", TEXTS[document], re.MULTILINE) == []


def commands() -> Iterator[tuple[str, str, bool]]:
    """Yield each command line of the documents, where it is, and whether it's a whole one."""
    for document, text in TEXTS.items():
        for block in _FENCED.findall(text):
            whole = block.replace("\\\n", " ")
            yield from (
                (document, found[1].strip(), True)
                for line in whole.splitlines()
                if (found := _COMMAND.match(line.strip()))
            )
        for span in re.findall(r"`([^`\n]+)`", _FENCED.sub("", text)):
            if found := _COMMAND.match(span):
                yield document, found[1].strip(), False
        yield from ((document, line.strip(), True) for line in _IN_CONTAINER.findall(text))


COMMANDS = sorted(set(commands()))


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) > 60


@for_each(("document", "line", "is_whole"), COMMANDS)
def test_a_documented_command_can_be_typed(document: str, line: str, *, is_whole: bool, tmp_path: Path) -> None:  # noqa: ARG001 - names the test
    there = tmp_path / "there.npz"
    there.touch()
    line = _PLACEHOLDER.sub(str(there), line).replace("--community ID", f"--community {'0' * 32}")
    missing = parsed(shlex.split(re.sub(r"(?<=\w)\|\w+", "", line)))
    assert not (missing and is_whole)


def parsed(words: list[str]) -> bool:
    """Read a command line as the command does; tell whether an argument is missing. Fails where it can't be read."""
    command, parent, name = typer.main.get_command(app), None, str(app.info.name)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        parent = command.context_class(command, info_name=name, parent=parent)
        word, found, words = command.resolve_command(parent, words)
        assert found is not None
        command, name = found, str(word)
    if isinstance(command, TyperGroup) and not words:
        return True
    try:
        command.make_context(name, words, parent=parent)
    except typer.Exit:
        return False  # --help and --version
    except Exception as error:
        if type(error).__name__ != "MissingParameter" and "requires an argument" not in str(error):
            raise
        return True
    return False


@pytest.mark.parametrize("words", [["no-such-command"], ["status", "--no-such-option"], ["bot", "discord", "slack"]])
def test_a_command_that_cannot_be_typed_is_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"No such|unexpected"):
        parsed(words)


@for_each("document", TEXTS)
def test_every_documented_variable_is_a_setting(document: str) -> None:
    named = {name.removesuffix("_FILE") for name in re.findall(r"REUNITE_[A-Z_]*[A-Z]", TEXTS[document])}
    known = {name.removesuffix("_FILE") for name in {*variables(), *KNOWN_ELSEWHERE}}
    assert named - known == set()


@for_each("document", TEXTS)
def test_every_documented_make_target_exists(document: str) -> None:
    texts = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", TEXTS[document], re.MULTILINE))
    assert texts <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_manifests_for_kubernetes_name_commands_and_settings() -> None:
    text = (DOCS / "kubernetes.md").read_text("utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    containers = [document["spec"]["template"]["spec"]["containers"][0] for document in yaml.safe_load_all(block)]
    assert [container["args"] for container in containers] == [["bot", "discord"], ["worker", "--reembed"]]
    for container in containers:
        assert {variable["name"] for variable in container["env"]} <= set(variables())
        assert container["securityContext"]["readOnlyRootFilesystem"]


def test_the_picture_of_the_diagram_is_of_its_source() -> None:
    """Draw it again with scripts/draw_diagram.py."""
    [diagram] = re.findall(r"^```mermaid\n(.*?)^```$", TEXTS["docs/architecture.md"], re.MULTILINE | re.DOTALL)
    drawn = (DOCS / "images/architecture.svg").read_text("utf-8")
    assert hashlib.sha256(diagram.encode()).hexdigest() in drawn.splitlines()[0]


def test_the_site_is_built_and_asks_nobody_else() -> None:
    site = built_site()
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"(https?:[^\"]+)", page.read_text("utf-8")
        )
        assert loaded == [], page
    assert "archivo" not in (site / "index.html").read_text("utf-8")
