"""Every setting of the program, declared once: type, default, label, help, whose it is, where it is shown.

Code reads a setting through its declaration (`settings.get(THEME)`), never by a string, so the type checker knows what
comes back and the settings screen, the commands and the manual can all be drawn from this one file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar, cast

from crm_desktop.held_files import read_patiently, remove_patiently, replace_patiently
from crm_desktop.words import system_language

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Scope(Enum):
    """Whose a setting is."""

    PC = "pc"  # this PC: kept in a file beside the data
    PERSON = "person"  # the person, on every PC
    COMPANY = "company"  # everybody


@dataclass(frozen=True, eq=False)
class Setting(Generic[T]):
    """One setting. Label, help and the words of choices are English and are translated where they are shown."""

    name: str
    default: T
    label: str = ""  # empty: the program keeps it by itself and the settings screen does not show it
    help: str = ""
    scope: Scope = Scope.PERSON
    section: str = ""
    choices: Mapping[Any, str] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    multiline: bool = False
    image: bool = False  # the value is the content of a picture, as base64 text
    restart: bool = False  # takes effect at the next start

    def of(self, part: str) -> Setting[T]:
        """The same setting for one thing of many, such as the columns of one list."""
        return replace(self, name=f"{self.name}.{part}")

    def accepts(self, value: object) -> bool:
        """Whether a stored or typed value fits; one that does not is not used."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            fits = isinstance(self.default, bool) and isinstance(value, bool)
        else:
            fits = isinstance(value, type(self.default))
        if fits and self.choices:
            return value in self.choices
        if fits and isinstance(value, int):
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return fits


LANGUAGE = Setting(
    "language", "", "Language", "The language of the program.", Scope.PC, "Look",
    {"": "As the system", "zh_CN": "简体中文", "en": "English"}, restart=True,
)  # fmt: skip
THEME = Setting(
    "theme", "system", "Theme", "", Scope.PC, "Look", {"system": "As the system", "light": "Light", "dark": "Dark"}
)
FONT_SIZE = Setting(
    "font_size", 100, "Text size", "Makes all text and rows larger or smaller.", Scope.PC, "Look",
    {90: "Small", 100: "Normal", 115: "Large", 130: "Very large", 150: "Largest"},
)  # fmt: skip

PAGE_SIZE = Setting(
    "page_size", 100, "Rows fetched at once",
    "How many rows a list fetches at a time. More makes scrolling smoother on a quick network.",
    section="Lists", low=50, high=1000,
)  # fmt: skip
CONFIRM_DELETE = Setting(
    "confirm_delete", True, "Ask before deleting",
    "Deleted records can be brought back from the recycle bin either way.", section="Lists",
)  # fmt: skip
REOPEN_TABS = Setting("reopen_tabs", True, "Open the same tabs at the next start", section="Window")

COMPANY_NAME = Setting(
    "company_name", "", "Company name", "Printed at the head of every document.", Scope.COMPANY, "Company"
)
COMPANY_SHORT_NAME = Setting(
    "company_short_name", "", "Short name", "Shown at the top of the window.", Scope.COMPANY, "Company"
)
COMPANY_ADDRESS = Setting("company_address", "", "Address", scope=Scope.COMPANY, section="Company", multiline=True)
COMPANY_PHONE = Setting("company_phone", "", "Phone", scope=Scope.COMPANY, section="Company")
COMPANY_TAX_NUMBER = Setting(
    "company_tax_number", "", "Tax number", "The unified social credit code, 18 characters.", Scope.COMPANY, "Company"
)
COMPANY_BANK = Setting("company_bank", "", "Bank", scope=Scope.COMPANY, section="Company")
COMPANY_ACCOUNT = Setting("company_account", "", "Bank account", scope=Scope.COMPANY, section="Company")
COMPANY_LOGO = Setting(
    "company_logo", "", "Logo", "A PNG or JPEG picture, printed beside the company name.", Scope.COMPANY, "Company",
    image=True,
)  # fmt: skip

