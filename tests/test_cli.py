"""The command `kerasschool`: its help, its words on every system, the doctor that finds faults, and lab."""

import errno
import importlib.metadata
import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request

import pytest

import kerasschool
from kerasschool.cli import FOLDER, copying, doctor, here, lab, main, words
from tests.command import FIRST, run
from tests.test_house import HEAVY, PROJECT, ROOT

# Help


@pytest.mark.parametrize("arguments", [[], ["--help"], ["lab", "--help"], ["lessons", "--help"], ["doctor", "--help"]])
def test_help_says_what_it_does_with_examples(arguments):
    answer = run(*arguments)
    assert answer.returncode == 0, answer.stderr
    assert f"\n    kerasschool {(arguments or ['lab'])[0].replace('--help', 'lab')}" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 120
    if arguments in ([], ["--help"]):
        assert all(f"\n    {name} " in answer.stdout for name in ("lab", "lessons", "doctor"))


def test_there_is_a_command_and_a_module():
    assert PROJECT["project"]["scripts"] == {"kerasschool": "kerasschool.cli:main"}
    (point,) = importlib.metadata.entry_points(group="console_scripts", name="kerasschool")
    assert point.load() is main
    assert run("--version").stdout == f"kerasschool {kerasschool.__version__}\n"


def test_what_it_does_not_know_is_told():
    answer = run("lesson")
    assert answer.returncode == 2
    assert "lab" in answer.stderr and "lessons" in answer.stderr and "Traceback" not in answer.stderr
    answer = run("lessons", "--", "x")
    assert answer.returncode == 2 and "only `kerasschool lab`" in answer.stderr


def test_nothing_heavy_is_imported(tmp_path):
    code = f"""
        import sys
        from kerasschool.cli import main
        main(["lessons", {str(tmp_path / "course")!r}])
        heavy = {[*HEAVY, "jupyterlab", "jupyter_core", "jupyter_client"]}
        print([name for name in heavy if name in sys.modules])
    """
    answer = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr


# On every system


def test_names_of_lessons_are_good_on_every_system():
    for name in copying.notebooks(with_solutions=True):
        parts = name.split("/")
        assert all(part.isascii() and not set(part) & set('<>:"\\|?* ') for part in parts)
        assert len(parts) <= 2


def test_lines_to_copy_have_the_quotes_of_the_system(monkeypatch):
    assert words.quoted("kerasschool", "lab", "my course") == "kerasschool lab 'my course'"
    monkeypatch.setattr(words.os, "name", "nt")
    assert words.quoted("kerasschool", "lab", r"C:\My Files\a") == r'kerasschool lab "C:\My Files\a"'


def test_a_console_without_the_signs_gets_words():
    code = "from kerasschool.cli.words import sign; print(sign(True), sign(False), sep='|')"
    for encoding, signs in (("cp1252", "ok   |WRONG"), ("ascii", "ok   |WRONG"), ("utf-8", "✓|✗")):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        answer = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        assert answer.stdout.decode(encoding).strip() == signs


def test_a_console_without_the_letters_of_a_path(tmp_path):
    answer = run("lessons", "уроки", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "уроки" / FIRST).exists()


# The doctor


@pytest.mark.notebook
def test_the_doctor_finds_this_installation_well(tmp_path):
    answer = run("doctor", cwd=tmp_path)
    lines = answer.stdout.splitlines()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert [line[0] for line in lines[2:-2]] == ["✓"] * 12
    assert lines[-1] == "All is well: kerasschool lab"
    assert [*tmp_path.iterdir()] == []


