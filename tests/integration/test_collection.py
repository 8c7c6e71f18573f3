"""Collecting the tests imports no PyTorch: a developer who runs one test waits for that test only."""

import subprocess
import sys
from pathlib import Path

COLLECT = """
import sys, pytest
code = pytest.main(["--collect-only", "--quiet", "--quiet", "-p", "no:cacheprovider", "-p", "no:xdist"])
print("imported:", *sorted({"torch", "transformers", "matplotlib"} & set(sys.modules)))
sys.exit(code)
"""


def test_collecting_the_tests_imports_no_heavy_library() -> None:
    collected = subprocess.run(
        [sys.executable, "-c", COLLECT], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert collected.returncode == 0, collected.stdout
    assert collected.stdout.splitlines()[-1].strip() == "imported:"
