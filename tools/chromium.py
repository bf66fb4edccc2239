"""Find a Chromium or Chrome for the browser tests; run as a script, install one if there is none.

Usage: python tools/chromium.py    prints its path, or says what to install and exits with 1
       CHROMIUM=/path/to/chrome    in the environment chooses one
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HELP = """No Chromium or Chrome found, and none could be installed. The browser tests need one:
  Debian:    sudo apt-get install chromium
  Ubuntu:    .venv/bin/python -m playwright install --with-deps chromium
  Fedora:    sudo dnf install chromium
  anywhere:  install Google Chrome, or name a browser: CHROMIUM=/path/to/chrome make test"""


def starts(path):
    """True if the program at `path` runs and says its version (a stub that asks for a snap does not)."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and "chrom" in answer.stdout.lower()


def playwrights_own():
    """Where Playwright keeps the Chromium that it installs, whether it is there or not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def find():
    """The path of a browser that starts, or None. `CHROMIUM` in the environment is the only candidate if set."""
    chosen = os.environ.get("CHROMIUM")
    for name in [chosen] if chosen else NAMES:
        path = shutil.which(name)
        if path and starts(path):
            return path
    if chosen:
        return None
    own = playwrights_own()
    return own if os.path.exists(own) and starts(own) else None


def install():
    """Playwright's own Chromium, else the distribution's where this user may install it; True if one starts now."""
    steps = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        steps.append([["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]])
    for commands in steps:
        for command in commands:
            print("No Chromium found. Trying:", *command, file=sys.stderr, flush=True)
            subprocess.run(command, stdin=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        if find():
            return True
    return False


def main():
    if os.environ.get("CHROMIUM") and not find():
        sys.exit(f"CHROMIUM={os.environ['CHROMIUM']} does not start. Name another browser, or unset it.")
    if not (find() or install()):
        sys.exit(HELP)
    print(find())


if __name__ == "__main__":
    main()
