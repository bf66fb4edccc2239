"""Words and links of lessons, docs and code: spelt right, and leading somewhere. And the table of the lessons."""

import re
import subprocess
import sys
from urllib.parse import urlsplit

import nbformat
import pytest

from tests import test_seed_document
from tests.test_house import ROOT, tracked
from tools import lesson_table
from tools.build_lessons import LESSONS, sources, target

READ = ("lessons/source/", "lessons/README.md", "docs/", "kerasschool/", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def read():
    """What people read: path → its name in the repository."""
    found = {path: path.relative_to(ROOT).as_posix() for path in [*tracked(), *sources()]}
    return {path: name for path, name in sorted(found.items()) if name.startswith(READ) and path.suffix != ".csv"}


def codespell(*paths):
    command = [sys.executable, "-m", "codespell_lib", "--toml", ROOT / "pyproject.toml", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")


# Spelling


def test_words_are_spelt_right():
    answer = codespell(*read())
    assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr


def test_a_wrong_word_would_be_found(tmp_path):
    text = tmp_path / "lesson.md"
    text.write_text("We compile teh model.\n")  # codespell:ignore
    answer = codespell(text)
    assert answer.returncode != 0
    assert "the" in answer.stdout.split("==>")[1]


# Links


def links(text):
    return LINK.findall(CODE.sub("", text))


def headings(text):
    """The addresses of the headings of a text, as GitHub makes them."""
    words = re.findall(r"^#+ (.+)$", CODE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in words}


def broken(text, folder, here):
    """The links of a text that lead nowhere; it stands in `folder`, in the file `here`."""
    found = []
    for link in links(text):
        file, _, place = link.partition("#")
        if "://" in link:
            parts = urlsplit(link)
            good = parts.scheme == "https" and "." in parts.netloc.strip(".") and link[-1] not in ".,"
        elif not file:
            good = place.lower() in headings(text)
        else:
            there = folder / file
            good = there.exists()
            if good and place and there.suffix == ".md":
                good = place in headings(there.read_text(encoding="utf-8"))
        if not good:
            found.append(f"{here}: {link}")
    return found


def test_links_of_the_docs_lead_somewhere():
    texts = [path for path in tracked() if path.suffix == ".md" and path.parent.name != "source"]
    assert len(texts) > 10
    for path in texts:
        assert broken(path.read_text(encoding="utf-8"), path.parent, path.name) == []


@pytest.mark.parametrize("solved", [False, True], ids=["blank", "solved"])
@pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)
def test_links_of_the_lessons_lead_somewhere(source, solved):
    path = target(source, solved)
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text += "\n".join(f"# {words.replace(' ', '-')}" for words in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    assert broken(text, path.parent, path.name) == []


def test_broken_links_would_be_found(tmp_path):
    (tmp_path / "there.md").write_text("# A heading\n")
    good = "# Top\n[a](there.md) [b](there.md#a-heading) [c](#top) [d](https://keras.io/api/) `[e](nowhere)`"
    assert broken(good, tmp_path, "x") == []
    for link in (
        "nowhere.md",
        "there.md#another",
        "#elsewhere",
        "http://keras.io",
        "https://keras.",
        "https://keras.io/a.",
    ):
        assert broken(f"# Top\n[words]({link})", tmp_path, "x") == [f"x: {link}"]


# The table of the lessons


def test_the_table_is_what_the_lessons_say():
    text = (LESSONS / "README.md").read_text(encoding="utf-8")
    assert lesson_table.replaced(text) == text, "run `python -m tools.lesson_table`"
    for source in sources():
        assert f"| {source.stem[:2]} | [" in text


@pytest.mark.parametrize("number", lesson_table.COVERS)
def test_what_the_table_promises_of_the_tutorial_is_in_the_lesson(number):
    (source,) = (source for source in sources() if source.stem.startswith(number))
    text = source.read_text(encoding="utf-8")
    for words, found in lesson_table.COVERS[number]:
        assert found in text
        row = words.split()[0].lower()
        assert any(name.startswith(f"test_{row}_") for name in vars(test_seed_document))


def test_the_table_has_all_columns():
    lines = lesson_table.table().splitlines()
    assert {line.count(" | ") for line in [lines[0], *lines[2:]]} == {6}
    first = lines[2]
    assert "| all six | put the six steps of training a network in order; take all six steps" in first
    assert "| 40 | SixSteps, Train | S1 the six steps |" in first
