"""What every record type must be and be able to do, whichever it is: a new one is tested the moment it is listed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from record_makers import SOUND, Maker

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.kinds import KINDS, show
from crm_desktop.options import Choice
from crm_desktop.records.builtin_options import CLOSED_LISTS, OPEN_LISTS, SEQUENCES
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.resources import resource
from crm_desktop.services import deleting, history, listing, saving
from crm_desktop.services.opening import NewCompany, open_folder, open_url
from crm_desktop.services.search_all import search_everything
from crm_desktop.words import use_language
from db.base import LineBase, Record

TYPES = {t.key: t for t in BUILT_IN}
COMPANY = NewCompany("Example Trading Ltd", "Ann", "en")
AREAS = {"customers", "sales", "service", "finance", "office", "setup"}
TONES = {c.code for c in CLOSED_LISTS["tones"]}

every_type = pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.key)


def all_fields(kind: RecordType) -> dict[str, Field]:
    """Its own fields and those of its lines."""
    lines = kind.lines.fields if kind.lines else {}
    return kind.fields | {f"lines.{name}": about for name, about in lines.items()}


def has_icon(name: str) -> bool:
    return all(resource(f"icons/{name}_{style}.svg").exists() for style in ("regular", "filled"))


# What is declared


def test_every_table_of_records_is_a_type_and_every_table_of_lines_belongs_to_one() -> None:
    def below(base: type) -> Iterator[type]:
        for model in base.__subclasses__():
            if "__tablename__" in model.__dict__:
                yield model
            yield from below(model)

    assert {t.model for t in BUILT_IN} == set(below(Record))
    assert {t.lines.model for t in BUILT_IN if t.lines} == set(below(LineBase))
    assert len(TYPES) == len(BUILT_IN)


@every_type
def test_texts_icon_and_area(kind: RecordType) -> None:
    for text in (kind.title, kind.plural, kind.about):
        assert text == text.strip() != ""
    assert kind.about.endswith(".")
    assert kind.area in AREAS
    assert has_icon(kind.icon)
    assert sum(other.title == kind.title or other.plural == kind.plural for other in BUILT_IN) == 1


@every_type
def test_fields_are_told_apart_and_known(kind: RecordType) -> None:
    for fields in (kind.fields, kind.lines.fields if kind.lines else {}):
        labels = [f.label for f in fields.values()]
        assert sorted(set(labels)) == sorted(labels), "two fields with one label"
    for name, about in all_fields(kind).items():
        assert about.label, name
        assert about.kind in KINDS, name
        assert bool(about.target) == (about.kind == "reference"), name
        assert not about.target or about.target in TYPES, name
        assert bool(about.options) == (about.kind in ("option", "state")), name
        if about.kind == "state":
            assert about.options == kind.key
            assert kind.states
        elif about.options:
            assert about.options in {*OPEN_LISTS, *CLOSED_LISTS, "units"}, name


@every_type
def test_label_number_order_and_columns_are_fields(kind: RecordType) -> None:
    assert kind.label
    assert kind.order
    for name in (*kind.label, *kind.subtitle, *kind.columns, *((kind.number,) if kind.number else ())):
        assert name in kind.fields, name
    for name in kind.order:
        assert listing.sortable(kind, name.removeprefix("-")), name
    assert set(kind.label) & set(kind.columns), "a list must show what its records are called"
    assert any(kind.fields[n].search for n in kind.label), "a record must be found by what it is called"
    if kind.sequence:
        assert kind.sequence in {key for key, *_rest in SEQUENCES}
        assert kind.fields[kind.number].kind == "code"


@every_type
def test_sort_keys_and_copies_point_to_columns(kind: RecordType) -> None:
    table: Any = kind.model.__table__
    for name, about in kind.fields.items():
        if about.sort:
            assert about.sort in table.c, name
            assert not table.c[about.sort].nullable
        for own, theirs in about.copies.items():
            assert own in kind.fields, (name, own)
            assert theirs in TYPES[about.target].fields, (name, theirs)
        for other in about.due or ():
            assert other in kind.fields, (name, other)
    if kind.lines:
        for name, about in kind.lines.fields.items():
            for own, theirs in about.copies.items():
                assert own in kind.lines.fields, (name, own)
                assert theirs in TYPES[about.target].fields, (name, theirs)


@every_type
def test_related_records_point_here(kind: RecordType) -> None:
    for related in kind.related:
        assert TYPES[related.type].fields[related.field].target == kind.key, related
    assert len({(r.type, r.field) for r in kind.related}) == len(kind.related)


@every_type
def test_states_and_operations_fit_each_other(kind: RecordType) -> None:
    codes = {s.code for s in kind.states}
    assert bool(codes) == ("status" in kind.fields and kind.fields["status"].kind == "state")
    assert len(codes) == len(kind.states)
    assert {s.tone for s in kind.states} <= TONES
    names = [o.name for o in kind.operations]
    assert len(set(names)) == len(names)
    for operation in kind.operations:
        assert set(operation.sources) <= codes, operation.name
        assert operation.target in codes, operation.name
        assert operation.label, operation.name
        assert has_icon(operation.icon), operation.name
    reached = {s.code for s in kind.states[:1]} | {o.target for o in kind.operations} | set(kind.followed)
    assert set(kind.closed) <= codes
    assert codes == reached, "a state nobody can reach"


def test_option_lists_have_sound_choices() -> None:
    lists: dict[str, tuple[Choice, ...]] = {
        k: tuple(Choice(*row) for row in rows) for k, (_l, rows) in OPEN_LISTS.items()
    }
    for key, choices in (lists | CLOSED_LISTS).items():
        codes = [c.code for c in choices]
        assert len(set(codes)) == len(codes), key
        assert all(c.label and c.tone in TONES for c in choices), key


# What it can do, on both engines


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One open company on each engine for all types: a dozen of fresh ones would take far longer than the tests."""
    use_language("en")
    folder = tmp_path_factory.mktemp("every type")
    if request.param == "sqlite":
        opened = open_folder(folder, create=COMPANY)
    else:
        server = request.getfixturevalue("postgres")
        name = f"every_{uuid.uuid4().hex}"
        server.create(name)
        opened = open_url(server.url(name), folder, create=COMPANY)
    yield opened
    opened.close()


