"""A learner's Binder session: what binder/ names, installed into a clean environment, runs the first lesson."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import psutil
import pytest
from jupyter_client import BlockingKernelClient

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINDER = ROOT / "binder"
LESSON = "lessons/00_six_steps.ipynb"
MEGABYTE = 1e6
LEFT_BEHIND = (".ipynb_checkpoints", "kerasschool-progress.json")  # by somebody who worked in lessons/


def requirements():
    return (BINDER / "requirements.txt").read_text().split("\n")


# What Binder would do, read from the files.


def test_python_is_named():
    # Without runtime.txt Binder takes Python 3.10, for which the pinned NumPy does not exist.
    assert (BINDER / "runtime.txt").read_text() == "python-3.13\n"


def test_there_is_one_place_of_configuration():
    # Two folders are an error there, and an environment.yml would win over requirements.txt and runtime.txt.
    assert not (ROOT / ".binder").exists()
    assert sorted(path.name for path in BINDER.iterdir()) == [
        "overrides.json",
        "postBuild",
        "requirements.txt",
        "runtime.txt",
    ]


def test_requirements_are_pinned_and_hold_the_package_but_not_keras():
    *pins, package, end = requirements()
    assert (package, end) == (".", "")
    assert all(re.fullmatch(r"[a-z]+==\d+(\.\d+)+", pin) for pin in pins)
    names = {pin.split("==")[0] for pin in pins}
    assert names == {"numpy", "matplotlib", "ipywidgets", "anywidget", "ipykernel", "jupyterlab"}


def test_post_build_can_be_run():
    script = BINDER / "postBuild"
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/bash -l\n")
    subprocess.run(["bash", "-n", script], check=True)


def test_settings_are_json():
    settings = json.loads((BINDER / "overrides.json").read_text())
    assert settings == {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def test_the_badge_opens_the_first_lesson():
    link = f"https://mybinder.org/v2/gh/kerasschool/kerasschool/HEAD?urlpath=lab/tree/{LESSON}"
    assert f"({link})" in (ROOT / "README.md").read_text(encoding="utf-8")


# The same by hand: install, start the server, run the lesson, measure.


@dataclasses.dataclass
class Session:
    """A copy of this repository, the Python that has it installed, and the variables to run that with."""

    python: pathlib.Path
    folder: pathlib.Path
    environment: dict = dataclasses.field(repr=False)  # it may hold secrets; a failing test prints what it has


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """The session after the steps that Binder takes."""
    folder = tmp_path_factory.mktemp("binder") / "repository"
    ignore = shutil.ignore_patterns(
        ".venv", ".git", ".hypothesis", ".*_cache", "__pycache__", "build", "dist", *LEFT_BEHIND
    )
    shutil.copytree(ROOT, folder, ignore=ignore)
    prefix = folder.parent / "environment"
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment |= {
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NB_PYTHON_PREFIX": str(prefix),
        "IPYTHONDIR": str(folder.parent / "ipython"),
        "JUPYTER_NO_CONFIG": "1",
    }
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(folder.parent / name.lower())
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "MPLBACKEND"):
        environment.pop(name, None)
    python = prefix / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "-r", "binder/requirements.txt"], cwd=folder, env=environment, check=True)
    # Not through a login shell as there: its profile would put another Python in front.
    subprocess.run(["bash", "binder/postBuild"], cwd=folder, env=environment, check=True)
    return Session(python, folder, environment)


@pytest.mark.notebook
def test_what_is_installed(session):
    run = {"cwd": session.folder.parent, "env": session.environment, "capture_output": True, "text": True}
    answer = subprocess.run([session.python, "-m", "pip", "check"], **run)
    assert answer.returncode == 0, answer.stdout
    code = "import importlib.util as u, kerasschool; print(kerasschool.__file__, u.find_spec('keras'), sep='\\n')"
    answer = subprocess.run([session.python, "-c", code], **run, check=True)
    file, keras = answer.stdout.splitlines()
    package = pathlib.Path(file).parent
    assert "site-packages" in package.parts
    assert keras == "None"
    settings = package.parents[3] / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert settings.read_bytes() == (BINDER / "overrides.json").read_bytes()

    def files(top):
        found = {path.relative_to(top) for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        return {path for path in found if path.parts[0] != "lessons"}

    assert files(package) == files(session.folder / "kerasschool")
    lessons = {path.name for path in (session.folder / "lessons").iterdir()}
    assert {path.name for path in (package / "lessons").iterdir()} == lessons


@pytest.mark.notebook
def test_lessons_are_copied_out_of_the_wheel(session):
    folder = session.folder.parent / "course"
    command = [session.python.with_name("kerasschool"), "lessons", folder, "--solutions"]
    subprocess.run(command, cwd=session.folder.parent, env=session.environment, check=True)
    for name in ("00_six_steps.ipynb", "solutions/00_six_steps.ipynb"):
        assert (folder / name).read_bytes() == (session.folder / "lessons" / name).read_bytes()


@pytest.mark.notebook
def test_the_first_lesson_runs_in_less_than_500_megabytes(session, capsys):
    with server(session) as (process, ask):
        ask(f"/lab/tree/{LESSON}")
        ask(f"/api/contents/{LESSON}")
        started = ask("/api/sessions", {"path": LESSON, "name": "", "type": "notebook", "kernel": {"name": "python3"}})
        connection = session.folder.parent / "runtime" / f"kernel-{started['kernel']['id']}.json"
        errors = run_cells(nbformat.read(session.folder / LESSON, as_version=4), connection)
        assert errors == []
        memory = {each.pid: peak_memory(each) for each in [process, *process.children(recursive=True)]}
    assert len(memory) >= 2, "the server and the kernel"
    total = sum(memory.values()) / MEGABYTE
    with capsys.disabled():
        print(f"\nBinder session after lesson 00: server and kernel together at most {total:.0f} MB resident")
    assert total < 500


@contextlib.contextmanager
def server(session):
    """A running JupyterLab server: its process, and `ask(path, data)` for its answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [session.python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={session.folder}",
    ]
    log = session.folder.parent / "server.log"

    def ask(path, data=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            data=json.dumps(data).encode() if data else None,
            headers={"Authorization": f"token {token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("/api/") else text

    with open(log, "w") as file:
        process = psutil.Popen(
            command, cwd=session.folder, env=session.environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                ask("/api/status")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield process, ask
    finally:
        kernels = process.children(recursive=True)
        process.terminate()
        process.wait(30)
        for kernel in psutil.wait_procs(kernels, timeout=10)[1]:
            kernel.kill()


def run_cells(notebook, connection):
    """Run every code cell in the kernel of that connection file; the errors it answered."""
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        errors = []
        for cell in notebook.cells:
            if cell.cell_type == "code":
                answer = client.execute_interactive(
                    cell.source, store_history=True, stop_on_error=False, timeout=300, output_hook=lambda message: None
                )
                if answer["content"]["status"] != "ok":
                    errors.append("\n".join(answer["content"]["traceback"]))
    finally:
        client.stop_channels()
    return errors


def peak_memory(process):
    """The most memory that a process has had resident, in bytes; where no system tells that, what it has now."""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return process.memory_info().rss
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
