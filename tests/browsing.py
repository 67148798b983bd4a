"""A real browser on a real desk: a small city of the demo, JupyterLab, Voilà, and Chromium that reaches nothing else.

Where there is no Chromium the tests are skipped, but fail if WORKBENCH_REQUIRE_BROWSER is set, as CI sets it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
TIMES = "seconds from click to result"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LOOPBACK = ("127.0.0.1", "localhost")
_READS = "20k"


@dataclass(frozen=True)
class City:
    """A built demo: its home, its members' passwords, what truly happened."""

    home: Path

    def password(self, username: str) -> str:
        kept = json.loads((self.home / "demo-passwords.json").read_text(encoding="utf-8"))
        return str(kept[username])

    def truth(self, key: str) -> dict[str, Any]:
        return dict(json.loads((self.home / "truth" / f"{key}.json").read_text(encoding="utf-8")))

    def log_in(self, username: str) -> None:
        """Log a member in on this machine; an open desk is another session."""
        self.workbench("login", username, "--password-stdin", given=self.password(username))

    def workbench(self, *words: str, given: str = "") -> str:
        """Run a command on this home and return what it printed."""
        command = [sys.executable, "-c", "from workbench.cli import main; main()"]
        done = subprocess.run(
            [*command, "--home", str(self.home), *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass
class Watched:
    """A page, with what it asked of the network and what went wrong in it."""

    page: Any
    elsewhere: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser of this machine; no download.

    Ended with its module: while Playwright is there, its event loop counts as running, and what a panel hands to the
    running loop would never be done in the tests that follow.
    """
    found = program()
    if found is None:
        if os.environ.get("WORKBENCH_REQUIRE_BROWSER"):
            pytest.fail("Chromium is missing: apt install chromium")
        pytest.skip("Chromium is not installed: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A small Santa Lucera with nobody logged in."""
    built = City(tmp_path_factory.mktemp("city") / "home")
    built.workbench("demo", "--reads", _READS, "--no-reports")
    built.workbench("logout")
    return built


@pytest.fixture(scope="session")
def lab(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the desk's notebook in JupyterLab."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(NOTEBOOKS / "search_desk.ipynb", folder)
    words = ["lab", "--no-browser", "--allow-root", "--notebooks", str(folder)]
    with serving(city, folder, words, r"http://127\.0\.0\.1:\d+/lab\?token=\w+") as address:
        yield address.replace("/lab?", "/lab/tree/search_desk.ipynb?")


@pytest.fixture(scope="session")
def desk_page(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the desk as a page without code."""
    folder = tmp_path_factory.mktemp("page")
    words = ["desk", "--no-browser"]
    with serving(city, folder, words, r"http://127\.0\.0\.1:\d+/\?token=\w+") as address:
        yield address


@pytest.fixture
def watched(chromium: Any, tmp_path: Path) -> Iterator[Watched]:
    """A fresh page as large as a laptop's; whatever it asks of another machine is stopped and noted."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    seen = Watched(context.new_page())

    def route(call: Any) -> None:
        if urlsplit(call.request.url).hostname in _LOOPBACK:
            call.continue_()
        else:
            seen.elsewhere.append(call.request.url)
            call.abort()

    context.route(re.compile(r"^(https?|wss?):"), route)
    seen.page.on("pageerror", lambda error: seen.faults.append(str(error)))
    yield seen
    picture = tmp_path / "page.png"
    seen.page.screenshot(path=str(picture))
    print(f"What the page showed last: {picture}")
    context.close()


def program() -> str | None:
    """Return where this machine's Chromium is."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def serving(city: City, folder: Path, words: list[str], pattern: str) -> Iterator[str]:
    """Run a command that serves; give the address that it prints; end it."""
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "--home"]
    private = {name: str(folder / "jupyter") for name in ("HOME", "JUPYTER_RUNTIME_DIR")}
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, str(city.home), *words, "--port", str(free_port())],
            env={**os.environ, **private},
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(process, log, pattern)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    for _ in range(900):
        found = re.search(pattern, log.read_text())
        if found and _answers(found[0]):
            return found[0]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _answers(address: str) -> bool:
    place = urlsplit(address)
    with socket.socket() as tried:
        return tried.connect_ex((place.hostname, place.port)) == 0


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show how long a click took to its result; measured for the record, asserted by nobody."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == TIMES:
                terminalreporter.write_line(f"{report.nodeid}: {value} {TIMES}")
