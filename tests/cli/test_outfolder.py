"""A result folder is complete or not there, and nobody else's files are ever touched."""

import errno
import json
import os

import pytest

from sijoint.cli.outfolder import MANIFEST, UnusableFolder, refuse_unusable, result_folder


def write_result(out, text="one"):
    with result_folder(out) as folder:
        (folder / "images").mkdir()
        (folder / "images" / "a.png").write_text(text, encoding="utf-8")
        (folder / "report.html").write_text(text, encoding="utf-8")


def test_a_result_appears_whole(tmp_path):
    write_result(tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == "one"
    assert json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))["files"] == [
        "images/a.png",
        "report.html",
    ]
    assert os.listdir(tmp_path) == ["out"]


def test_our_own_earlier_result_is_replaced(tmp_path):
    write_result(tmp_path / "out")
    write_result(tmp_path / "out", "two")
    assert (tmp_path / "out" / "images" / "a.png").read_text(encoding="utf-8") == "two"
    assert os.listdir(tmp_path) == ["out"]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "out").mkdir()
    write_result(tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize("stranger", ["thesis.docx", "images/holiday.jpg"])
def test_a_folder_with_other_files_is_refused_untouched(tmp_path, stranger):
    write_result(tmp_path / "out")
    (tmp_path / "out" / stranger).write_text("mine", encoding="utf-8")
    with pytest.raises(UnusableFolder, match="did not write"):
        write_result(tmp_path / "out", "two")
    assert (tmp_path / "out" / stranger).read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == "one"
    assert os.listdir(tmp_path) == ["out"]


def test_a_file_that_comes_meanwhile_is_not_lost(tmp_path):
    write_result(tmp_path / "out")
    with pytest.raises(UnusableFolder), result_folder(tmp_path / "out") as folder:
        (folder / "report.html").write_text("two", encoding="utf-8")
        (tmp_path / "out" / "note.txt").write_text("mine", encoding="utf-8")
    assert (tmp_path / "out" / "note.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == "one"


def test_a_failure_leaves_the_earlier_result_and_nothing_half_written(tmp_path):
    write_result(tmp_path / "out")
    with pytest.raises(RuntimeError), result_folder(tmp_path / "out") as folder:
        (folder / "report.html").write_text("half", encoding="utf-8")
        raise RuntimeError
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == "one"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize(("number", "word"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "may write")])
def test_a_full_or_closed_disk_is_one_sentence(tmp_path, number, word):
    with pytest.raises(UnusableFolder, match=word), result_folder(tmp_path / "out") as folder:
        (folder / "report.html").write_text("half", encoding="utf-8")
        raise OSError(number, os.strerror(number))
    assert os.listdir(tmp_path) == []


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "out").write_text("I am a file", encoding="utf-8")
    with pytest.raises(UnusableFolder, match="not a folder"):
        write_result(tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "I am a file"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_whoever_meets_it_first(tmp_path, monkeypatch, number):
    class NoRoom:
        def __init__(self, **_):
            raise OSError(number, os.strerror(number))

    class DatabaseRefused(RuntimeError):
        pass

    monkeypatch.setattr("sijoint.cli.outfolder.tempfile.TemporaryFile", NoRoom)
    with pytest.raises(UnusableFolder, match="disk is full"), result_folder(tmp_path / "out"):
        raise DatabaseRefused
    assert os.listdir(tmp_path) == []


def test_an_error_with_room_on_the_disk_stays_what_it_is(tmp_path):
    with pytest.raises(RuntimeError, match="something else"), result_folder(tmp_path / "out"):
        raise RuntimeError("something else")


def test_long_work_is_refused_before_it_starts_where_its_result_cannot_go(tmp_path):
    refuse_unusable(tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    with pytest.raises(UnusableFolder, match="did not write"):
        refuse_unusable(tmp_path)
    for out in (tmp_path / "notes", tmp_path / "notes" / "out"):
        with pytest.raises(UnusableFolder, match="notes is not a folder"):
            refuse_unusable(out)
