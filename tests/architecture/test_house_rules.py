"""Rules of the house that no linter knows: names, sizes, what must never be written into a file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("db", "crm_desktop", "backups", "ui")
LATE_IMPORTS = ("crm_desktop/__main__.py", "crm_desktop/cli")
LONGEST_FILE = 420
FROZEN = "db/migrations/versions/"  # a migration is never edited again, so nobody reads on in it
VAGUE_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py", "manager.py"}
NOT_FOR_PUBLICATION = (
    re.compile(r"(?<![\w.])/(root|work)/"),  # paths of one machine
    re.compile(r"\b(files\.pythonhosted|pypi|test\.pypi|pypi\.tuna\.tsinghua)\.(org|edu\.cn|python\.org)\b"),
    re.compile(r"--(extra-)?index-url|--find-links|--trusted-host"),
)


def tracked_files() -> list[Path]:
    """What belongs to the project; in a copy without git, what lies in its folders."""
    if (git := shutil.which("git")) and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if listed.returncode == 0:  # git refuses a clone that belongs to somebody else
            names = listed.stdout.decode("utf-8").split("\0")
            return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    ours = [*PACKAGES, "resources", "tests", "docs", "requirements", ".ci"]
    return [file for folder in ours for file in (ROOT / folder).rglob("*") if file.suffix != ".pyc" and file.is_file()]


def source_files() -> list[Path]:
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def test_the_packages_are_found() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in source_files()} == set(PACKAGES)


@pytest.mark.parametrize("file", source_files(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_source_file_keeps_the_house_rules(file: Path) -> None:
    name = file.relative_to(ROOT).as_posix()
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert file.name not in VAGUE_NAMES, "name it after what it is about"
    lines = text.count("\n")
    if not name.startswith(FROZEN):
        assert lines <= LONGEST_FILE, "split it: one reason to change per file"
    if tree.body:
        assert ast.get_docstring(tree), "say in a docstring why the file exists"
    if not name.startswith(LATE_IMPORTS):
        assert late_imports(tree) == [], "imports stand at the top of a file"


def late_imports(tree: ast.Module) -> list[int]:
    """The lines of imports inside functions, and of those at the top level that stand below other statements."""
    late = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    begun = False
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            late += [node.lineno] if begun else []
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            begun = True
    return sorted(set(late))


def test_late_imports_are_noticed() -> None:
    source = "import a\ndef f():\n    import b\nclass C:\n    def g(self):\n        from c import d\nimport e\n"
    assert late_imports(ast.parse(source)) == [3, 6, 7]


def test_no_installed_package_claims_our_names() -> None:
    claims = {
        (distribution.metadata["Name"], Path(file).parts[0])
        for distribution in distributions()
        if distribution.metadata["Name"] != "crm-desktop"
        for file in distribution.files or ()
        if Path(file).parts[0] in PACKAGES
    }
    assert claims == set()


def test_nothing_tells_of_one_machine_or_one_index() -> None:
    found = []
    for file in tracked_files():
        content = file.read_bytes()
        if file == Path(__file__) or b"\0" in content[:4096]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if any(pattern.search(line) for pattern in NOT_FOR_PUBLICATION):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_tests_are_not_packages() -> None:
    """Importlib mode: test folders hold no __init__.py, and file names are unique over all of them."""
    files = [file for file in (ROOT / "tests").rglob("*.py") if file.name != "conftest.py"]
    names = [file.name for file in files]
    assert "__init__.py" not in names
    assert sorted({name for name in names if names.count(name) > 1}) == []