COMPANY_SEAL = Setting(
    "company_seal", "", "Seal", "A PNG picture on a transparent ground; print templates with a seal print it over everything else.",
    Scope.COMPANY, "Company", image=True,
)  # fmt: skip

BACKUP_FOLDER = Setting(
    "backup_folder", "", "Folder", "Where backups go; empty: beside the data. A folder on another disk survives this one.",
    Scope.PC, "Backups",
)  # fmt: skip
BACKUP_DAILY = Setting(
    "backup_daily", True, "Back up every day", "Made up for, once, when the PC was off at that time.", Scope.PC, "Backups"
)
BACKUP_TIMES = Setting(
    "backup_times", "12:30", "Times of the daily backup", "One or several, such as 12:30 18:00.", Scope.PC, "Backups"
)
BACKUP_HOURS = Setting(
    "backup_hours", 0, "Also every so many hours", "0: not at all.", Scope.PC, "Backups", low=0, high=24
)
BACKUP_AT_END = Setting("backup_at_end", False, "Back up when the program ends", "", Scope.PC, "Backups")
BACKUP_BEFORE_IMPORT = Setting(
    "backup_before_import", True, "Back up before an import", "Not again within the hour.", Scope.PC, "Backups"
)
BACKUP_BEFORE_DELETE = Setting(
    "backup_before_delete", True, "Back up before many records are deleted", "Not again within the hour.",
    Scope.PC, "Backups",
)  # fmt: skip
BACKUP_DRILL = Setting(
    "backup_drill", True, "Try old backups again every month",
    "Disks forget: some of the old ones are restored for trial, those first whose last trial is longest ago.",
    Scope.PC, "Backups",
)  # fmt: skip
BACKUP_ENCRYPT = Setting(
    "backup_encrypt", False, "Encrypt backups", "With the passphrase that this PC keeps in its credential store.",
    Scope.PC, "Backups",
)  # fmt: skip
BACKUP_WARN_DAYS = Setting(
    "backup_warn_days", 3, "Warn when the last good backup is older than so many days", "",
    Scope.PC, "Backups", low=1, high=90,
)  # fmt: skip
BACKUP_LEAST_FREE = Setting(
    "backup_least_free", 1000, "Megabytes that stay free", "Old backups go earlier where the disk has less.",
    Scope.PC, "Backups", low=0, high=10_000_000,
)  # fmt: skip
BACKUP_LAST = Setting(
    "backup_last", 7, "Keep the last", "The last good backup and those marked to be kept are never deleted.",
    Scope.PC, "Backups", low=1, high=1000,
)  # fmt: skip
BACKUP_DAYS = Setting("backup_days", 30, "Keep one a day for so many days", "", Scope.PC, "Backups", low=0, high=1000)
BACKUP_WEEKS = Setting(
    "backup_weeks", 12, "Keep one a week for so many weeks", "", Scope.PC, "Backups", low=0, high=1000
)
BACKUP_MONTHS = Setting(
    "backup_months", 24, "Keep one a month for so many months", "", Scope.PC, "Backups", low=0, high=1000
)

LOG_MONTHS = Setting(
    "log_months", 0, "Keep the log for so many months",
    "0: for ever. Older entries go into files; what was deleted or changed before then can no longer be brought back.",
    Scope.COMPANY, "Log", low=0, high=600,
)  # fmt: skip
LOG_FOLDER = Setting(
    "log_folder", "", "Folder of archived log files", "Empty: beside the data.", Scope.PC, "Log"
)

