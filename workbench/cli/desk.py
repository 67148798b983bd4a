"""``workbench desk``: the search desk as a page without code, for this machine alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from workbench.cli.common import Desk, pass_desk
from workbench.cli.lab import CONFIG, content_policy, environment
from workbench.reporting.runner import notebook_path

__all__ = ["arguments", "desk"]

_IDLE_KERNEL = 30 * 60  # seconds; the longest that any policy lets a session stand idle


def arguments(notebook: Path, *, port: int, browser: bool, tiles: str = "") -> list[str]:
    """Return Voilà's command line.

    It listens on the loopback address alone, asks for the token of this start, hands out no file beside the notebook,
    runs no code that a browser sends, and takes no template or theme from the address.
    """
    settings = {
        "headers": {"Content-Security-Policy": content_policy(tiles)},
        "allow_remote_access": False,
        "local_hostnames": ["127.0.0.1", "localhost"],
    }
    return [
        sys.executable,
        "-m",
        "voila",
        str(notebook),
        "--Voila.ip=127.0.0.1",
        f"--Voila.port={port}",
        f"--Voila.open_browser={browser}",
        "--Voila.auto_token=True",
        f"--Voila.tornado_settings={settings!r}",
        "--VoilaConfiguration.template=desk",
        "--VoilaConfiguration.allow_template_override=NO",
        "--VoilaConfiguration.allow_theme_override=NO",
        "--VoilaConfiguration.file_denylist=.*",
        "--VoilaConfiguration.show_tracebacks=False",
        f"--MappingKernelManager.cull_idle_timeout={_IDLE_KERNEL}",
        "--MappingKernelManager.cull_interval=60",
    ]


@click.command("desk")
@click.option("--port", default=8866, show_default=True, help="The next free one is taken.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@pass_desk
def desk(desk: Desk, port: int, *, browser: bool) -> None:
    """Open the search desk of this home as a page, offline.

    The same desk as notebooks/search_desk.ipynb, without cells: log in, name case and purpose, search. It listens on
    127.0.0.1 only, answers nobody without the token in the address that it prints, and contacts no other machine.
    """
    command = arguments(
        notebook_path("search_desk"), port=port, browser=browser, tiles=desk.settings.tile_source
    )
    paths = [str(CONFIG), os.environ.get("JUPYTER_PATH", "")]
    where = {
        **environment(desk.settings.home),
        "JUPYTER_PATH": os.pathsep.join(path for path in paths if path),
    }
    os.execve(command[0], command, where)  # noqa: S606  our own interpreter, our own arguments
