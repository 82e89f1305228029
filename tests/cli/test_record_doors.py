"""What the keeper of a store meets at the terminal: one sentence for each fault, exit codes, nothing half done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sijoint.cli.app import app, main
from sijoint.model import StoreKind
from sijoint.records import open_store


def told(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def store(tmp_path) -> Path:
    told("create", tmp_path / "clinic.db", "--kind", "care")
    return tmp_path / "clinic.db"


def test_a_store_is_created_backed_up_tried_restored_and_verified(store, tmp_path):
    assert "1 ledger lines" in told("backup", tmp_path / "backup", "--store", store)
    assert "can be restored" in told("restore", tmp_path / "backup", "--verify")
    assert "is intact: 2 ledger lines" in told("restore", tmp_path / "backup", tmp_path / "again.db")
    assert "is intact" in told("verify", tmp_path / "again.db")
    assert open_store(tmp_path / "again.db").kind is StoreKind.CARE
    assert "has the newest form" in told("migrate", store)


def test_an_encrypted_backup_is_one_file_that_its_key_opens(store, tmp_path):
    key, file = tmp_path / "backup.key", tmp_path / "monday.sijbackup"
    assert "1 ledger lines" in told("backup", file, "--store", store, "--key", key)
    assert file.is_file()
    assert "can be restored" in told("restore", file, "--verify", "--key", key)
    assert "is intact: 2 ledger lines" in told("restore", file, tmp_path / "again.db", "--key", key)
    assert "is intact" in told("verify", tmp_path / "again.db")


def test_a_passphrase_is_read_from_the_standard_input(store, tmp_path):
    file = tmp_path / "tuesday.sijbackup"

    def asked(*arguments: object, words: str):
        return CliRunner().invoke(app, [str(one) for one in arguments], input=words)

    assert asked("backup", file, "--store", store, "--passphrase", words="four plums under snow\n").exit_code == 0
    assert asked("restore", file, "--verify", "--passphrase", words="four plums under snow\n").exit_code == 0
    wrong = asked("restore", file, "--verify", "--passphrase", words="four plums under rain\n")
    assert "does not open" in str(wrong.exception)
    assert "is encrypted: give its --key" in str(asked("restore", file, "--verify", words="").exception)


def test_an_anchor_is_signed_kept_elsewhere_and_checked(store, tmp_path):
    signer = told("anchor", store, "--to", tmp_path / "elsewhere").split()[-1]
    assert "anchored up to line 1" in told("verify", store, "--anchors", tmp_path / "elsewhere", "--signer", signer)
    other = "0" * 64
    assert "another key" in told("verify", store, "--anchors", tmp_path / "elsewhere", "--signer", other, code=1)


def test_the_address_may_come_from_the_environment(store, tmp_path, monkeypatch):
    monkeypatch.setenv("SIJ_DATABASE_URL", f"sqlite:///{store}")
    assert "clinic.db (care store) is intact" in told("verify")
    assert told("show") == ""
    assert told("erase", "--due") == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "clinic.db", "--kind", "care"), "exists already"),
        (("create", "new.db", "--kind", "both"), "care"),
        (("backup", "backup", "--store", "none.db"), "there is no store none.db"),
        (("restore", "clinic.db", "new.db"), "is not a backup"),
        (("restore", "backup"), "say where the store shall be, or --verify"),
        (("erase", "--store", "clinic.db"), "name the patient and the --reason"),
        (("erase", "p9", "--store", "clinic.db", "--reason", "patient asked"), "no such patient"),
        (("anchor", "clinic.db", "--key", "clinic.db"), "signing key"),
        (("verify", "postgresql://sij:secret@nowhere/clinic"), "add ?files=/folder"),
        (("migrate", "clinic.txt"), "is not a SIJoint store"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_sentence(store, tmp_path, arguments, sentence, monkeypatch, capsys):
    (tmp_path / "clinic.txt").write_text("a text", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sij", *arguments])
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test's own process keeps its handlers
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert sentence in said
    assert said.count("\n") == 1
    assert "secret" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == before