def test_the_doctor_names_what_is_wrong_and_the_line_that_mends_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "kernel", lambda: doctor.Line(True, "the kernel starts"))
    versions = {"numpy": "1.24.4", "anywidget": None}

    def version(name):
        if versions.get(name, "") is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions.get(name) or "99"

    monkeypatch.setattr(doctor.importlib.metadata, "version", version)
    assert main(["doctor", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert f"numpy 1.24.4 is too old: 1.26 or newer is needed\n      {sys.executable} -m pip install" in said
    assert "'numpy>=1.26'" in said
    assert "anywidget is not installed\n" in said and "'anywidget>=0.9'" in said
    assert said.endswith("Wrong: 2. Run the line below it, the topmost first, and then kerasschool doctor again.\n")


def test_the_doctor_wants_what_the_package_wants():
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["lab"]]
    assert {f"{name}>={oldest}" for name, oldest in doctor.PACKAGES.items() if name != "ipykernel"} == set(wanted)
    assert PROJECT["project"]["requires-python"] == f">={doctor.PYTHON[0]}.{doctor.PYTHON[1]}"


@pytest.mark.parametrize(("version", "oldest", "is_right"), [
    ("1.26.0", "1.26", True), ("1.26", "1.26", True), ("2.4.6", "1.26", True), ("1.9.9", "1.26", False),
    ("10.0", "9", True), ("4.0.0rc1", "4", True), ("0.9.0+local.7", "0.9", True), ("0.8.13", "0.9", False),
])  # fmt: skip
def test_versions_are_compared_as_numbers(monkeypatch, version, oldest, is_right):
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: version)
    assert doctor.package("some", oldest).is_right == is_right


def test_an_old_python_is_wrong(monkeypatch):
    assert doctor.python().is_right
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9, 18))
    line = doctor.python()
    assert not line.is_right and line.text.startswith("Python 3.9.18") and "3.10" in line.mend


def test_front_ends_that_are_missing_or_switched_off(tmp_path, monkeypatch):
    from jupyter_core import paths as jupyter_paths

    name = "@jupyter-widgets/jupyterlab-manager"
    assert doctor.front_end(name, "jupyterlab_widgets").is_right
    config = tmp_path / "labconfig" / "page_config.json"
    config.parent.mkdir()
    monkeypatch.setattr(jupyter_paths, "jupyter_config_path", lambda: [str(tmp_path)])
    for text, is_right in (
        (json.dumps({"disabledExtensions": {name: True}}), False),
        (json.dumps({"disabledExtensions": [name]}), False),
        (json.dumps({"disabledExtensions": {name: False}}), True),
        ("{", True),
        ("[]", True),
    ):
        config.write_text(text)
        line = doctor.front_end(name, "jupyterlab_widgets")
        assert line.is_right == is_right
        assert is_right or f"labextension enable {name}" in line.mend
    monkeypatch.setattr(jupyter_paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    line = doctor.front_end(name, "jupyterlab_widgets")
    assert not line.is_right and line.mend.endswith("--no-deps jupyterlab_widgets")


def test_without_jupyter_the_doctor_says_so(monkeypatch):
    for name in ("jupyter_core.paths", "jupyter_client.manager"):
        monkeypatch.setitem(sys.modules, name, None)
    for line in (doctor.front_end("anywidget", "anywidget"), doctor.kernel()):
        assert not line.is_right and "Jupyter is not installed" in line.text and "jupyterlab>=4" in line.mend


@pytest.mark.notebook
def test_a_kernel_of_another_place_or_none_is_wrong(monkeypatch):
    assert doctor.kernel() == doctor.Line(True, "the kernel starts and finds kerasschool")
    monkeypatch.setattr(doctor, "ASKED_OF_KERNEL", "import kerasschoool")
    line = doctor.kernel()
    assert not line.is_right and "No module named 'kerasschoool'" in line.text
    assert line.mend.endswith("-m ipykernel install --sys-prefix")
    monkeypatch.setattr(doctor, "ASKED_OF_KERNEL", "print('/elsewhere')")
    assert "another Python, or lacks kerasschool: /elsewhere" in doctor.kernel().text
    from jupyter_client import manager

    def start(*arguments, **named):
        raise RuntimeError("Kernel died before replying")

    monkeypatch.setattr(manager, "start_new_kernel", start)
    assert doctor.kernel().text == "the kernel does not start: Kernel died before replying"


def test_folders_that_can_and_cannot_be_written_to(tmp_path, monkeypatch):
    assert doctor.writable(tmp_path).is_right
    assert doctor.writable(tmp_path / "not" / "there").is_right
    assert [*tmp_path.iterdir()] == []

    def refuse(dir):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "mkstemp", refuse)
    line = doctor.writable(tmp_path)
    assert not line.is_right and line.text.endswith("cannot be written to: Permission denied")
    assert "for example: cd " in line.mend


