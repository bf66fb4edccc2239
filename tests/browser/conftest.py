"""JupyterLab and Chromium for end-to-end tests: one server and one browser per run, one page per test."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {  # JupyterLab as a test wants it: no questions, and every output in the page
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "notebook-extension/tracker": '{"windowingMode": "none"}',
}


def find_chromium():
    """The path of a Chromium or Chrome, Playwright's own one included as None; fails with what to install."""
    found = os.environ.get("CHROMIUM")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = found or shutil.which(name)
    if found:
        return found
    with sync_playwright() as playwright:
        if os.path.exists(playwright.chromium.executable_path):
            return None
    pytest.fail(
        "No Chromium was found. Install one: `apt install chromium`, or `python -m playwright install chromium`; "
        "or name yours in the environment variable CHROMIUM.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Lab:
    """A running JupyterLab with folders of its own: nothing of the machine's settings, nothing left behind."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        self.root.mkdir()
        for name, text in SETTINGS.items():
            path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.process = self._start()
        self._wait_until_it_answers()

    def _start(self):
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--allow-root"]
        command += [f"--port={self.url.rsplit(':', 1)[1]}", "--ServerApp.port_retries=0", "--expose-app-in-browser"]
        command += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={self.root}"]
        places = {"CONFIG_DIR": "config", "RUNTIME_DIR": "runtime", "DATA_DIR": "data"}
        environment = {
            **os.environ,
            **{f"JUPYTER_{name}": str(self.folder / place) for name, place in places.items()},
            "JUPYTER_NO_CONFIG": "1",
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        with open(self.folder / "lab.log", "w") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(self.url + "/api/status", timeout=2).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "lab.log").read_text()) from None
                time.sleep(0.1)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    running = Lab(tmp_path_factory.mktemp("lab"))
    yield running
    running.close()


class Notebook:
    """One notebook in one page."""

    IS_IDLE = """() => {
        const context = window.jupyterapp?.shell.currentWidget?.context;
        const kernel = context?.sessionContext?.session?.kernel;
        return context?.isReady && kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
    }"""

    def __init__(self, page, lab):
        self.page, self.lab = page, lab

    def open(self, name, cells=None):
        """Open the notebook `name`; with `cells`, a list of code strings, it is written first."""
        if cells is not None:
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
            notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(notebook, self.lab.root / name)
        self.page.goto(f"{self.lab.url}/lab/tree/{name}?reset")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Notebook", timeout=60_000)
        self.wait_until_idle()
        return self

    def wait_until_idle(self, timeout=60_000):
        self.page.wait_for_function(self.IS_IDLE, timeout=timeout)

    def run_all(self):
        """Run all cells to their end. Returns the texts of errors and warnings: a list, hopefully empty."""
        self.command("notebook:run-all-cells")
        self.wait_until_idle()
        kinds = ("application/vnd.jupyter.stderr", "application/vnd.jupyter.error")
        return self.page.locator(", ".join(f"[data-mime-type='{kind}']" for kind in kinds)).all_text_contents()

    def command(self, name, **arguments):
        """Run a command of JupyterLab to its end."""
        return self.page.evaluate("([name, a]) => jupyterapp.commands.execute(name, a)", [name, arguments])

    def execute(self, code):
        """Run `code` in the notebook's kernel, beside its cells; returns what it prints."""
        return self.page.evaluate(
            """async (code) => {
                const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let printed = '';
                future.onIOPub = (message) => {
                    const {content} = message;
                    printed += content.text ?? (content.ename ? `${content.ename}: ${content.evalue}` : '');
                };
                await future.done;
                return printed.trim();
            }""",
            code,
        )

    def interrupt(self):
        """Press the toolbar's square."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.interrupt()")

    def use_theme(self, name):
        """Change to `"JupyterLab Light"` or `"JupyterLab Dark"`."""
        self.command("apputils:change-theme", theme=name)
        light = "true" if "Light" in name else "false"
        self.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")

    def read(self, name):
        """The notebook as it is saved now."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")
        return nbformat.read(self.lab.root / name, 4)

    def shut_down(self):
        self.page.evaluate("""async () => {
            const context = window.jupyterapp?.shell.currentWidget?.context;
            if (context?.sessionContext) { await context.save(); await context.sessionContext.shutdown(); }
        }""")


@pytest.fixture
def notebook(chromium, lab, request):
    """A page on which a test opens a notebook. A failed test leaves `NAME.fail.png` in the working directory."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    opened = Notebook(page, lab)
    yield opened
    report = getattr(request.node, "report", None)
    if report is not None and report.failed:
        page.screenshot(path=f"{request.node.name}.fail.png", full_page=True)
    with contextlib.suppress(Exception):  # the page may be what failed
        opened.shut_down()
    context.close()


@pytest.fixture
def pictures():
    """The folder for screenshots when the environment variable SCREENSHOTS names one, else None."""
    folder = os.environ.get("SCREENSHOTS")
    return pathlib.Path(folder) if folder else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.report = report
    return report
