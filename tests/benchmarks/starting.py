"""Programs that `bench_start` runs apart: ours and a plain one, each up to a painted list of customers.

    python starting.py ours|plain|bare DATA

It prints the milliseconds since its process began and the megabytes it then holds.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def _tell() -> None:
    import psutil

    me = psutil.Process()
    print((time.time() - me.create_time()) * 1000, me.memory_info().rss / 2**20, flush=True)
    os._exit(0)


def ours(data: Path) -> None:
    """The program itself as `crm_desktop.cli.care.window` starts it, with the list of customers opened at once."""
    gc.disable()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QTableView

    from ui.app import Program
    from ui.list_model import RecordListModel

    qt = QApplication([])
    program = Program(qt, data, "zh_CN")
    program.start()
    program.window.open_list("customers")  # type: ignore[union-attr]

    def painted() -> bool:
        views = program.window.findChildren(QTableView)  # type: ignore[union-attr]
        return any(isinstance(v.model(), RecordListModel) and v.model().rowCount() and v.isVisible() for v in views)

    def look() -> None:
        if painted():
            program.window.grab()  # type: ignore[union-attr]
            _tell()
        QTimer.singleShot(2, look)

    look()
    qt.exec()


def plain(data: Path) -> None:
    """A window with a table view over a hundred rows that SQLAlchemy fetched."""
    from PySide6.QtGui import QStandardItem, QStandardItemModel
    from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
    from sqlalchemy import create_engine, select

    from db.models import customers, office, products, sales, system

    assert office and products and sales and system
    qt = QApplication([])
    window, view = QMainWindow(), QTableView()
    engine = create_engine(f"sqlite:///{data / 'crm.db'}")
    table = customers.Customer.__table__
    with engine.connect() as connection:
        rows = connection.execute(select(table).order_by(table.c.updated_at.desc(), table.c.id.desc()).limit(100)).all()
    model = QStandardItemModel()
    for row in rows:
        model.appendRow([QStandardItem(str(value)) for value in row[:12]])
    view.setModel(model)
    window.setCentralWidget(view)
    window.resize(1440, 900)
    window.show()
    qt.processEvents()
    window.grab()
    _tell()


def bare(_data: Path) -> None:
    """An empty window."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    qt = QApplication([])
    window = QMainWindow()
    window.show()
    qt.processEvents()
    window.grab()
    _tell()


if __name__ == "__main__":
    {"ours": ours, "plain": plain, "bare": bare}[sys.argv[1]](Path(sys.argv[2]))
