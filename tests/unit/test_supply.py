"""What comes from outside: nothing that is read can run code, and newer versions of everything are proposed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
OURS: Final = ("reunite", "db", "metrics", "workers", "bot", "api", "board", "cli", "embedded", "scripts")
FILES: Final = sorted(file for folder in OURS for file in (ROOT / folder).rglob("*.py"))
UNSAFE: Final = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
SAFE_BY: Final = {
    "torch.load": ("weights_only", True),  # tensors only, of bytes whose hash is known
    "np.load": ("allow_pickle", False),
    "numpy.load": ("allow_pickle", False),
    "AutoModel.from_pretrained": ("use_safetensors", True),
}
NAMES: Final = re.compile("|".join(sorted(UNSAFE | {name.rpartition(".")[2] for name in SAFE_BY})))
WEIGHTS: Final = {".bin", ".ckpt", ".pkl", ".pickle", ".pt", ".pth", ".safetensors", ".joblib", ".npy", ".npz", ".onnx"}


def unsafe(source: str) -> Iterator[str]:
    """Yield what would read a pickle."""
    if not NAMES.search(source):
        return  # to parse every module takes a second
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in UNSAFE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in UNSAFE:
            yield str(node.module)
        elif isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in SAFE_BY:
            keyword, wanted = SAFE_BY[name]
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if given.get(keyword) != str(wanted):
                yield name


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(file)",
        "torch.load(file, weights_only=False)",
        "np.load(file, allow_pickle=True)",
        "AutoModel.from_pretrained(folder)",
    ],
)
def test_what_reads_a_pickle_is_seen(source: str) -> None:
    assert list(unsafe(source))


@pytest.mark.untraced
def test_nothing_reads_a_pickle() -> None:
    assert len(FILES) > 100
    assert {str(file.relative_to(ROOT)): found for file in FILES if (found := [*unsafe(file.read_text())])} == {}


def test_no_weights_are_kept_in_the_project() -> None:
    kept = [file for folder in (*OURS, "tests", "docs", "deploy") for file in (ROOT / folder).rglob("*")]
    assert [file for file in kept if file.suffix in WEIGHTS] == []


def test_every_dependency_has_one_version_that_the_tests_ran_with() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if line[0] != "#" and not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


@pytest.mark.parametrize(
    ("module", "package"), [("bot/discord/internals.py", "discord.py"), ("bot/slack/socket_mode.py", "slack_sdk")]
)
def test_what_changes_a_library_inside_was_tested_with_the_version_in_use(module: str, package: str) -> None:
    [in_use] = re.findall(rf"^{re.escape(package)}==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    described = ast.get_docstring(ast.parse((ROOT / module).read_text("utf-8"))) or ""
    assert described.endswith(f" tested with {in_use}."), "read it again before you change the version in its docstring"


def test_workflows_get_no_more_rights_than_they_use() -> None:
    for file in (ROOT / ".github/workflows").glob("*.yml"):
        text = file.read_text()
        assert re.search(r"^permissions:\n  contents: read$", text, re.MULTILINE), file
        assert text.count("persist-credentials: false") == text.count("uses: actions/checkout@"), file


def test_an_action_has_one_version_in_all_workflows() -> None:
    text = "".join(file.read_text() for file in (ROOT / ".github/workflows").glob("*.yml"))
    used = set(re.findall(r"uses: (\S+)@(\S+)", text))
    assert len(used) == len({action for action, _ in used}) > 0


def test_newer_versions_of_everything_that_comes_from_outside_are_proposed() -> None:
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "docker", "docker-compose", "pip"}
