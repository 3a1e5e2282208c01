"""Finds a Chromium for the browser tests; `python -m tests.chromium` installs one where there is none.

Debian's package where we are root, else Playwright's own. Without one the browser tests are skipped,
with one loud line; in CI (where the environment says CI) that is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """The browser to drive: one on the path, or Playwright's own."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def _install() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=False, env=environment)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False, env=environment)
    if find_chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Exit status 1 when there is still no browser and this is CI."""
    if find_chromium() is None:
        _install()
    found = find_chromium()
    if found is not None:
        print(f"The browser tests use {found}")
        return 0
    print("*** THE BROWSER TESTS WILL BE SKIPPED: no Chromium here, and none could be installed ***", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