_STOPS = {"off": "Not looked at", "warn": "Ask", "approve": "Only with permission", "forbid": "Forbid"}
CREDIT_RULE = Setting(
    "credit_rule", "warn", "Orders beyond the credit limit", "What happens when an order is confirmed that takes the customer over it.",
    Scope.COMPANY, "Sales", _STOPS,
)  # fmt: skip
OVERDUE_RULE = Setting(
    "overdue_rule", "warn", "Orders of customers with overdue money", "", Scope.COMPANY, "Sales", _STOPS
)
OVERDUE_GRACE = Setting(
    "overdue_grace", 7, "Days after which overdue counts", "For orders; reminders begin as set below.",
    Scope.COMPANY, "Sales", low=0, high=365,
)  # fmt: skip
REMIND_BEFORE = Setting(
    "remind_before", 7, "Show receivables so many days before they are due", "On the Today page.",
    Scope.COMPANY, "Sales", low=0, high=90,
)  # fmt: skip
DUNNING_FIRST = Setting(
    "dunning_first", 3, "First reminder, days overdue", "The Today page says which reminder is due. 0: there is no such reminder.",
    Scope.COMPANY, "Sales", low=0, high=365,
)  # fmt: skip
DUNNING_SECOND = Setting("dunning_second", 14, "Second reminder, days overdue", "", Scope.COMPANY, "Sales", low=0, high=365)
DUNNING_THIRD = Setting("dunning_third", 30, "Third reminder, days overdue", "", Scope.COMPANY, "Sales", low=0, high=365)
DUNNING = (DUNNING_FIRST, DUNNING_SECOND, DUNNING_THIRD)
QUOTE_NEEDS_COST = Setting(
    "quote_needs_cost", False, "No quote without costs", "A quote can be marked as sent when the cost of every line is known.",
    Scope.COMPANY, "Sales",
)  # fmt: skip

DISCOUNT_RULE = Setting(
    "discount_rule", "approve", "Discounts beyond the limit of the person's positions",
    "What happens when a quote is sent or an order confirmed that is further below the price lists.",
    Scope.COMPANY, "Sales", _STOPS,
)  # fmt: skip
FLOOR_RULE = Setting(
    "floor_rule", "warn", "Prices below the floor price", "What happens when a quote is sent or an order confirmed with one.",
    Scope.COMPANY, "Sales", _STOPS,
)  # fmt: skip

PASSWORD_LENGTH = Setting(
    "password_length", 8, "Characters of a password at least", "Long passwords are better than odd ones; none has to be renewed.",
    Scope.COMPANY, "Sign-in", low=8, high=64,
)  # fmt: skip
SIGN_IN_ATTEMPTS = Setting(
    "sign_in_attempts", 5, "Failed attempts until sign-in is locked", "For 15 minutes, or until an administrator unlocks it.",
    Scope.COMPANY, "Sign-in", low=3, high=100,
)  # fmt: skip
IDLE_MINUTES = Setting(
    "idle_minutes", 15, "Lock the window after so many minutes without work", "0: never. What was typed is kept.",
    Scope.COMPANY, "Sign-in", low=0, high=480,
)  # fmt: skip
OWN_IDLE_MINUTES = Setting(
    "own_idle_minutes", 0, "Lock my window after so many minutes", "0: as the company says; only a shorter time counts.",
    Scope.PERSON, "Sign-in", low=0, high=480,
)  # fmt: skip
SIGN_IN_NAMES = Setting(
    "sign_in_names", True, "Offer the names of the people on the sign-in page", "", Scope.COMPANY, "Sign-in"
)
SIGN_IN_SYSTEM = Setting(
    "sign_in_system", False, "People may sign in with their Windows account",
    "Only where the data lie on this PC. Each person chooses it for the account in use.", Scope.COMPANY, "Sign-in",
)  # fmt: skip
INSTALLER_PLACE = Setting(
    "installer_place", "", "Where the program's installer lies",
    "A folder or an address that every PC of the office reaches. Told to those whose program is too old for the database.",
    Scope.COMPANY, "Company",
)  # fmt: skip
UPDATE_OFFER: Setting[dict[str, Any]] = Setting("update_offer", {}, scope=Scope.COMPANY)  # see crm_desktop/services/updates.py
LAST_VERSION = Setting("last_version", "", scope=Scope.PC)  # which version of the program ran here last
LAST_SIGN_IN = Setting("last_sign_in", "", scope=Scope.PC)

