"""What records are called that filters name by their ids; asked for off the GUI thread when it is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal

from crm_desktop.application import Application
from crm_desktop.services.views import names_of
from ui.tasks import Tasks


class Names(QObject):
    """The names known to one list."""

    learned = Signal()

    def __init__(self, app: Application, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._app, self._tasks = app, tasks
        self._known: dict[tuple[str, int], str] = {}
        self._asked: set[tuple[str, int]] = set()

    def of(self, type_key: str, id_: int) -> str:
        """What a record is called; its number until that is known."""
        known = self._known.get((type_key, id_))
        if known is None and (type_key, id_) not in self._asked:
            self._asked.add((type_key, id_))
            self._tasks.run(partial(names_of, self._app, type_key, [id_]), partial(self._learn, type_key), owner=self)
        return known or f"#{id_}"

    def _learn(self, type_key: str, names: Mapping[int, str]) -> None:
        self._known |= {(type_key, id_): name for id_, name in names.items()}
        self.learned.emit()
