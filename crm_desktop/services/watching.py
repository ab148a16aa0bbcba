"""Several programs on one server: hearing what others change, seeing who has the same record open, and getting over a server that
goes away for a while.

One thread listens (db/notify.py). What it hears it tells to `app.changes`, like a change made here, but marked as made elsewhere. A
storm of commits is told at most twice a second, each type once; an import of any size is one commit and so one message.

When the server goes away the thread notices it by its own line, or is told by whoever failed (`doubt`); it lets everybody who waits go at
once, and tries again by itself: soon at first, then every half minute, each program at another moment. Once the server is back everything
may have changed, and is told so.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Told
from crm_desktop.services.access import asking
from crm_desktop.services.settings_store import settings_of
from crm_desktop.services.views import names_of
from db import schema
from db.engine import hang_up, is_sqlite
from db.errors import DatabaseFault
from db.notify import MANY, Listener, Notice, Place

log = logging.getLogger(__name__)

_GATHER = 0.03  # seconds: one act may be several commits
_APART = 0.5  # seconds between two tellings of a storm
_BEAT = 10.0  # seconds after which a silent server is asked whether it is there
_DELAYS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before the first, second … attempt to come back
_SHAPE_ACCESS = frozenset({"users", "departments", "teams", "positions"})


@dataclass(frozen=True)
class Link:
    """How things stand with the server. tries_in: seconds until the next attempt to come back; replacing: who is bringing a backup of
    the whole office back at this moment."""

    up: bool
    tries_in: float = 0.0
    newer: bool = False
    replacing: str = ""


@dataclass
class _Heard:
    """What was heard and not told yet: ids by type and person, None for many; places whose company changed; who replaces everything,
    "" where somebody has done so."""

    changed: dict[tuple[str, int], set[int] | None] = field(default_factory=dict)
    places: bool = False
    schema: str = ""
    replacing: str | None = None

    def add(self, notice: Notice) -> None:
        self.replacing = self.replacing if notice.replacing is None else notice.replacing
        self.schema = notice.schema or self.schema
        self.places |= notice.opened is not None
        for key, ids in notice.changed.items():
            known = self.changed.setdefault((key, notice.who), set())
            if known is not None:
                known |= ids
                if not ids or len(known) > MANY:
                    self.changed[key, notice.who] = None


class Watch:
    """Listens for one open program until it is closed. `state` is called on its thread when the link changes, `company` when somebody
    else opens or closes a record that is open here."""

    def __init__(
        self, app: Application, state: Callable[[Link], object] = lambda _link: None, company: Callable[[], object] = lambda: None
    ) -> None:
        self.app, self._state, self._company = app, state, company
        self.link = Link(up=True)
        self.listening = threading.Event()
        """Set while it hears what others do."""
        self._ending, self._woken = False, threading.Event()
        self._doubted = False
        self._listener: Listener | None = None
        self._lock = threading.Lock()
        self._wanted: dict[Place, int] = {}  # how many forms show it
        self._held: set[Place] = set()
        self._others: dict[Place, tuple[str, ...]] = {}
        self._names: dict[int, str] = {}
        self._last_told = 0.0
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
        self._thread.start()

    @property
    def away(self) -> bool:
        """Whether the server is known not to answer."""
        return not self.link.up

    def doubt(self) -> None:
        """Somebody got no answer, or wants to know now: look whether the server is there."""
        self._doubted = True
        self._wake()

    def open(self, place: Place) -> None:
        """Tell others that a record is shown here."""
        with self._lock:
            self._wanted[place] = self._wanted.get(place, 0) + 1
        self._wake()

    def shut(self, place: Place) -> None:
        """Tell others that it is not shown here any more."""
        with self._lock:
            count = self._wanted.pop(place, 1) - 1
            if count > 0:
                self._wanted[place] = count
        self._wake()

    def others(self, place: Place) -> tuple[str, ...]:
        """The names of those who have the record open in other programs, as far as they are known."""
        return self._others.get(place, ())

    def close(self, *, wait: bool = True) -> None:
        """Stop listening. wait: until the thread has ended."""
        self._ending = True
        self._wake()
        if wait and threading.current_thread() is not self._thread:
            self._thread.join(15)

    def _wake(self) -> None:
        self._woken.set()
        listener = self._listener
        if listener is not None:
            listener.wake()

    # The thread

    def _run(self) -> None:
        tries, was_here = 0, False
        while not self._ending:
            try:
                self._listener = Listener(self.app.engine, self.app.uid, self.app.actor.user_id)
                self._came_back(again=was_here)
                tries, was_here = 0, True
                self._listen(self._listener)
            except DatabaseFault as error:
                if not self._ending:
                    self._went_away(error, _DELAYS[min(tries, len(_DELAYS) - 1)])
                    tries += 1
            except Exception:
                log.exception("The watch over the server failed")
                tries += 1
                self._pause(_DELAYS[min(tries, len(_DELAYS) - 1)])
            finally:
                self._hang_up()

    def _hang_up(self) -> None:
        listener, self._listener = self._listener, None
        self.listening.clear()
        self._held.clear()
        if listener is not None:
            listener.close()

    def _went_away(self, error: DatabaseFault, delay: float) -> None:
        log.warning("The server does not answer: %s", type(error).__name__)
        self._hang_up()
        hang_up(self.app.engine)
        self._doubted = False
        if delay:  # the first attempt follows at once: a server that was only restarted is back before anybody needs to know
            delay *= random.uniform(0.8, 1.2)
            self._say(Link(up=False, tries_in=delay))
        self._pause(delay)

    def _pause(self, delay: float) -> None:
        end = time.monotonic() + delay
        while not self._ending and not self._doubted and (left := end - time.monotonic()) > 0:
            self._woken.wait(left)
            self._woken.clear()
        self._doubted = False

    def _came_back(self, *, again: bool) -> None:
        self._look_at_version()
        was = self.link
        self._say(Link(up=True, newer=bool(self.app.outdated)))
        self.listening.set()
        if again or not was.up:
            log.info("The server is back")
            self._everything_may_have_changed()

    def _say(self, link: Link) -> None:
        if link != self.link:
            self.link = link
            self._state(link)

    def _listen(self, listener: Listener) -> None:
        last_beat = time.monotonic()
        while not self._ending:
            heard = _Heard()
            for notice in listener.wait(_BEAT - (time.monotonic() - last_beat)):
                heard.add(notice)
            if heard.changed:
                self._gather(listener, heard)
            self._show_places(listener, heard)
            if self._doubted or time.monotonic() - last_beat >= _BEAT:
                self._doubted = False
                listener.beat()
                heard.places |= bool(self._wanted)  # one whose program died said no farewell
                last_beat = time.monotonic()
            if heard.replacing is not None:
                self._stand_still(heard.replacing)
            if heard.schema:
                self._look_at_version()
                self._say(Link(up=True, newer=bool(self.app.outdated)))
            self._tell(heard)
            if heard.places:
                self._ask_who(listener)

    def _stand_still(self, who: str) -> None:
        """Somebody brings a backup of the whole office back, or has done so: then everything may be another."""
        self._say(replace(self.link, replacing=who))
        if not who:
            self._everything_may_have_changed()

    def _everything_may_have_changed(self) -> None:
        for key in tuple(self.app.types):
            self.app.changes.tell(Change(key, elsewhere=True))

    def _gather(self, listener: Listener, heard: _Heard) -> None:
        """Wait a moment for more of the same: a little for the first, longer while there is a storm."""
        end = max(time.monotonic() + _GATHER, self._last_told + _APART)
        while not self._ending and (left := end - time.monotonic()) > 0:
            for notice in listener.wait(left):
                heard.add(notice)
        self._last_told = time.monotonic()

    def _tell(self, heard: _Heard) -> None:
        keys = {key for key, _who in heard.changed}
        if keys & _SHAPE_ACCESS:
            self._names.clear()
            with suppress(Told), asking(self.app):  # asking reads the rights again
                pass
        self._learn(who for _key, who in heard.changed)
        for (key, who), ids in heard.changed.items():
            self.app.changes.tell(Change(key, frozenset(ids or ()), self._names.get(who, ""), elsewhere=True))

    def _learn(self, people: Iterable[int]) -> None:
        unknown = sorted({p for p in people if p and p not in self._names})
        if unknown and "users" in self.app.types:
            with suppress(Told):  # who may not see people hears that it was somebody
                self._names |= dict.fromkeys(unknown, "") | names_of(self.app, "users", unknown)

    def _show_places(self, listener: Listener, heard: _Heard) -> None:
        with self._lock:
            wanted = set(self._wanted)
        for place in wanted - self._held:
            listener.open(place)
            self._held.add(place)
            heard.places = True
        for place in self._held - wanted:
            listener.shut(place)
            self._held.discard(place)

    def _ask_who(self, listener: Listener) -> None:
        found = listener.who_else(sorted(self._held))
        self._learn(who for people in found.values() for who in people)
        others = {place: tuple(n for p in people if (n := self._names.get(p, ""))) for place, people in found.items()}
        if others != self._others:
            self._others = others
            self._company()

    def _look_at_version(self) -> None:
        """Stop writing into a database that a newer program has taken over."""
        version = schema.version(self.app.engine) or ""
        self.app.outdated = version if version > schema.head() else ""


def installer_place(app: Application) -> str:
    """Where this office keeps the program's installer, as an administrator has set it; "" where nobody has."""
    return str(settings_of(app).get(s.INSTALLER_PLACE))


def watch(
    app: Application, state: Callable[[Link], object] = lambda _link: None, company: Callable[[], object] = lambda: None
) -> Watch | None:
    """Begin to watch what other programs do; None where the database is a file of this PC. `app.close` ends it."""
    if is_sqlite(app.engine):
        return None
    made = Watch(app, state, company)
    app.watch = made
    return made