BACKUP_TARGETS: Setting[list[Any]] = Setting("backup_targets", [], scope=Scope.PC)
IMPORT_FOLDERS: Setting[list[Any]] = Setting("import_folders", [], scope=Scope.PC)  # see exchange/watched_settings.py
LAN: Setting[dict[str, Any]] = Setting("lan", {}, scope=Scope.PC)  # see crm_desktop/lan/connection.py
BACKUP_STATION = Setting("backup_station", "", scope=Scope.COMPANY)

OPEN_TABS: Setting[list[Any]] = Setting("open_tabs", [])
CURRENT_TAB = Setting("current_tab", 0)
WINDOW_GEOMETRY = Setting("window_geometry", "", scope=Scope.PC)
FIRST_STEPS_HIDDEN = Setting("first_steps_hidden", False)
SAMPLE_COMPANY = Setting("sample_company", False, scope=Scope.COMPANY)
NAVIGATION_NARROW = Setting("navigation_narrow", False, scope=Scope.PC)
RECENT_RECORDS: Setting[list[Any]] = Setting("recent_records", [])
LIST_LAYOUT: Setting[dict[str, Any]] = Setting("list_layout", {})
FORM_LAYOUT: Setting[dict[str, Any]] = Setting("form_layout", {})
PRINT_CHOICES: Setting[dict[str, Any]] = Setting("print_choices", {}, scope=Scope.PC)
"""What was chosen last at this PC: by template its printer and tray, by printer and paper how far the print is moved."""

DECLARED: tuple[Setting[Any], ...] = (
    LANGUAGE, THEME, FONT_SIZE, REOPEN_TABS, PAGE_SIZE, CONFIRM_DELETE,
    COMPANY_NAME, COMPANY_SHORT_NAME, COMPANY_ADDRESS, COMPANY_PHONE, COMPANY_TAX_NUMBER, COMPANY_BANK, COMPANY_ACCOUNT,
    COMPANY_LOGO, COMPANY_SEAL, INSTALLER_PLACE, UPDATE_OFFER, LAST_VERSION, BACKUP_FOLDER, BACKUP_DAILY, BACKUP_TIMES, BACKUP_HOURS,
    BACKUP_AT_END,
    BACKUP_BEFORE_IMPORT, BACKUP_BEFORE_DELETE, BACKUP_ENCRYPT, BACKUP_LAST, BACKUP_DAYS, BACKUP_WEEKS, BACKUP_MONTHS,
    BACKUP_LEAST_FREE,
    PASSWORD_LENGTH, SIGN_IN_ATTEMPTS, IDLE_MINUTES, OWN_IDLE_MINUTES, SIGN_IN_NAMES, SIGN_IN_SYSTEM, LAST_SIGN_IN,
    CREDIT_RULE, OVERDUE_RULE, OVERDUE_GRACE, REMIND_BEFORE, *DUNNING, QUOTE_NEEDS_COST, DISCOUNT_RULE, FLOOR_RULE,
    LOG_MONTHS, LOG_FOLDER, BACKUP_WARN_DAYS, BACKUP_DRILL, BACKUP_TARGETS, BACKUP_STATION, IMPORT_FOLDERS, LAN,
    OPEN_TABS, CURRENT_TAB, WINDOW_GEOMETRY, FIRST_STEPS_HIDDEN, SAMPLE_COMPANY, NAVIGATION_NARROW, RECENT_RECORDS, LIST_LAYOUT,
    FORM_LAYOUT, PRINT_CHOICES,
)  # fmt: skip

SECTION_ORDER = ("Company", "Look", "Window", "Lists", "Sales", "Sign-in", "Backups", "Log")


def shown(declared: Iterable[Setting[Any]] = DECLARED) -> dict[str, list[Setting[Any]]]:
    """The settings a person can change, by section in the order they are shown."""
    sections: dict[str, list[Setting[Any]]] = {name: [] for name in SECTION_ORDER}
    for setting in declared:
        if setting.label:
            sections.setdefault(setting.section, []).append(setting)
    return {name: settings for name, settings in sections.items() if settings}