def typed(draft: Draft, kind: RecordType) -> dict[str, Any]:
    """What a person typed, without what the program keeps."""
    return {n: v for n, v in draft.values.items() if not kind.fields[n].computed}


@every_type
def test_a_record_lives_from_draft_to_recycle_bin_and_back(shared: Application, kind: RecordType) -> None:
    app = shared
    kind = app.type(kind.key)
    draft = Maker(app).draft(kind.key)
    saved = saving.save(app, draft)
    assert saved.version == 1
    assert saving.open_record(app, kind.key, saved.id or 0) == saved
    for name, value in typed(draft, kind).items():
        if not (kind.sequence and name == kind.number) and name != "initials":
            assert saved.values[name] == value, name
    if kind.number:
        assert saving.find_ids(app, kind.key, saved.values[kind.number]) == [saved.id]
    _is_listed(app, kind, saved)
    changed = _is_changed_and_taken_back(app, kind, saved)
    _is_deleted_and_restored(app, kind, changed)


def _found(app: Application, kind: RecordType, text: str) -> list[int]:
    return [row[-1] for row in listing.fetch_page(app, ListQuery(kind.key, search=text)).rows]


def _search_word(kind: RecordType, draft: Draft) -> str:
    """A word of the record that only it has: of its label, number or another searched field."""
    names = [
        n for n, f in kind.fields.items() if f.search and f.kind not in ("reference", "tags") and draft.values.get(n)
    ]
    return str(draft.values[names[0]])


