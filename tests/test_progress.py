"""Progress: what was done earlier is remembered in a small file, and whatever is wrong with the file, checks go on."""

import errno
import json
import os
import subprocess
import sys
import textwrap

import pytest

from kerasschool.checks import check, mechanism, progress, progress_file, progress_table
from kerasschool.checks.mechanism import Record
from kerasschool.saving import paths
from tests.test_house import ROOT
from tools.build_lessons import sources

NAME = "kerasschool-progress.json"
RIGHT = "BEDAFC"  # of exercise 00.1


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A learner's empty folder, and a session that has just begun."""
    monkeypatch.delenv("KERASSCHOOL_PROGRESS")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mechanism, "record", Record())
    return tmp_path


@pytest.fixture
def new_session(monkeypatch):
    return lambda: monkeypatch.setattr(mechanism, "record", Record())


def written(folder):
    return json.loads((folder / NAME).read_text())


# What is kept


def test_at_first_there_is_nothing_to_keep(folder):
    found = progress()
    assert set(found.states.values()) == {"todo"}
    assert found.next == "00.1"
    check("00.1", ...)
    progress()
    assert [*folder.iterdir()] == []
    assert NAME not in repr(found)


def test_what_was_done_is_there_in_the_next_session(folder, new_session):
    check("00.1", RIGHT)
    check("00.2", 1.0)
    assert written(folder) == {"version": 1, "exercises": {"00.1": "ok", "00.2": "hint"}}
    new_session()
    found = progress()
    assert {id: state for id, state in found.states.items() if state != "todo"} == {"00.1": "ok", "00.2": "hint"}
    assert found.next == "00.2"
    check("00.3", 0.46, 0.12)
    assert written(folder)["exercises"] == {"00.1": "ok", "00.2": "hint", "00.3": "ok"}
    assert sorted(path.name for path in folder.iterdir()) == [NAME]


def test_what_is_done_stays_done(folder, new_session):
    check("00.1", RIGHT)
    for answer in ("ABCDEF", ...):
        check("00.1", answer)
        assert written(folder)["exercises"] == {"00.1": "ok"}
        assert progress().states["00.1"] == "ok"
    new_session()
    check("00.1", "ABCDEF")
    assert progress().states["00.1"] == "ok"


def test_another_notebook_may_write_too(folder, new_session):
    check("00.1", RIGHT)
    (folder / NAME).write_text(json.dumps({"version": 1, "exercises": {"00.2": "ok"}}))  # an older state, and a new one
    check("00.3", 1.0, 1.0)
    assert written(folder)["exercises"] == {"00.1": "ok", "00.2": "ok", "00.3": "hint"}


def test_exercises_of_another_version_are_kept_but_not_shown(folder):
    (folder / NAME).write_text(json.dumps({"version": 1, "exercises": {"77.1": "ok"}}))
    check("00.1", RIGHT)
    assert written(folder)["exercises"] == {"00.1": "ok", "77.1": "ok"}
    assert "77.1" not in progress().states


def test_the_same_answer_again_writes_nothing(monkeypatch):
    check("00.1", RIGHT)
    monkeypatch.setattr(paths, "write_whole", lambda *arguments: pytest.fail("written"))
    check("00.1", RIGHT)
    check("00.1", ...)
    progress()


def test_the_lines_of_check_do_not_depend_on_the_file(folder, new_session):
    def lines():
        new_session()
        return [repr(check("00.1", RIGHT)), repr(check("00.2", 1.0)), check("00.2", 0.5045)._repr_html_()]

    without = lines()
    assert "Done: 1 of 3 here" in without[0]
    check("00.3", 0.46, 0.12)
    assert len(written(folder)["exercises"]) == 3
    assert lines() == without


# Whatever is wrong with the file

BAD = [
    b"", b"{", b"null", b"[]", b"3", b'"ok"', b"\xff\xfe\x00", b"[" * 60_000, b"[" * 200_000, b"9" * 60_000,
    b'{"exercises": []}', b'{"exercises": null}', b'{"exercises": {"00.1": ["ok"], "00.2": {}, "": "ok"}}',
    b'{"exercises": {"00.1": "OK", "00.2": "todo", "<script>": "ok", "../x": "ok"}}', b" " * 200_000 + b"{}",
    b'{"version": 1}', b'{"a": {"exercises": {"00.1": "ok"}}}',
]  # fmt: skip


@pytest.mark.parametrize("content", BAD, ids=lambda content: repr(content[:30]))
def test_a_damaged_file_is_as_good_as_none(folder, content):
    (folder / NAME).write_bytes(content)
    assert set(progress().states.values()) == {"todo"}
    assert check("00.1", RIGHT).state == "ok"
    assert written(folder) == {"version": 1, "exercises": {"00.1": "ok"}}


