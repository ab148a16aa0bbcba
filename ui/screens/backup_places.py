"""The places of the backups in a row of small cards: whether each is there, how much room it has, what it got last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from backups.concerns import TargetState
from backups.targets import DRIVE, MAIN, SHARE
from crm_desktop.words import _, ngettext
from ui import backup_words as words
from ui import theme
from ui.widgets.labels import IconLabel, Label, Tag
from ui.widgets.panels import Card

_MOST = 4
ICONS = {DRIVE: "storage", SHARE: "desktop"}


def place_icon(kind: str) -> str:
    """The picture of a kind of place."""
    return ICONS.get(kind, "hard_drive")


class PlacesStrip(QWidget):
    """The first few places; the set-up shows all."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 4)
        self._row.setSpacing(12)
        self.cards: list[QWidget] = []

    def show_places(self, places: Sequence[TargetState], copies: Mapping[str, dt.datetime]) -> None:
        """Show them as they are now."""
        while (item := self._row.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.cards = [_card(place, copies.get(place.target.id)) for place in places[:_MOST]]
        for card in self.cards:
            self._row.addWidget(card, 1)
        if len(places) > _MOST:
            count = len(places) - _MOST
            self._row.addWidget(Label(ngettext("and {count} more", "and {count} more", count).format(count=count), "faint"))
        for _empty in range(max(0, 3 - len(self.cards))):  # one card alone does not spread over the page
            self._row.addStretch(1)


def _card(place: TargetState, copied: dt.datetime | None) -> QWidget:
    card = Card(margin=12)
    row = QHBoxLayout()
    row.setSpacing(theme.size("gap"))
    row.addWidget(IconLabel(place_icon(place.target.kind), "accent", 22))
    text = QVBoxLayout()
    text.setSpacing(1)
    name = Label(place.target.name, "strong")
    name.setToolTip(str(place.folder or place.target.path))
    first = QHBoxLayout()
    first.setSpacing(theme.size("gap"))
    first.addWidget(name)
    first.addStretch(1)
    first.addWidget(state_tag(place))
    text.addLayout(first)
    text.addWidget(Label(details(place, copied), "small"))
    row.addLayout(text, 1)
    card.body.addLayout(row)
    return card


def state_tag(place: TargetState) -> Tag:
    """Whether a place can be used now."""
    if not place.target.active:
        return Tag(_("off"), "grey")
    if place.folder is None:
        return Tag(_("not connected"), "amber")
    return Tag(_("ready"), "green")


def details(place: TargetState, copied: dt.datetime | None) -> str:
    """What it got last, and the room it has."""
    last = place.last_good.made_at if place.last_good else copied
    parts = []
    if last is not None:
        parts.append(_("last {when}").format(when=words.moment(last)))
    elif place.target.id == MAIN:
        parts.append(_("no backup yet"))
    else:
        parts.append(_("no copy yet"))
    if place.room is not None:
        parts.append(_("{size} free").format(size=words.space(place.room.free)))
    return " · ".join(parts)
