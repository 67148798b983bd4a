"""JupyterLab is started for this machine alone, and calls nobody."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli import lab as lab_module
from workbench.cli import main
from workbench.settings import Settings


def make_home(folder: Path) -> Path:
    Settings(folder, "Santa Lucera Police Department", "clovis-ca", "America/Los_Angeles").save()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with its token, of a JupyterLab started by the command."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    command = [sys.executable, "-c", "from workbench.cli import main; main()"]
    command += ["--home", str(make_home(folder / "home")), "lab", "--no-browser", "--allow-root"]
    command += ["--port", "0", "--notebooks", str(folder / "notebooks")]
    private = {name: str(folder / "jupyter") for name in ("HOME", "JUPYTER_RUNTIME_DIR")}
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **private}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield _address(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the address in the log, and until it is listened to, which is a moment later."""
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", log.read_text())
        if found and _answers(found[0]):
            return found[0]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address):
            return True
    except urllib.error.URLError:
        return False


def test_the_page_may_load_nothing_from_elsewhere(server: str) -> None:
    with urllib.request.urlopen(server) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = answer.read().decode()
    sources = {word for part in policy.split(";") for word in part.split()[1:]}
    assert sources == {"'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    config = json.loads(re.search(r"jupyter-config-data[^>]*>(.*?)</script>", page, re.DOTALL)[1])  # type: ignore[index]
    assert config["news"] == {"disabled": True}
    assert config["extensionManager"]["name"] == "read-only"
    assert config["extensionManager"]["can_install"] is False


def test_the_browser_does_not_ask_for_news(server: str) -> None:
    base, _, token = server.partition("/lab?token=")
    wanted = f"{base}/lab/api/settings/@jupyterlab/apputils-extension:notification?token={token}"
    with urllib.request.urlopen(wanted) as answer:
        properties = json.loads(answer.read())["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False


def test_it_runs_this_interpreter_on_this_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []

    def execve(program: str, arguments: list[str], environment: dict[str, str]) -> None:
        called.append((program, arguments, environment))

    monkeypatch.setattr(lab_module.os, "execve", execve)
    command = ["--home", str(home), "lab", "--notebooks", str(tmp_path), "--port", "9000"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    [(program, arguments, environment)] = called
    assert program == sys.executable
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert "--ServerApp.port=9000" in arguments
    assert environment["WORKBENCH_HOME"] == str(home)


def test_a_home_is_needed(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "lab"])
    assert result.exit_code == 2
    assert "not a workbench home" in result.stderr.replace("\n", " ")
