"""`kerasschool lessons`: notebooks are copied whole, and nobody's work is lost, whatever is in the way."""

import errno
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap

import pytest

import kerasschool
from kerasschool.cli import copying, main, words
from kerasschool.saving import paths
from tests.command import FIRST, run
from tests.test_house import ROOT


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with two small lessons; writing to the folder it returns makes a newer version of one."""
    folder = tmp_path / "package" / "lessons"
    (folder / "solutions").mkdir(parents=True)
    for name in (FIRST, "01_load_data.ipynb", "solutions/01_load_data.ipynb"):
        (folder / name).write_text(f"{name}, version 1")
    (folder / "README.md").write_text("not copied")
    monkeypatch.setattr(copying, "shipped", lambda: folder)
    return folder


def content(folder):
    """Relative name → text of all files but the hidden ones."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


# Copied


def test_lessons_are_copied_whole(tmp_path):
    answer = run("lessons", "my course für mich", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    folder = tmp_path / "my course für mich"
    names = sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
    assert sorted(path.name for path in folder.iterdir()) == sorted([".kerasschool-lessons.json", *names])
    for name in names:
        assert (folder / name).read_bytes() == (ROOT / "lessons" / name).read_bytes()
        assert f"  new      {name}\n" in answer.stdout
    assert words.quoted("kerasschool", "lab", "my course für mich") in answer.stdout
    again = run("lessons", "my course für mich", cwd=tmp_path)
    assert again.returncode == 0
    assert all(f"  same     {name}, as before\n" in again.stdout for name in names)


def test_solutions_come_only_when_asked_for(tmp_path, package):
    folder = tmp_path / "course"
    assert main(["lessons", str(folder)]) == 0
    assert sorted(content(folder)) == [FIRST, "01_load_data.ipynb"]
    assert main(["lessons", str(folder), "--solutions"]) == 0
    assert sorted(content(folder)) == [FIRST, "01_load_data.ipynb", "solutions/01_load_data.ipynb"]


def test_changed_work_is_kept_and_untouched_lessons_are_renewed(tmp_path, package, capsys):
    folder = tmp_path / "course"
    main(["lessons", str(folder)])
    (folder / FIRST).write_text("my answers")
    for name in (FIRST, "01_load_data.ipynb"):
        (package / name).write_text(f"{name}, version 2")
    (package / "02_define.ipynb").write_text("a new lesson")
    capsys.readouterr()
    assert main(["lessons", str(folder)]) == 0
    said = capsys.readouterr().out
    assert content(folder) == {
        FIRST: "my answers",
        "01_load_data.ipynb": "01_load_data.ipynb, version 2",
        "02_define.ipynb": "a new lesson",
    }
    assert f"  kept     {FIRST}, with what was changed in it\n" in said
    assert "  renewed  01_load_data.ipynb\n" in said
    assert "  new      02_define.ipynb\n" in said
    assert "give yours another name" in said
    (folder / FIRST).rename(folder / "mine.ipynb")
    main(["lessons", str(folder)])
    assert content(folder)[FIRST] == f"{FIRST}, version 2"
    assert content(folder)["mine.ipynb"] == "my answers"


def test_a_lesson_renewed_and_then_changed_is_kept(tmp_path, package):
    folder = tmp_path / "course"
    main(["lessons", str(folder)])
    (package / FIRST).write_text("version 2")
    main(["lessons", str(folder)])
    (folder / FIRST).write_text(f"{FIRST}, version 1")  # somebody wants the old one
    (package / FIRST).write_text("version 3")
    main(["lessons", str(folder)])
    assert content(folder)[FIRST] == f"{FIRST}, version 1"


@pytest.mark.parametrize("memory", [
    None, b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"copied": 3}', b'{"copied": ["a"]}', b"[" * 200_000,
    b'{"copied": {"00_six_steps.ipynb": 3, "../outside": "x"}}', b'{"copied": ' + b" " * 200_000 + b"{}}", "folder",
])  # fmt: skip
def test_without_a_memory_nothing_that_differs_is_touched(tmp_path, package, memory):
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / FIRST).write_text("my answers")
    place = folder / copying.MEMORY
    if memory == "folder":
        place.mkdir()
    elif memory is not None:
        place.write_bytes(memory)
    assert main(["lessons", str(folder)]) == 0
    assert content(folder)[FIRST] == "my answers"
    assert content(folder)["01_load_data.ipynb"] == "01_load_data.ipynb, version 1"
    assert sorted(content(tmp_path)) == sorted(
        [f"course/{name}" for name in content(folder)] + [f"package/lessons/{name}" for name in content(package)]
    )