@pytest.mark.parametrize("version", [2, 0, "1", None, [1]])
def test_a_file_of_a_later_version_is_left_alone(folder, version):
    text = json.dumps({"version": version, "exercises": {"00.2": "ok"}})
    (folder / NAME).write_text(text)
    assert check("00.1", RIGHT).state == "ok"
    assert progress().states["00.1"] == "ok"
    assert progress().states["00.2"] == "todo"
    assert (folder / NAME).read_text() == text


def test_a_folder_of_that_name(folder):
    (folder / NAME).mkdir()
    assert check("00.1", RIGHT).state == "ok"
    assert progress().states["00.1"] == "ok" and progress().kept_in is None
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_pipe_of_that_name_does_not_hold_up(folder):
    os.mkfifo(folder / NAME)
    assert check("00.1", RIGHT).state == "ok"
    assert progress().kept_in is None


def test_a_link_is_not_followed_when_writing(folder):
    (folder / "diary").write_text("dear diary")
    (folder / NAME).symlink_to(folder / "diary")
    check("00.1", RIGHT)
    assert (folder / "diary").read_text() == "dear diary"
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(folder / "nowhere")
    assert check("00.1", RIGHT).state == "ok"
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "no"), OSError(errno.ENOSPC, "full"), MemoryError()])
def test_a_folder_that_cannot_be_written_to(folder, monkeypatch, error):
    def refuse(*arguments):
        raise error

    monkeypatch.setattr(paths, "write_whole", refuse)
    assert check("00.1", RIGHT).state == "ok"
    found = progress()
    assert found.states["00.1"] == "ok"
    assert found.kept_in is None and NAME not in repr(found)
    assert [*folder.iterdir()] == []


def test_a_write_that_is_cut_short_leaves_the_old_file(folder, monkeypatch):
    check("00.1", RIGHT)
    before = (folder / NAME).read_bytes()

    def cut(*arguments):
        raise OSError(errno.EIO, "cut")

    monkeypatch.setattr(paths.os, "replace", cut)
    check("00.2", 1.0)
    assert (folder / NAME).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_folder_that_is_gone():
    code = """
        import os, tempfile
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        os.rmdir(folder)
        from kerasschool.checks import check, progress
        print(check("00.1", "BEDAFC").state, progress().states["00.1"])
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout == "ok ok\n"


def test_the_file_can_be_elsewhere_or_nowhere(folder, monkeypatch):
    monkeypatch.setenv("KERASSCHOOL_PROGRESS", "")
    check("00.1", RIGHT)
    assert progress().states["00.1"] == "ok" and progress().kept_in is None
    assert [*folder.iterdir()] == []
    monkeypatch.setenv("KERASSCHOOL_PROGRESS", str(folder / "mine.json"))
    check("00.1", RIGHT)
    assert progress().kept_in == "mine.json"
    assert json.loads((folder / "mine.json").read_text())["exercises"] == {"00.1": "ok"}


# What is shown


def test_the_text(new_session):
    check("00.1", RIGHT)
    check("00.2", 1.0)
    lines = repr(progress()).splitlines()
    total = len(mechanism.exercises)
    assert lines[0] == "00 Six steps in one sitting  ✓ Right    → Not yet  ○ To do"
    assert lines[-1] == f"Done: 1 of {total} exercises. The next one is 00.2. This is kept in {NAME}."
    assert len(lines) == total // 3 + 1
    for id in mechanism.exercises:
        mechanism.record.states[id] = "ok"
    assert repr(progress()).splitlines()[-1] == f"Done: {total} of {total} exercises. This is kept in {NAME}."


def test_the_table_says_in_words_what_its_colours_say():
    check("00.1", RIGHT)
    check("00.2", 1.0)
    page = progress()._repr_html_()
    assert page.count("✓ Right") == 1 and page.count("→ Not yet") == 1
    assert page.count("○ To do") == len(mechanism.exercises) - 2
    assert page.count("<tr>") == page.count("</tr>") == len(mechanism.exercises) // 3 + 1
    assert (
        '<th scope="col"' in page
        and '<th scope="row" style="text-align: left">00 Six steps in one sitting</th>' in page
    )
    assert "The next one is 00.2." in page


def test_titles_are_those_of_the_lessons():
    titles = {source.stem[:2]: source.read_text(encoding="utf-8").splitlines()[0].lstrip("# ") for source in sources()}
    assert {number: progress_table.TITLES[number] for number in titles} == titles


def test_furthest_counts():
    assert progress_file.furthest({}, {"00.1": "hint"}, {"00.1": "ok"}, {"00.1": "todo"}) == {"00.1": "ok"}