def test_lessons_that_are_missing_are_wrong(tmp_path, monkeypatch):
    assert doctor.lessons().is_right
    monkeypatch.setattr(kerasschool, "__file__", str(tmp_path / "kerasschool" / "__init__.py"))
    line = doctor.lessons()
    assert not line.is_right and line.mend.endswith("kerasschool")


# Lab


def stand_in(folder, code):
    """A package `jupyterlab` whose `labapp` is this code; the folder to put in front of the path."""
    (folder / "stand_in" / "jupyterlab").mkdir(parents=True)
    (folder / "stand_in" / "jupyterlab" / "__init__.py").write_text("")
    (folder / "stand_in" / "jupyterlab" / "labapp.py").write_text(textwrap.dedent(code))
    return str(folder / "stand_in")


TELLS = """
    import json, os

    def main(arguments):
        print(json.dumps([os.getcwd(), arguments]))
"""


def test_lab_copies_and_starts_in_the_folder(tmp_path):
    path = stand_in(tmp_path, TELLS)
    answer = run("lab", "my course", "--", "--no-browser", "--port=9000", cwd=tmp_path, path=[path])
    assert answer.returncode == 0, answer.stderr
    *said, last = answer.stdout.splitlines()
    folder, arguments = json.loads(last)
    assert folder == str(tmp_path / "my course")
    assert (tmp_path / "my course" / FIRST).exists()
    assert f"  new      {FIRST}" in said
    assert arguments[:2] == [f"--LabApp.default_url=/lab/tree/{FIRST}", f"--ServerApp.root_dir={folder}"]
    assert arguments[-2:] == ["--no-browser", "--port=9000"]
    assert ("--allow-root" in arguments) == (os.geteuid() == 0)


def test_lab_leaves_a_folder_with_lessons_alone(tmp_path):
    (tmp_path / FIRST).write_text("my answers")
    answer = run("lab", cwd=tmp_path, path=[stand_in(tmp_path, TELLS)])
    assert json.loads(answer.stdout)[0] == str(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FIRST, "stand_in"]
    assert (tmp_path / FIRST).read_text() == "my answers"


def test_the_folder_of_lab(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert here() == pathlib.Path(FOLDER)
    (tmp_path / FIRST).touch()
    assert here() == pathlib.Path()


def test_lab_without_jupyterlab_says_which_line_to_run(tmp_path):
    path = stand_in(tmp_path, """raise ModuleNotFoundError("No module named 'jupyterlab'")""")
    answer = run("lab", "course", cwd=tmp_path, path=[path])
    assert answer.returncode == 1
    assert answer.stderr == (
        "JupyterLab cannot be started: No module named 'jupyterlab'.\nRun this line, then try again:\n"
        f"    {lab.install_line()}\n"
    )
    assert lab.install_line().endswith("-m pip install 'jupyterlab>=4'")
    assert not (tmp_path / "course").exists()


@pytest.mark.notebook
def test_lab_opens_the_first_lesson_in_a_real_jupyterlab(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(tmp_path / name.lower())
    more = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}"]
    command = [sys.executable, "-m", "kerasschool", "lab", "course", "--", *more, "--ServerApp.port_retries=0"]
    log = tmp_path / "log"

    def ask(path):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"token {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.url, answer.read().decode()

    with open(log, "w") as file:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                ask("/api/status")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        assert json.loads(ask(f"/api/contents/{FIRST}?content=0")[1])["path"] == FIRST
        assert ask("/")[0].endswith(f"/lab/tree/{FIRST}")
    finally:
        process.terminate()
        code = process.wait(60)
    assert code == 0, log.read_text()
    assert (tmp_path / "course" / FIRST).read_bytes() == (ROOT / "lessons" / FIRST).read_bytes()