def _is_listed(app: Application, kind: RecordType, draft: Draft) -> None:
    """In every column, every order, by every filter that fits, and by its words."""
    everything = tuple(kind.fields)
    row = next(r for r in listing.fetch_page(app, ListQuery(kind.key, columns=everything)).rows if r[-1] == draft.id)
    assert dict(zip(everything, row, strict=False)) == draft.values
    for name, about in kind.fields.items():
        assert isinstance(show(draft.values[name], about, app.options), str)
        if listing.sortable(kind, name):
            for order in (name, f"-{name}"):
                ids = [r[-1] for r in listing.fetch_page(app, ListQuery(kind.key, order=(order,))).rows]
                assert draft.id in ids, order
        for operator in KINDS[about.kind].filters:
            _is_filtered(app, kind, draft, Condition(name, operator, _operand(operator, draft.values[name])))
    assert draft.id in _found(app, kind, _search_word(kind, draft))
    hits = search_everything(app, _search_word(kind, draft), limit=200)
    assert (kind.key, draft.id) in {(h.type, h.id) for h in hits}


def _operand(operator: str, value: Any) -> Any:
    """What a filter compares with, so that it holds for `value` where that can be."""
    match operator:
        case "between":
            return (value, value)
        case "any_of" | "none_of":
            return (value,) if value else ()
        case "period":
            return "this_year"
        case "has" | "has_not":
            return value[0] if value else "nothing"
        case "contains" | "starts":
            return str(value)[:2]
    return value


MEANS_NOTHING_OF_A_VALUE = {"period", "mine"}


def _is_filtered(app: Application, kind: RecordType, draft: Draft, part: Condition) -> None:
    value = draft.values[part.field]
    empty = value is None or value in ("", ())
    if part.operator in MEANS_NOTHING_OF_A_VALUE:
        listing.fetch_page(app, ListQuery(kind.key, where=part))
        return
    if empty and part.operator not in ("empty", "filled"):
        return
    holds = {
        "empty": empty,
        "filled": not empty,
        "none_of": False,
        "has_not": False,
        "yes": bool(value),
        "no": not value,
    }
    ids = listing.fetch_ids(app, ListQuery(kind.key, where=part))
    assert (draft.id in ids) == holds.get(part.operator, True), part


def _is_changed_and_taken_back(app: Application, kind: RecordType, saved: Draft) -> Draft:
    writable = {n: f.kind for n, f in kind.fields.items() if not f.computed and (kind.key, n) not in SOUND}
    name = next(n for words in ("text", "long_text") for n, held in writable.items() if held == words)
    draft = saved.copy()
    draft.values[name] = "Anders"
    changed = saving.save(app, draft)
    assert (changed.version, changed.values[name]) == (2, "Anders")
    entries = history.entries(app, kind.key, saved.id or 0)
    assert [e.action for e in entries] == ["change", "create"]
    assert name in {c.field for c in entries[0].changes}
    history.undo(app, entries[0].id)
    back = saving.open_record(app, kind.key, saved.id or 0)
    assert typed(back, kind) == typed(saved, kind)
    assert back.lines == saved.lines
    return back


def _is_deleted_and_restored(app: Application, kind: RecordType, draft: Draft) -> None:
    word, id_ = _search_word(kind, draft), draft.id or 0
    deleting.delete(app, kind.key, [id_])
    with pytest.raises(Missing):
        saving.open_record(app, kind.key, id_)
    assert id_ not in _found(app, kind, word)
    entry = next(e for e in history.recycle_bin(app) if (e.type, e.record_id) == (kind.key, id_))
    assert history.restore(app, entry.id) == {kind.key: [id_]}
    back = saving.open_record(app, kind.key, id_)
    assert typed(back, kind) == typed(draft, kind)
    assert back.lines == draft.lines
    assert back.version > draft.version
    assert id_ in _found(app, kind, word)


def test_the_least_each_record_needs_is_enough(shared: Application) -> None:
    app, make = shared, Maker(shared)
    for kind in BUILT_IN:
        draft = make.draft(kind.key, required_only=True)
        assert saving.problems(app, draft) == {}, kind.key
        assert saving.save(app, draft).id, kind.key


def test_nothing_at_all_is_told_field_by_field(sqlite_app: Application) -> None:
    for kind in sqlite_app.types.values():
        draft = saving.new_draft(sqlite_app, kind.key)
        for name, about in kind.fields.items():
            if not about.computed:
                draft.values[name] = () if about.kind == "tags" else None
        wanted = {n for n, f in kind.fields.items() if f.required and not f.computed}
        assert wanted <= set(saving.problems(sqlite_app, draft)), kind.key