class Storage(Protocol):
    """A place that keeps the values of one scope as plain JSON values."""

    def load(self) -> Mapping[str, Any]:
        """Everything kept there."""

    def store(self, values: Mapping[str, Any]) -> None:
        """Keep these; a value of None forgets the name. Other names stay as they are."""


class MemoryStorage:
    """Values that live as long as the program: before a database is open, and for parts not signed in."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = dict(values or {})

    def load(self) -> Mapping[str, Any]:
        return dict(self._values)

    def store(self, values: Mapping[str, Any]) -> None:
        self._values = {k: v for k, v in (self._values | dict(values)).items() if v is not None}


class FileStorage:
    """Values in one JSON file, for the settings of this PC. A file that cannot be read counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, Any]:
        try:
            return self._read()
        except OSError as error:
            _log.warning("Settings of this PC cannot be read: %s", type(error).__name__)
            return {}

    def _read(self) -> Mapping[str, Any]:
        try:
            values = json.loads(read_patiently(self._path).decode("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            _log.warning("Settings of this PC are damaged: %s", type(error).__name__)
            return {}
        return cast("Mapping[str, Any]", values) if isinstance(values, dict) else {}

    def store(self, values: Mapping[str, Any]) -> None:
        # What is there, but cannot be read at this moment, must not be replaced by these alone.
        kept = {k: v for k, v in (dict(self._read()) | dict(values)).items() if v is not None}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside: a loss of power leaves the old or the new file.
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
            replace_patiently(fresh, self._path)
        finally:
            remove_patiently(fresh)


class Settings:
    """The values in use. Reads come from memory; a change is stored in the place of its scope."""

    def __init__(self, storages: Mapping[Scope, Storage] | None = None) -> None:
        self._storages: dict[Scope, Storage] = {scope: MemoryStorage() for scope in Scope} | dict(storages or {})
        self._write: Callable[[Callable[[], None]], object] = _at_once
        self._lock = Lock()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._values: dict[Scope, dict[str, Any]] = {}
        self.reload()

    def reload(self) -> None:
        """Read every place again, as after another PC changed the company's settings."""
        self._values = {scope: dict(storage.load()) for scope, storage in self._storages.items()}

    def write_with(self, run: Callable[[Callable[[], None]], object] | None) -> None:
        """Let `run` do the storing, on another thread for example; None stores at once, as at the end of the program."""
        self._write = run or _at_once

    def get(self, setting: Setting[T]) -> T:
        """The value in use: the stored one where it fits, else the default."""
        value = self._values[setting.scope].get(setting.name, setting.default)
        return cast("T", value) if setting.accepts(value) else setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Use and keep `value`. Raises ValueError where it does not fit the declaration."""
        self.set_many({setting: value})

    def set_many(self, values: Mapping[Setting[Any], Any]) -> None:
        """Use and keep several at once, one write per scope. The default is kept by forgetting the name."""
        by_scope: dict[Scope, set[str]] = {}
        for setting, value in values.items():
            if not setting.accepts(value):
                raise ValueError(f"{setting.name}: {type(value).__name__} does not fit")
        for setting, value in values.items():
            by_scope.setdefault(setting.scope, set()).add(setting.name)
            if value == setting.default:
                self._values[setting.scope].pop(setting.name, None)
            else:
                self._values[setting.scope][setting.name] = value
        for scope, names in by_scope.items():
            self._write(partial(self._store, scope, frozenset(names)))
        changed = frozenset(setting.name for setting in values)
        for listener in tuple(self._listeners):
            listener(changed)

    def listen(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call `listener` with the names of changed settings from now on; the answer stops it again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _store(self, scope: Scope, names: frozenset[str]) -> None:
        with self._lock:  # the values of this moment: two writes of one setting end with the newer, in whatever order
            self._storages[scope].store({name: self._values[scope].get(name) for name in names})


def _at_once(job: Callable[[], None]) -> None:
    job()


def language_in_use(settings: Settings) -> str:
    """The code of the language to speak: the one chosen, or the system's."""
    return settings.get(LANGUAGE) or system_language()
