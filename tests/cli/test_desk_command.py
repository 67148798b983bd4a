"""The search desk as a page: for this machine alone, behind a token, without a file or a line of code handed out."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from workbench.cli import desk, lab
from workbench.settings import Settings

SEEN = "the cell was run"
HIDDEN = "secret_of_the_source"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with its token, of a page served as the command serves it."""
    folder = tmp_path_factory.mktemp("desk")
    home = Settings(folder / "home", "Santa Lucera PD", "clovis-ca", "America/Los_Angeles")
    home.save()
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    code = f"{HIDDEN} = 'the cell ' + 'was run'\nprint({HIDDEN})"
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Search desk"),
        nbformat.v4.new_code_cell(code),
    ]
    nbformat.write(notebook, folder / "search_desk.ipynb")
    (folder / "picture.png").write_bytes(b"not for everybody")
    command = desk.arguments(folder / "search_desk.ipynb", port=_free_port(), browser=False)
    private = {name: str(folder / "jupyter") for name in ("HOME", "JUPYTER_RUNTIME_DIR")}
    where = {**lab.environment(home.home), "JUPYTER_PATH": str(lab.CONFIG), **private}
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=where, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield _wait(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\w+", log.read_text())
        if found:
            return found[0]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def test_the_page_shows_results_and_no_code_and_loads_nothing_from_elsewhere(address: str) -> None:
    status, page, headers = _get(address)
    assert status == 200
    assert SEEN in page
    assert HIDDEN not in page
    sources = {w for p in headers["Content-Security-Policy"].split(";") for w in p.split()[1:]}
    assert sources == {"'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    linked = re.findall(r"<(?:link|script|img)\b[^>]*?(?:href|src)=[\"'](https?:)?//", page)
    assert linked == []


def test_nobody_sees_it_without_the_token_of_this_start(address: str) -> None:
    _, page, _ = _get(address.split("?", maxsplit=1)[0])
    assert SEEN not in page
    _, page, _ = _get(address[:-4] + "0000")
    assert SEEN not in page


def test_another_host_name_is_refused(address: str) -> None:
    status, page, _ = _get(address, Host="santa-lucera.example")
    assert status == 403
    assert SEEN not in page


def test_files_beside_the_notebook_are_not_handed_out(address: str) -> None:
    base, token = address.split("?")
    status, page, _ = _get(f"{base}voila/files/picture.png?{token}")
    assert status == 403
    assert "not for everybody" not in page


def test_an_error_page_loads_nothing_from_elsewhere(address: str) -> None:
    base, token = address.split("?")
    status, page, _ = _get(f"{base}voila/static/none.js?{token}")
    assert status >= 400
    assert "cdn" not in page


def test_the_command_stands_in_the_list() -> None:
    from click.testing import CliRunner

    from workbench.cli import main

    assert "desk" in CliRunner().invoke(main, ["--help"]).output
