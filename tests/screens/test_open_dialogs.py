"""The watch over dialogs that a test leaves open: it closes them, and says which."""

from __future__ import annotations

import pytest
from open_dialogs import no_dialog_left_open
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox


def test_a_question_nobody_answers_is_closed_and_named(qapp: QApplication) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "Question", "Save the changes?", QMessageBox.StandardButton.Save)
    with pytest.raises(AssertionError, match="Save the changes"), no_dialog_left_open(0.2):
        box.exec()


def test_a_dialog_that_is_answered_in_time_is_let_be(qapp: QApplication) -> None:
    dialog = QDialog()
    QTimer.singleShot(100, dialog.accept)
    with no_dialog_left_open(5):
        assert dialog.exec() == QDialog.DialogCode.Accepted
