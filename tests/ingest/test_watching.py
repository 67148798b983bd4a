"""The watched folder: whole files only, each once, and to one side afterwards."""

from __future__ import annotations

import threading
import time

import pytest
from filelock import FileLock
from transfer_files import GROUPS, group, jsonl, passages

from workbench.errors import BadInput, Failed, NotLoggedIn
from workbench.ingest.watch import watch


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "inbox"
    path.mkdir()
    return path


@pytest.fixture
def look(desk, folder):
    """Look through the folder until nothing is left to wait for; return what was done."""

    def run(take=None, **options):
        handled = []
        settings = {"settle_s": 0.0, "every_s": 0.02, "once": True, "notify": False} | options
        watch(folder, take or desk.receive, report=handled.append, **settings)
        return handled

    return run


def names(path) -> list[str]:
    """Return what lies in a folder, hidden files aside."""
    return sorted(one.name for one in path.glob("[!.]*"))


def test_good_files_go_to_done_in_the_order_they_came(desk, folder, look):
    for number in range(3):
        GROUPS.write(
            folder, passages(2, start=f"2026-03-0{number + 1} 20:00"), name=f"{3 - number}"
        )
        time.sleep(0.01)
    handled = look()
    assert [one.file.name for one in handled] == ["3.jsonl", "2.jsonl", "1.jsonl"]
    assert [one.result.accepted for one in handled] == [2, 2, 2]
    assert names(folder / "done") == ["1.jsonl", "2.jsonl", "3.jsonl"]
    assert len(desk.rows("reads")) == 6


def test_bad_files_go_to_failed_beside_the_reason(desk, folder, look):
    (folder / "notes.txt").write_text("hello\n")
    GROUPS.write(folder, passages(2), name="good")
    handled = look()
    assert {one.file.name: one.error is None for one in handled} == {
        "notes.txt": False,
        "good.jsonl": True,
    }
    assert names(folder / "failed") == ["notes.txt", "notes.txt.error.txt"]
    assert "--mapping" in (folder / "failed" / "notes.txt.error.txt").read_text()
    assert names(folder / "done") == ["good.jsonl"]


def test_files_under_way_are_left_alone(folder, look):
    for name in (".hidden.json", "a.part", "b.TMP", "c.filepart", "d.jsonl~"):
        (folder / name).write_text("half")
    (folder / "sub").mkdir()
    (folder / "link.json").symlink_to(folder / "a.part")
    assert look() == []
    assert not (folder / "done").exists()


def test_a_file_is_taken_in_once_it_has_stopped_growing(desk, folder, look):
    path = folder / "grows.jsonl"
    path.write_text("")

    def grow():
        for one in passages(6):
            with path.open("a") as stream:
                stream.write(jsonl([group(one)]))
            time.sleep(0.05)

    writer = threading.Thread(target=grow)
    writer.start()
    handled = look(settle_s=0.6)
    writer.join()
    assert [one.result.accepted for one in handled] == [6]


def test_a_file_that_was_taken_in_but_not_moved_is_only_moved(desk, folder, look):
    path = GROUPS.write(folder, passages(4))
    desk.receive(path)
    (handled,) = look()
    assert handled.result.duplicate
    assert names(folder / "done") == ["reads.jsonl"]
    assert len(desk.rows("reads")) == 4


def test_names_that_are_taken_are_kept_apart(folder, look):
    for number in range(3):
        GROUPS.write(folder, passages(1, start=f"2026-03-0{number + 1} 20:00"))
        look()
    assert names(folder / "done") == ["reads-2.jsonl", "reads-3.jsonl", "reads.jsonl"]


def test_one_process_watches_a_folder(folder, look):
    with FileLock(folder / ".workbench-watch.lock"), pytest.raises(Failed, match="Another process"):
        look()
    assert look() == []


def test_an_error_that_is_not_the_file_s_leaves_it_to_be_tried_again(desk, folder, look):
    GROUPS.write(folder, passages(1))

    def busy(path):
        raise Failed("Another transfer is being loaded.", "Wait.")

    (handled,) = look(busy)
    assert handled.error is not None
    assert names(folder) == ["reads.jsonl"]
    assert [one.result.accepted for one in look()] == [1]


@pytest.mark.parametrize("error", [NotLoggedIn("No session."), BadInput("No camera.")])
def test_what_would_hold_for_every_file_ends_the_watch(folder, look, error):
    GROUPS.write(folder, passages(1))

    def refuse(path):
        raise error

    with pytest.raises(type(error)):
        look(refuse)
    assert names(folder) == ["reads.jsonl"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Failed, match="no folder"):
        watch(tmp_path / "gone", lambda path: None, report=print)


@pytest.mark.parametrize("notify", [True, False])
def test_it_goes_on_until_it_is_told_to_stop(desk, folder, notify):
    stop, handled = threading.Event(), []

    def report(one):
        handled.append(one)
        if len(handled) == 2:
            stop.set()

    options = {"stop": stop, "settle_s": 0.05, "every_s": 0.1, "notify": notify}
    thread = threading.Thread(
        target=watch, args=(folder, desk.receive), kwargs={"report": report, **options}
    )
    thread.start()
    GROUPS.write(folder, passages(1), name="one")
    while not handled and thread.is_alive():
        time.sleep(0.01)
    GROUPS.write(folder, passages(1, start="2026-03-04 20:00"), name="two")
    thread.join(20)
    assert not thread.is_alive()
    assert names(folder / "done") == ["one.jsonl", "two.jsonl"]
