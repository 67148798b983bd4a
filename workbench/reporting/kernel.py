"""A report's own kernel: this interpreter, a bare environment, private sockets, no history.

papermill's own engine asks for an installed kernel by name, which may be another interpreter, and lets
anybody on the machine listen to its TCP ports. Here the kernel is this very interpreter, talks through
sockets in a folder that only its owner can open, keeps no history, runs no start-up files, and gets no
environment but what it needs. What went wrong in a cell comes back as plain fields, not as a traceback.
"""

from __future__ import annotations

import ast
import contextlib
import json
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from workbench import cancelling

__all__ = ["ENGINE", "CellFailed", "last_error", "run_notebook"]

ENGINE = "workbench"
_LANGUAGE = "python"
_PASSED = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
)
_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "USERNAME")
_OWN = ("WORKBENCH_SESSION_FILE", "WORKBENCH_DATABASE_URL")
_ASK = "__import__('workbench.reporting.kernel', fromlist=['last_error']).last_error()"
_LOG = logging.getLogger(__name__)


class CellFailed(Exception):
    """A cell did not run to its end. Carries its position and the error's plain fields, never a traceback."""

    def __init__(self, cell: int, fields: Mapping[str, Any]) -> None:
        self.cell = cell
        self.fields = dict(fields)
        super().__init__(f"cell {cell + 1}")


class _KernelManager(AsyncKernelManager):
    """Starts this interpreter, whatever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        quiet = ["--HistoryManager.enabled=False", "--InteractiveShellApp.exec_PYTHONSTARTUP=False"]
        return KernelSpec(argv=[*command, *quiet], display_name="Report", language=_LANGUAGE)


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Runs the cells, and asks the kernel for the fields of an error before it is gone."""

    def papermill_execute_cells(self) -> None:
        """Run the cells; stop at the first that fails."""
        super().papermill_execute_cells()
        cancelling.check()
        for index, cell in enumerate(self.nb.cells):
            if cell.metadata.get("papermill", {}).get("exception"):
                raise CellFailed(index, self._error_fields())

    def _error_fields(self) -> dict[str, Any]:
        try:
            asked = self.kc.execute("", silent=True, user_expressions={"error": _ASK})
            content = self.wait_for_reply(asked)["content"]
            shown = content["user_expressions"]["error"]["data"]["text/plain"]
            fields: dict[str, Any] = json.loads(ast.literal_eval(shown))
        except Exception as error:  # noqa: BLE001 -- a kernel that died cannot say why
            _LOG.debug("no fields of a cell's error: %s", type(error).__name__)
            return {}
        return fields


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine with our kernel and our client."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        environment: Mapping[str, str],
        folder: str,
        execution_timeout: float | None = None,
        start_timeout: int = 60,
        **_: Any,
    ) -> None:
        """Run the notebook in a fresh kernel whose files are in ``folder``."""
        sockets = {"transport": "ipc", "ip": str(Path(folder) / "k")} if os.name == "posix" else {}
        manager = _KernelManager(connection_file=str(Path(folder) / "kernel.json"), **sockets)
        client = _Client(
            nb_man,
            km=manager,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=_quiet_log(),
            shutdown_kernel="immediate",
        )
        client.owns_km = True
        begun = threading.Event()

        def begin(**_: Any) -> None:
            cancelling.check()
            begun.set()

        client.on_cell_start = begin
        cancelling.check()
        with _interrupted(manager, begun):
            client.execute(env=dict(environment), cwd=folder)


@contextlib.contextmanager
def _interrupted(manager: _KernelManager, begun: threading.Event) -> Iterator[None]:
    """Interrupt the kernel's cell where the run is cancelled; what it was asking ends as failed on the record.

    A kernel in which no cell has ``begun`` has asked for nothing, and is stopped outright.
    """
    under = cancelling.current()
    if under is None:
        yield
        return

    def stop() -> None:
        process = getattr(manager.provisioner, "process", None)
        if process is not None and os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT if begun.is_set() else signal.SIGKILL)

    with under.breaking(stop):
        yield


papermill_engines.register(ENGINE, _Engine)


def run_notebook(
    notebook: Any,
    parameters: Mapping[str, Any],
    *,
    home: Path,
    timeout_s: float = 1800,
    session_file: Path | None = None,
) -> Any:
    """Return a notebook executed under parameters; nothing is written to disk.

    Parameters
    ----------
    notebook : NotebookNode
    parameters : mapping
        Checked already: papermill writes them into the notebook as code.
    home : Path
        The workbench home that ``workbench.connect()`` opens in the kernel.
    timeout_s : float
        The longest that one cell may take.
    session_file : Path, optional
        The file with the session that the kernel acts under; by default whoever is logged in at the home.

    Raises
    ------
    CellFailed
        A cell did not run to its end.
    """
    import papermill

    _quiet_log()
    # A socket's path has 107 characters at most, so a long temporary folder is passed over.
    short = None if os.name != "posix" or len(tempfile.gettempdir()) < 70 else "/tmp"  # noqa: S108 -- mkdtemp's 0700
    with tempfile.TemporaryDirectory(prefix="wb-", dir=short, ignore_cleanup_errors=True) as folder:
        return papermill.execute_notebook(
            notebook,
            None,
            dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language=_LANGUAGE,
            progress_bar=False,
            log_output=False,
            environment=_environment(home, folder, session_file),
            folder=folder,
            execution_timeout=timeout_s,
        )


def last_error() -> str:
    """Return the fields of the last uncaught error as JSON; runs in the kernel.

    An error of the workbench's own carries no plate, name or reason in words. Of any other nothing but its
    type is told: its text may hold what a report's reader, but no log, may see.
    """
    from workbench.errors import Failed, Refused

    error = getattr(sys, "last_value", None)
    fields: dict[str, Any] = {"type": type(error).__name__}
    names = {Refused: ("reason", "clause", "citation", "remedy"), Failed: ("problem", "next_step")}
    for kind, known in names.items():
        if isinstance(error, kind):
            fields |= {"kind": kind.__name__} | {name: getattr(error, name, "") for name in known}
    return json.dumps(fields)


def _environment(home: Path, folder: str, session_file: Path | None) -> dict[str, str]:
    kept = [*_PASSED, *_OWN, *(_WINDOWS if os.name == "nt" else ())]
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    own = {"WORKBENCH_SESSION_FILE": str(session_file)} if session_file is not None else {}
    return environment | {
        **own,
        "WORKBENCH_HOME": str(home),
        "IPYTHONDIR": str(Path(folder) / "ipython"),
        "JUPYTER_RUNTIME_DIR": folder,
        "MPLBACKEND": "agg",
        "PYTHONNOUSERSITE": "1" if sys.flags.no_user_site else "",
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def _quiet_log() -> logging.Logger:
    """Return a logger that shows nothing of a notebook: papermill's would name cells and outputs."""
    for name in ("papermill", "papermill.utils", "papermill.translators", "traitlets"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    quiet = logging.getLogger("workbench.reporting.papermill")
    quiet.setLevel(logging.CRITICAL)
    return quiet
