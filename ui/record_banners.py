"""Sentences above a record that stay until they are answered: text kept over a crash, a change by somebody else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from crm_desktop.services.kept_drafts import Kept
from crm_desktop.words import _
from ui import theme
from ui.widgets.panels import Banner

Answer = tuple[str, Callable[[], object]]


class RecordBanners(QWidget):
    """The place for them; it takes no room while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._elsewhere: Banner | None = None

    def put(self, widget: QWidget) -> None:
        """Show a widget here."""
        self._column.addWidget(widget)

    def ask(self, text: str, tone: str, *answers: Answer) -> Banner:
        """Show a sentence with its answers; each makes it go."""
        banner = Banner(text, tone)

        def answer(do: Callable[[], object]) -> None:
            banner.hide()
            holder.hide()
            holder.deleteLater()
            do()

        row = banner.layout()
        for words, do in answers:
            button = QPushButton(words)
            button.clicked.connect(lambda _on=False, do=do: answer(do))
            if row is not None:
                row.addWidget(button)
        holder = QWidget()
        frame = QVBoxLayout(holder)
        frame.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), 0)
        frame.addWidget(banner)
        self.put(holder)
        return banner

    def offer_kept(self, kept: Kept, take: Callable[[], object], drop: Callable[[], object]) -> None:
        """Offer to go on with text that was kept."""
        text = _("There is text from {time} that was not saved.").format(time=f"{kept.at.astimezone():%Y-%m-%d %H:%M}")
        self.ask(text, "amber", (_("Take it up"), take), (_("Throw away"), drop))

    def changed_elsewhere(self, who: str) -> None:
        """Say that somebody else saved this record meanwhile."""
        text = _("{who} has just changed this record. What you typed is still here; saving brings both together.")
        if self._elsewhere is None:
            self._elsewhere = self.ask(text.format(who=who or _("Someone else")), "accent", (_("OK"), self._forget))

    def gone(self, close: Callable[[], object]) -> None:
        """Say that the record was deleted while it was shown."""
        self.ask(_("This record was deleted in the meantime. It can be brought back from the recycle bin."), "red", (_("Close"), close))

    def _forget(self) -> None:
        self._elsewhere = None
