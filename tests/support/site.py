"""The documentation as a website, built once for all tests of a run."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support.collection import first_alone
from tests.support.homes import HOME_VARIABLE

_ROOT: Final = Path(__file__).parents[2]


def built_site() -> Path:
    """Return the site's folder; a warning of mkdocs fails the test."""
    folder = Path(os.environ[HOME_VARIABLE]) / "site"
    with first_alone(folder.with_suffix(".lock")):
        if not folder.exists():
            new = folder.with_suffix(".new")
            # With --quiet, mkdocs doesn't see its own warnings, and --strict changes nothing.
            command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(new)]
            quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
            built = subprocess.run(command, cwd=_ROOT, env=quiet, capture_output=True, text=True, check=False)
            assert built.returncode == 0, built.stderr
            new.rename(folder)
    return folder