def test_a_hand_made_copy_is_recognized(tmp_path, package):
    shutil.copytree(package, tmp_path / "course")
    assert main(["lessons", str(tmp_path / "course")]) == 0
    (package / FIRST).write_text("version 2")
    main(["lessons", str(tmp_path / "course")])
    assert content(tmp_path / "course")[FIRST] == "version 2"


def test_the_package_is_not_copied_onto_itself(package, capsys):
    before = content(package)
    assert main(["lessons", str(package)]) == 0
    assert content(package) == before
    assert not (package / copying.MEMORY).exists()
    assert f"  same     {FIRST}" in capsys.readouterr().out


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_is_written_is_whole_or_not_there(tmp_path, package, monkeypatch, trouble):
    folder = tmp_path / "course"
    main(["lessons", str(folder)])
    for name in (FIRST, "01_load_data.ipynb"):
        (package / name).write_text("version 2")
    replaced = []

    def replace(source, target):
        replaced.append(target)
        if len(replaced) == 2:
            raise trouble
        os.rename(source, target)

    monkeypatch.setattr(paths.os, "replace", replace)
    if isinstance(trouble, OSError):
        assert main(["lessons", str(folder)]) == 1
    else:
        with pytest.raises(KeyboardInterrupt):
            main(["lessons", str(folder)])
    assert content(folder) == {FIRST: "version 2", "01_load_data.ipynb": "01_load_data.ipynb, version 1"}
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []
    monkeypatch.undo()
    monkeypatch.setattr(copying, "shipped", lambda: package)
    main(["lessons", str(folder)])  # what was copied before the trouble is remembered
    assert set(content(folder).values()) == {"version 2"}


# In the way


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "course").write_text("mine")
    answer = run("lessons", "course", cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == f"{tmp_path / 'course'} is a file, and a folder should be there. Choose another folder.\n"
    assert (tmp_path / "course").read_text() == "mine"
    assert run("lessons", "course/deeper", cwd=tmp_path).returncode == 1


def test_a_folder_where_a_notebook_should_be(tmp_path):
    (tmp_path / FIRST).mkdir()
    answer = run("lessons", ".", cwd=tmp_path)
    assert answer.returncode == 1
    assert "is a folder, and a notebook should go there" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_file_where_the_solutions_should_be(tmp_path, package, capsys):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "solutions").write_text("mine")
    assert main(["lessons", str(tmp_path / "course"), "--solutions"]) == 1
    assert "solutions is a file" in capsys.readouterr().err
    assert content(tmp_path / "course")["solutions"] == "mine"
    assert FIRST in content(tmp_path / "course")


AS_LEARNER = """
    import os, sys
    from kerasschool.cli import copying, main
    content, top = copying.notebooks(), copying.shipped()
    copying.notebooks, copying.shipped = lambda solutions: content, lambda: top
    if os.geteuid() == 0:
        os.seteuid(65534)  # root may write anywhere
    sys.exit(main(["lessons", sys.argv[1]]))
"""


def test_a_folder_that_must_not_be_written_to():
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        (folder / "mine").mkdir()
        folder.chmod(0o555)
        (folder / "mine").chmod(0o555)
        for target in (folder / "mine", folder / "new"):
            command = [sys.executable, "-c", textwrap.dedent(AS_LEARNER), target]
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert answer.returncode == 1
            assert "cannot be written: Permission denied." in answer.stderr
            assert "Choose a folder of your own, for example: kerasschool lessons " in answer.stderr
            assert "Traceback" not in answer.stderr
            assert [path.name for path in folder.rglob("*")] == ["mine"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_lessons_that_did_not_travel(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(kerasschool, "__file__", str(tmp_path / "kerasschool" / "__init__.py"))
    assert main(["lessons", str(tmp_path / "course")]) == 1
    assert "Install it again" in capsys.readouterr().err
    assert not (tmp_path / "course").exists()


def test_the_home_folder_is_understood(tmp_path, package, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert main(["lessons", "~/course"]) == 0
    assert FIRST in content(tmp_path / "course")
