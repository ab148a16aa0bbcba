"""Sentences above a record that stay until they are answered: text kept over a crash, a change by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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

    def drop(self, banner: Banner) -> None:
        """Take a sentence away that has no answer any more."""
        holder = banner.parentWidget()
        if holder is not None:
            holder.hide()
            holder.deleteLater()

    def offer_kept(self, kept: Kept, take: Callable[[], object], drop: Callable[[], object]) -> None:
        """Offer to go on with text that was kept."""
        text = _("There is text from {time} that was not saved.").format(time=f"{kept.at.astimezone():%Y-%m-%d %H:%M}")
        self.ask(text, "amber", (_("Take it up"), take), (_("Throw away"), drop))

    def changed_elsewhere(self, who: str, take_over: Callable[[], object], show: Callable[[], object]) -> None:
        """Say that somebody else saved this record meanwhile; take_over brings it into what is typed here."""
        text = _("{who} has just changed this record. What you typed is still here; saving brings both together.")
        text = text.format(who=who or _("Someone else"))
        if self._elsewhere is not None:
            self._elsewhere.say(text, "accent")
            return
        take, look = partial(self._answer, take_over), partial(self._answer, show)
        self._elsewhere = self.ask(text, "accent", (_("Take over"), take), (_("Show"), look), (_("OK"), self._forget))

    def gone(self, close: Callable[[], object]) -> None:
        """Say that the record was deleted while it was shown."""
        self.ask(_("This record was deleted in the meantime. It can be brought back from the recycle bin."), "red", (_("Close"), close))

    def settled(self) -> None:
        """Both sides are together: nothing more is to be said of it."""
        if self._elsewhere is not None:
            self.drop(self._elsewhere)
            self._elsewhere = None

    def _answer(self, do: Callable[[], object]) -> None:
        self._elsewhere = None
        do()

    def _forget(self) -> None:
        self._elsewhere = None
