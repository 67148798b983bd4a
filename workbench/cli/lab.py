"""``workbench lab``: JupyterLab on the notebooks, for this machine alone, without a call to anybody."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from workbench.cli.common import Desk, pass_desk
from workbench.errors import NotSetUp

__all__ = ["CONFIG", "CONTENT_POLICY", "arguments", "content_policy", "environment", "lab"]

CONFIG = Path(__file__).parent / "jupyter"
# What the browser may load, and from where: this server, and nobody else. JupyterLab itself needs the inline and
# evaluated scripts; a notebook's output cannot fetch a map tile or a font from elsewhere, or send anything there.
CONTENT_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "connect-src 'self' data: blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
)


def content_policy(tiles: str = "") -> str:
    """Return what the browser may load; pictures also from a tile server, where an administrator named one."""
    return f"{CONTENT_POLICY}; img-src 'self' data: blob: {tiles}" if tiles else CONTENT_POLICY


def arguments(
    folder: Path, *, port: int, browser: bool, root: bool = False, tiles: str = ""
) -> list[str]:
    """Return JupyterLab's command line.

    It listens on the loopback address alone, asks nobody for news or newer releases, and neither lists nor installs
    extensions.
    """
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.allow_remote_access=False",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.allow_root={root}",
        f"--ServerApp.tornado_settings={{'headers': {{'Content-Security-Policy': {content_policy(tiles)!r}}}}}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of JupyterLab and of its kernels: this home, this interpreter."""
    paths = [str(CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **os.environ,
        "WORKBENCH_HOME": str(home),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_PATH": os.pathsep.join(path for path in paths if path),
    }


@click.command("lab")
@click.option(
    "--notebooks",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder to open; else the home's own notebooks, else ./notebooks.",
)
@click.option("--port", default=8888, show_default=True, help="The next free one is taken.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@click.option("--allow-root", is_flag=True, help="Run as root, as in a container.")
@pass_desk
def lab(desk: Desk, notebooks: Path | None, port: int, *, browser: bool, allow_root: bool) -> None:
    """Open JupyterLab on this home, offline.

    It listens on 127.0.0.1 only and contacts no other machine: no news, no update check, no extension list, and the
    browser is told to load nothing from elsewhere. Notebooks reach the home through workbench.connect().

    A notebook that is saved keeps its results, reads among them, and nothing purges those: clear the output before you
    close it.
    """
    home = desk.settings.home
    folder = notebooks or _notebooks(home)
    command = arguments(
        folder.resolve(),
        port=port,
        browser=browser,
        root=allow_root,
        tiles=desk.settings.tile_source,
    )
    os.execve(command[0], command, environment(home))  # noqa: S606  our own interpreter, our own arguments


def _notebooks(home: Path) -> Path:
    """Return the folder of the notebooks: the home's own, here, or beside the package in a checkout."""
    beside = Path(__file__).resolve().parents[2] / "notebooks"
    for folder in (home / "notebooks", Path("notebooks"), beside):
        if folder.is_dir():
            return folder
    raise NotSetUp(
        "There is no folder of notebooks here.", "Name one: workbench lab --notebooks FOLDER"
    )
