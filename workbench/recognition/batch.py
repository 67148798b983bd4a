"""Reading many files, one after the other or in worker processes that are replaced now and then.

A file that cannot be read is a result like any other, with its problem in words; one that takes a worker process down,
or never ends, costs that file alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Failed
from workbench.recognition.annotate import save_annotated
from workbench.recognition.engines import Engine, whole
from workbench.recognition.images import VIDEOS, Picture, open_picture
from workbench.recognition.seen import PlateSeen
from workbench.recognition.video import EVERY, MOST_FRAMES, frames

__all__ = ["FileRead", "Job", "Look", "read_all", "read_file"]

_FILES_A_WORKER = 200
_AHEAD = 4
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read.

    Parameters
    ----------
    path : Path
        Where it lies.
    crop : bool
        Pictures are a plate and nothing else.
    every, most : int
        Of a video: every how manyth frame is looked at, and how many at most.
    annotated : Path, optional
        Where the picture goes with its plates drawn in.
    seconds : int
        After how long a worker process gives a picture up; a video has sixty times that.
    """

    path: Path
    crop: bool = False
    every: int = EVERY
    most: int = MOST_FRAMES
    annotated: Path | None = None
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, or one frame of a video, and the plates seen in it.

    Parameters
    ----------
    plates : tuple of PlateSeen
        The surest found first.
    size : (int, int)
        Width and height in pixels.
    taken_at : datetime, optional
        As the picture says; without an offset where it names none.
    position : (float, float), optional
        Latitude and longitude, as the picture says.
    frame : int, optional
        Of a video, counted from 0; ``seconds`` since its beginning.
    """

    plates: tuple[PlateSeen, ...]
    size: tuple[int, int]
    taken_at: dt.datetime | None = None
    position: tuple[float, float] | None = None
    frame: int | None = None
    seconds: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRead:
    """What came of a file.

    Parameters
    ----------
    path : Path
        The file.
    looks : tuple of Look
        One for a picture; of a video those frames that show a plate.
    sha256 : str
        Of the file.
    problem, next_step : str
        Why it could not be read, or not to its end, and what to do.
    """

    path: Path
    looks: tuple[Look, ...] = ()
    sha256: str = ""
    problem: str = ""
    next_step: str = ""


def read_file(engine: Engine, job: Job) -> FileRead:
    """Read a picture or a video; never raises for what is wrong with the file."""
    looks: list[Look] = []
    sha256 = problem = next_step = ""
    try:
        if job.path.suffix.lower() in VIDEOS:
            sha256 = _fingerprint(job.path)
            for frame in frames(job.path, every=job.every, most=job.most):
                look = _look(engine, job, frame.picture, frame.number, frame.seconds)
                if look.plates:
                    looks.append(look)
        else:
            picture = open_picture(job.path)
            sha256 = picture.sha256
            looks.append(_look(engine, job, picture))
    except Failed as error:
        problem, next_step = error.problem, error.next_step
    except Exception as error:  # noqa: BLE001 - the next of ten thousand files is to be read all the same
        problem = f"Reading it failed unexpectedly ({type(error).__name__})."
        next_step = "Look at the picture; save it anew as PNG."
    return FileRead(job.path, tuple(looks), sha256, problem, next_step)


def _look(
    engine: Engine,
    job: Job,
    picture: Picture,
    frame: int | None = None,
    seconds: float | None = None,
) -> Look:
    seen = whole(engine, picture.pixels) if job.crop else engine.read(picture.pixels)
    if job.annotated is not None and (frame is None or seen):
        save_annotated(job.annotated, picture.pixels, seen, frame)
    taken = picture.taken
    position = (
        None
        if taken.latitude is None or taken.longitude is None
        else (taken.latitude, taken.longitude)
    )
    return Look(tuple(seen), picture.size, taken.at, position, frame, seconds, picture.notes)


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
    except OSError as error:
        raise Failed("The file cannot be read.", "See that it is there and may be read.") from error


def read_all(
    jobs: Iterable[Job], make: Callable[[], Engine], *, workers: int = 0
) -> Iterator[FileRead]:
    """Yield what came of each file, in order.

    Parameters
    ----------
    jobs : iterable of Job
        Taken a few at a time.
    make : callable
        Makes an engine; a function that other processes can import where there are workers.
    workers : int
        How many processes read; 0 for this one alone.
    """
    if workers < 1:
        engine = make()
        for job in jobs:
            yield read_file(engine, job)
        return
    yield from _pooled(iter(jobs), make, workers)


def _pooled(jobs: Iterator[Job], make: Callable[[], Engine], workers: int) -> Iterator[FileRead]:
    pool = _pool(make, workers)
    under_way: deque[tuple[Job, Future[FileRead]]] = deque()
    try:
        while True:
            while len(under_way) < workers * _AHEAD and (job := next(jobs, None)) is not None:
                under_way.append((job, _submit(pool, job)))
            if not under_way:
                return
            job, future = under_way.popleft()
            if not isinstance(future.exception(), BrokenProcessPool):
                yield future.result()
                continue
            pool.shutdown(wait=False, cancel_futures=True)
            for suspect, other in ((job, future), *under_way):
                yield _again(suspect, other, make)
            under_way.clear()
            pool = _pool(make, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(make: Callable[[], Engine], workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(make,),
        max_tasks_per_child=_FILES_A_WORKER,
    )


def _submit(pool: ProcessPoolExecutor, job: Job) -> Future[FileRead]:
    try:
        return pool.submit(_in_worker, job)
    except BrokenProcessPool as error:
        failed: Future[FileRead] = Future()
        failed.set_exception(error)
        return failed


def _again(job: Job, before: Future[FileRead], make: Callable[[], Engine]) -> FileRead:
    """Return the result of a file that was under way when a process went down; read it alone where there is none."""
    if before.done() and not before.cancelled() and before.exception() is None:
        return before.result()
    with _pool(make, 1) as pool:
        try:
            return _submit(pool, job).result()
        except BrokenProcessPool:
            return FileRead(
                job.path,
                problem="Reading it took the process down, or did not come to an end.",
                next_step="Do not open it elsewhere; it is damaged or made to do harm.",
            )


_engine: list[Engine] = []


def _begin(make: Callable[[], Engine]) -> None:
    with contextlib.suppress(ImportError):  # the engine says what is missing
        import cv2

        cv2.setNumThreads(1)
    _engine[:] = [make()]


def _in_worker(job: Job) -> FileRead:
    """Read a file against the clock: the alarm ends this process even inside a decoder that does not return."""
    video = job.path.suffix.lower() in VIDEOS
    _alarm(job.seconds * (60 if video else 1))
    try:
        return read_file(_engine[0], job)
    finally:
        _alarm(0)


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):  # not on Windows
        signal.alarm(seconds)
