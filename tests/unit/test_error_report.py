"""A report tells where the program failed, and nothing of the company."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

from crm_desktop.error_report import write_report
from crm_desktop.logging_setup import LOG_NAME, Logging

SECRETS = ("广州华远机械", "Bluemark Services", "13822106688", "zhou@example.com", "4086930")


def test_a_report_holds_places_and_versions_but_no_business_data(tmp_path: Path) -> None:
    logs = Logging(tmp_path / "logs")
    error = failing()
    logging.getLogger("crm_desktop.test").info(
        "42 rows in 3.1 s; customer “Bluemark Services”, 13822106688, zhou@example.com"
    )
    logging.getLogger("crm_desktop.test").warning("not saved", exc_info=error)
    logs.close()
    assert "Bluemark" in (tmp_path / "logs" / LOG_NAME).read_text(encoding="utf-8"), (
        "the test logged nothing to take out"
    )
    path = tmp_path / "report.zip"
    write_report(path, error, tmp_path / "logs")
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    whole = "\n".join(texts.values())
    assert [s for s in SECRETS if s in whole] == []
    assert "test_error_report.py" in texts["error.txt"]
    assert "builtins.ValueError" in texts["error.txt"]
    assert "KeyError" in texts["error.txt"], "the error behind the error is told too"
    assert '"Python"' in texts["versions.json"]
    assert "42 rows in 3.1 s" in texts[LOG_NAME]
    assert str(tmp_path.parent) not in texts[LOG_NAME], "folders may carry a person's name"


def test_a_folder_that_cannot_be_written_leaves_the_program_running(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    logs = Logging(tmp_path / "logs")
    assert logs.folder is None
    logs.close()


def failing() -> Exception:
    try:
        try:
            {}["广州华远机械"]
        except KeyError as error:
            raise ValueError("Bluemark Services owes 4086930") from error
    except ValueError as error:
        return error
    raise AssertionError
