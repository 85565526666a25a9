"""The result folder: what is replaced, what is kept and what is refused."""

import errno
import os
import time
from pathlib import Path

import pytest

from metadx.errors import MetadxError
from metadx.report import folder as folders
from metadx.report import staging
from metadx.report.folder import check_target, result_folder

MARK = '{"schema": "metadx/summary/1"}'


@pytest.fixture(params=["one step", "two renames"])
def route(request, monkeypatch):
    """Exchange folders in one step, and on systems that cannot."""
    if request.param == "two renames":
        monkeypatch.setattr(folders, "_exchange_at_once", lambda *_: False)


def write(target, content="new", figure=None):
    with result_folder(target) as stage:
        (stage / "summary.json").write_text(MARK)
        (stage / "summary.csv").write_text(content)
        if figure:
            (stage / figure).write_text(content)


def write_half(target, error):
    with result_folder(target) as stage:
        (stage / "summary.json").write_text("half")
        raise error


def content(folder):
    return {
        str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_a_new_folder_is_made_with_all_above_it(tmp_path):
    target = tmp_path / "a" / "b" / "r"
    write(target)
    assert content(tmp_path) == {"a/b/r/summary.csv": "new", "a/b/r/summary.json": MARK}


@pytest.mark.usefixtures("route")
def test_an_old_result_is_replaced_and_own_files_are_kept(tmp_path):
    target = tmp_path / "r"
    write(target, "old", figure="forest.svg")
    (target / "forest.docx").write_text("mine")
    (target / "notes.txt").write_text("mine")
    (target / "summary.csv.bak").write_text("mine")
    (target / "more" / "deep").mkdir(parents=True)
    (target / "more" / "deep" / "x.txt").write_text("mine")
    (target / "link").symlink_to("notes.txt")
    (target / "broken").symlink_to("nowhere")
    target.chmod(0o750)
    for _ in range(2):
        write(target)
        kept = ("forest.docx", "link", "more/deep/x.txt", "notes.txt", "summary.csv.bak")
        want = dict.fromkeys(kept, "mine") | {"summary.csv": "new", "summary.json": MARK}
        assert content(target) == want
        assert (target / "link").is_symlink()
        assert (target / "broken").readlink() == Path("nowhere")
        assert target.stat().st_mode & 0o777 == 0o750
        assert [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.usefixtures("route")
def test_own_files_are_copied_where_they_cannot_be_linked(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    write(tmp_path / "r", "old")
    (tmp_path / "r" / "notes.txt").write_text("mine")
    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path / "r")
    assert content(tmp_path / "r")["notes.txt"] == "mine"


@pytest.mark.usefixtures("route")
def test_a_failure_leaves_the_old_result_and_nothing_else(tmp_path):
    target = tmp_path / "r"
    write(target, "old")
    for where in (target, tmp_path / "a" / "b" / "r"):
        with pytest.raises(ZeroDivisionError):
            write_half(where, ZeroDivisionError())
    assert content(tmp_path) == {"r/summary.csv": "old", "r/summary.json": MARK}
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.usefixtures("route")
def test_a_link_stays_and_the_folder_it_points_to_is_replaced(tmp_path):
    real, link = tmp_path / "disk" / "real", tmp_path / "link"
    write(real, "old")
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert content(real) == {"summary.csv": "new", "summary.json": MARK}
    assert [p.name for p in real.parent.iterdir()] == ["real"]
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "later")
    write(dangling)
    assert content(tmp_path / "later")["summary.csv"] == "new"


@pytest.mark.parametrize("name", ["with space", "é", "a[1]*?", "-r", "r.partial-00", ".hidden"])
def test_any_name_will_do(tmp_path, name):
    for text in ("old", "new"):
        write(tmp_path / name, text)
    assert content(tmp_path) == {f"{name}/summary.csv": "new", f"{name}/summary.json": MARK}


def refused(target, wanted):
    before = content(target.parent) if target.parent.is_dir() else None
    for attempt in (check_target, write):
        with pytest.raises(MetadxError, match=wanted):
            attempt(target)
    if before is not None:
        assert content(target.parent) == before


def test_what_is_no_result_is_not_replaced(tmp_path):
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file", "is a file; give --out a folder")
    refused(tmp_path / "file" / "r", r"cannot be written there \(Not a directory\)")
    for name, text in (("a", ""), ("b", "[]"), ("c", '{"schema": "other/1"}'), ("d", "{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").write_text(text)
        refused(tmp_path / name, "no result of metadx, so it will not be replaced")


def test_an_empty_folder_is_used_and_hidden_files_in_it_are_kept(tmp_path):
    for name in ("empty", "hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "hidden" / ".gitkeep").write_text("")
    write(tmp_path / "empty")
    write(tmp_path / "hidden")
    assert set(content(tmp_path / "hidden")) == {".gitkeep", "summary.csv", "summary.json"}


def test_the_folder_one_stands_in_is_not_pulled_away(tmp_path, monkeypatch):
    write(tmp_path / "r")
    (tmp_path / "r" / "below").mkdir()
    for where in ("r", "r/below"):
        monkeypatch.chdir(tmp_path / where)
        refused(tmp_path / "r", "the folder you stand in")
    monkeypatch.chdir(tmp_path)
    write(Path("r"))


def test_a_folder_that_may_not_be_written_is_refused_before_the_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)
    refused(tmp_path / "r", r"r: the results cannot be written there \(Permission denied\)")
    refused(tmp_path / "a" / "r", r"Permission denied")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_message(tmp_path):
    write(tmp_path / "r", "old")
    full = OSError(errno.ENOSPC, "No space left")
    with pytest.raises(MetadxError, match=r"No space left.*earlier result is untouched"):
        write_half(tmp_path / "r", full)
    assert content(tmp_path / "r")["summary.csv"] == "old"


def test_leftovers_of_killed_runs_are_cleared_and_others_are_not(tmp_path):
    leftover = tmp_path / ".r.partial-0123abcd"
    foreign = [tmp_path / name for name in (".s.partial-0123abcd", ".r.partials", "r.partial-1")]
    for folder in (leftover, *foreign):
        folder.mkdir()
        (folder / "x").write_text("x")
    (tmp_path / ".r.partial-file").write_text("x")
    write(tmp_path / "r")
    assert not leftover.exists()
    assert all(folder.is_dir() for folder in foreign)
    assert (tmp_path / ".r.partial-file").is_file()


def test_a_folder_in_use_is_no_leftover(tmp_path):
    with result_folder(tmp_path / "r") as first:
        (first / "summary.json").write_text(MARK)
        write(tmp_path / "r", "second")
        assert first.is_dir()
        (first / "summary.csv").write_text("first")
    assert content(tmp_path) == {"r/summary.csv": "first", "r/summary.json": MARK}


def test_an_old_result_is_brought_back_when_its_replacement_was_cut_off(tmp_path):
    write(tmp_path / "r", "old")
    (tmp_path / "r").rename(tmp_path / ".r.old-0123abcd")
    check_target(tmp_path / "r")
    assert content(tmp_path) == {"r/summary.csv": "old", "r/summary.json": MARK}
    write(tmp_path / "r")
    (tmp_path / ".r.old-0123abcd").mkdir()
    write(tmp_path / "r", "newer")
    assert content(tmp_path) == {"r/summary.csv": "newer", "r/summary.json": MARK}
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


@pytest.mark.usefixtures("route")
def test_no_other_run_can_come_between_two_renames(tmp_path, monkeypatch):
    write(tmp_path / "r", "old")
    exchange, tries = folders._exchange, []

    def watched(*arguments):
        tries.append(staging._lock(tmp_path))
        exchange(*arguments)

    monkeypatch.setattr(folders, "_exchange", watched)
    write(tmp_path / "r")
    assert tries == [None], "another run could have had its turn"
    lock = staging._lock(tmp_path)
    assert lock is not None, "the turn was not given back"
    os.close(lock)


def test_a_leftover_is_held_until_it_is_gone(tmp_path, monkeypatch):
    left = tmp_path / ".r.partial-0123abcd"
    left.mkdir()
    honest, tries = staging.remove, []

    def watched(folder):
        if folder == left:
            tries.append(staging._lock(folder))
        honest(folder)

    monkeypatch.setattr(staging, "remove", watched)
    check_target(tmp_path / "r")
    assert tries == [None], "a run that was about to take the folder would have lost it"
    assert not left.exists()


@pytest.mark.parametrize("when", ["before it is opened", "before it is locked"])
def test_a_folder_taken_for_a_leftover_is_made_anew(tmp_path, monkeypatch, when):
    honest, taken = staging._lock, []

    def snatched(folder, **options):
        if ".partial-" not in folder.name or taken:
            return honest(folder, **options)
        taken.append(folder)
        lock = honest(folder, **options) if when == "before it is locked" else None
        folder.rmdir()
        return lock or honest(folder, **options)

    monkeypatch.setattr(staging, "_lock", snatched)
    write(tmp_path / "r")
    assert taken
    assert content(tmp_path) == {"r/summary.csv": "new", "r/summary.json": MARK}


@pytest.mark.usefixtures("route")
@pytest.mark.parametrize("why", ["no such system call", "a disk without locks"])
def test_without_locks_it_works_alike(tmp_path, monkeypatch, why):
    def unsupported(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    if why == "a disk without locks":
        monkeypatch.setattr(staging.fcntl, "flock", unsupported)
    else:
        monkeypatch.setattr(staging, "fcntl", None)
    for name, age in ((".r.partial-00000000", 0), (".r.partial-11111111", 2 * 86_400)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    for text in ("old", "new"):
        write(tmp_path / "r", text)
    assert {p.name for p in tmp_path.iterdir()} == {"r", ".r.partial-00000000"}
    assert content(tmp_path / "r") == {"summary.csv": "new", "summary.json": MARK}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(errno.EACCES, "in use")])
def test_what_goes_wrong_between_two_renames_is_undone(tmp_path, monkeypatch, error):
    target, rename = tmp_path / "r", Path.rename
    write(target, "old")

    def fail(self, to):
        if to == target and ".partial-" in self.name:
            raise error
        return rename(self, to)

    monkeypatch.setattr(folders, "_exchange_at_once", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises((KeyboardInterrupt, MetadxError)):
        write(target)
    assert content(tmp_path) == {"r/summary.csv": "old", "r/summary.json": MARK}


def test_a_folder_that_cannot_be_moved_is_one_message(tmp_path, monkeypatch):
    def busy(*_):
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    write(tmp_path / "r", "old")
    monkeypatch.setattr(folders, "_exchange", busy)
    with pytest.raises(MetadxError, match="busy"):
        write(tmp_path / "r")
    assert content(tmp_path) == {"r/summary.csv": "old", "r/summary.json": MARK}
