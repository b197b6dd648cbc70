"""Docs and tidiness are tests."""

import re
import subprocess
import tomllib
from pathlib import Path

import msgspec
import pytest
from corpus import ROOT

from ops.settings import Settings, parse_settings

TRACKED = [
    ROOT / name
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    if name
]
PYTHON = [path for path in TRACKED if path.suffix == ".py" and path.exists()]
SHIPPED = [path for path in PYTHON if path.relative_to(ROOT).parts[0] != "tests"]


def test_top_level_is_what_people_expect():
    names = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    assert {
        "broker",
        "cap_formats",
        "channels",
        "geo",
        "receivers",
        "ops",
        "tests",
        "pyproject.toml",
        "README.md",
    } <= names
    extra = names - {
        "broker",
        "cap_formats",
        "channels",
        "geo",
        "receivers",
        "ops",
        "tests",
        "docs",
        ".ci",
        ".gitignore",
    }
    assert extra == {
        "pyproject.toml",
        "README.md",
        "Makefile",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "requirements.lock",
        "requirements-dev.lock",
        ".npmrc",
        "jsconfig.json",
        "package.json",
        "package-lock.json",
    }


def test_readme_names_every_folder_of_the_house():
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = {path.relative_to(ROOT).parts[0] for path in SHIPPED} - {"broker"}
    broker = {
        f"broker/{p.relative_to(ROOT).parts[1]}"
        for p in SHIPPED
        if p.is_relative_to(ROOT / "broker") and len(p.relative_to(ROOT).parts) > 2
    }
    for folder in folders | broker:
        assert f"`{folder}/`" in readme, folder
    for parent in ("receivers", "channels"):
        for path in (ROOT / parent).iterdir():
            if (path / "channel.py").exists() or (path / "receiver.py").exists():
                assert f"`{path.name}/`" in readme, path


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_named_for_nothing(path: Path):
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "misc", "common"}


def test_every_module_says_what_it_owns():
    silent = [
        path
        for path in SHIPPED
        if path.stat().st_size and not path.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []


def test_no_unfinished_words():
    pattern = re.compile(r"NotImplementedError|\bTODO\b|\bFIXME\b|\bXXX\b")
    assert [path for path in SHIPPED if pattern.search(path.read_text("utf-8"))] == []


def test_no_address_of_a_registry_is_written_down():
    address = re.compile(rb"https?://[^\s\"']+\.(?:whl|tgz|tar\.gz|deb)\b")
    named = [
        p
        for p in TRACKED
        if p.exists() and p.suffix in {".lock", ".json", ".toml", ".md", ".py", ""} and address.search(p.read_bytes())
    ]
    assert named == []


def test_readme_documents_every_setting():
    readme = (ROOT / "README.md").read_text("utf-8")
    block = re.search(r"<!-- settings -->\s*```toml\n(.*?)```\s*<!-- /settings -->", readme, re.DOTALL)
    assert block, "README.md has no settings block"
    documented = tomllib.loads(block[1])
    assert parse_settings(block[1]) == Settings()  # what the README shows is the defaults
    for field in msgspec.structs.fields(Settings):
        assert field.name in documented, field.name
        kind = field.type
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            names = {inner.name for inner in msgspec.structs.fields(kind)}
            assert names == set(documented[field.name]), field.name


def test_large_files_have_one_subject():
    long = {str(p.relative_to(ROOT)): n for p in SHIPPED if (n := p.read_text("utf-8").count("\n")) > 400}
    assert len(long) <= len(SHIPPED) * 0.1, long
