"""Fixtures that give a fresh, migrated database: ``sqlite``, and ``database`` for SQLite and PostgreSQL in turn.

PostgreSQL is started once for each test process, from the system's binaries, on loopback, in a folder of its own, and
is gone afterwards. Where there are no binaries these tests are skipped; with WORKBENCH_REQUIRE_POSTGRES=1 they fail.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from workbench.records.database import Database

_DEBIAN = Path("/usr/lib/postgresql")
_NUMBERS = itertools.count(1)
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB")


class Postgres:
    """A PostgreSQL server of our own, with a migrated template."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))
        self.password = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None
        self.as_user = _unprivileged(self.folder)
        self.port = 0

    def start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # the server's user reads it; the folder is that user's alone
        data = str(self.folder / "data")
        self._run(
            *("initdb", "-D", data, "-U", "tester", "--pwfile", str(secret), "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale", "C", "--no-sync"),
        )
        for _ in range(5):  # somebody else may take the port first
            self.port = _free_port()
            self._launch(data)
            if self._answers():
                break
        else:
            raise RuntimeError("PostgreSQL did not start: " + self._log())
        self._sql("CREATE DATABASE template_workbench")
        database = Database.open(self.url("template_workbench"))
        database.migrate()
        database.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # at once: the data are thrown away
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        """Give a database of its own, migrated."""
        name = f"test_{next(_NUMBERS)}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE template_workbench STRATEGY FILE_COPY")
        database = Database.open(self.url(name))
        try:
            yield database
        finally:
            database.close()
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> URL:
        return URL.create(
            "postgresql+psycopg", "tester", self.password, "127.0.0.1", self.port, name
        )

    def _launch(self, data: str) -> None:
        settings = [*_FAST, f"port={self.port}", "listen_addresses=127.0.0.1"]
        settings += ["unix_socket_directories=", "max_connections=60"]
        options = [part for setting in settings for part in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*self.as_user, str(self.binaries / "postgres"), "-D", data, *options],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _answers(self) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(sa.exc.OperationalError):
                self._sql("SELECT 1")
                return True
            time.sleep(0.1)
        return False

    def _sql(self, statement: str) -> None:
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.binaries / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


def _unprivileged(folder: Path) -> list[str]:
    """Return how to start a program as somebody who is not root, and hand the folder over to them.

    The server is asked to go when the test process does, however that ends.
    """
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0:
        return [setpriv, "--pdeathsig", "INT"] if setpriv else []
    names = {each.pw_name for each in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    folder.chmod(0o700)
    if setpriv is None:
        return ["runuser", "-u", user, "--"]
    return [setpriv, "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups",
            "--pdeathsig", "INT"]  # fmt: skip


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs: of the newest version that Debian has, or on the PATH."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    for folder in reversed(folders):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unavailable(reason: str) -> None:
    if os.environ.get("WORKBENCH_REQUIRE_POSTGRES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give the PostgreSQL server of this test process."""
    pytest.importorskip("psycopg", reason="PostgreSQL tests need psycopg")
    found = binaries()
    if found is None:
        _unavailable("PostgreSQL's programs (initdb, postgres) are not installed")
        return
    server = Postgres(found)
    try:
        try:
            server.start()
        except (RuntimeError, OSError) as error:
            _unavailable(f"PostgreSQL cannot be started here: {error}")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "workbench.db"
    database = Database.open(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def sqlite(tmp_path: Path, _sqlite_template: Path) -> Iterator[Database]:
    """Give a fresh SQLite database."""
    path = tmp_path / "workbench.db"
    shutil.copy(_sqlite_template, path)
    database = Database.open(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a fresh database: SQLite, and then PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    with request.getfixturevalue("postgres").database() as fresh:
        yield fresh
