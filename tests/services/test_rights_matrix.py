"""Every record type × every reach × every way to get at records: list, count, open, search, picker, number, total, export, print, save.

A new record type is in here by itself. Every reach is walked on SQLite; on PostgreSQL, whose rows answer to the same conditions, two are
enough, and tests/services/test_server_rights.py walks all of them once more with a bare client.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rights_office import OfficeMaker, Oracle, draft_of

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Invalid, Missing, Refused
from crm_desktop.exchange.exporting import export_list
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.printing.list_sheet import list_pdf
from crm_desktop.printing.printing import print_records
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.rights import Reach
from crm_desktop.services import deleting, history, listing, lookup, saving
from crm_desktop.services.opening import NewCompany, open_folder, open_url
from crm_desktop.services.search_all import search_everything
from crm_desktop.words import use_language

COMPANY = NewCompany("Example Trading Ltd", "boss", "en")
REACHES = (Reach.NONE, Reach.OWN, Reach.SHARED, Reach.TEAM, Reach.DEPARTMENT, Reach.BELOW, Reach.BRANCH, Reach.ALL)
WHO = ("rep", "lead", "deputy")
ORG = ("users", "departments", "positions", "teams")


@pytest.fixture(scope="module")
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], OfficeMaker]]:
    """One office on each engine, made when first asked for, with records of every type owned by everybody."""
    made: dict[str, OfficeMaker] = {}

    def of(engine: str) -> OfficeMaker:
        if engine not in made:
            use_language("en")
            folder = tmp_path_factory.mktemp("office")
            made[engine] = furnished(open_folder(folder, create=COMPANY) if engine == "sqlite" else on_server(request, folder))
        return made[engine]

    yield of
    for office in made.values():
        office.work_as("boss")
        office.app.close()


def on_server(request: pytest.FixtureRequest, folder: Path) -> Application:
    server = request.getfixturevalue("postgres")
    name = f"office_{uuid.uuid4().hex}"
    server.create(name)
    return open_url(server.url(name), folder, create=COMPANY)


def furnished(app: Application) -> OfficeMaker:
    made = OfficeMaker(app)
    today = dt.date.today()
    made.absent("stranger", "rep", today - dt.timedelta(days=1), today + dt.timedelta(days=1))
    made.absent("lead", "stranger", today + dt.timedelta(days=2), today + dt.timedelta(days=3))
    for kind in BUILT_IN:
        if kind.key in ORG:
            continue
        for owner in made.people:
            made.record(kind.key, owner_id=Ref(made.people[owner]))
        placed = made.record(kind.key, owner_id=None, department_id=Ref(made.departments["Sales East"]))
        made.record(kind.key, owner_id=None)
        made.share(kind.key, placed, "user", made.people["deputy"], may_change=True)
        made.share(kind.key, made.record(kind.key, owner_id=Ref(made.people["boss"])), "department", made.departments["North"])
    return made


@pytest.fixture
def office(offices: Callable[[str], OfficeMaker], request: pytest.FixtureRequest) -> OfficeMaker:
    return offices(request.param)


@pytest.fixture
def app(office: OfficeMaker) -> Iterator[Application]:
    yield office.app
    office.work_as("boss")


def ids(app: Application, key: str, **query: object) -> set[int]:
    return {row[-1] for row in listing.fetch_page(app, ListQuery(key, **query), size=1000).rows}  # type: ignore[arg-type]


LIKE_ORDERS = ("quotes", "deliveries", "returns", "receivables", "invoices", "receipts")
"""Types that belong to somebody just as sales orders do: for those, a few reaches tell that the type is guarded at all."""

EVERYTHING, FEW, ON_SERVER = REACHES, (Reach.NONE, Reach.OWN, Reach.BELOW), (Reach.SHARED, Reach.BRANCH)


def each(keys: list[str], on_sqlite: tuple[Reach, ...], on_server: tuple[Reach, ...] = ON_SERVER) -> pytest.MarkDecorator:
    """A test of each of these types, on both engines, with these reaches."""

    def reaches(engine: str, key: str) -> tuple[Reach, ...]:
        if engine != "sqlite":
            return on_server
        plain = key in LIKE_ORDERS or (key not in ORG and AREAS[key] == "setup")
        return FEW if plain and len(on_sqlite) > len(FEW) else on_sqlite

    found = [(e, k, r) for e in ("sqlite", "postgresql") for k in keys for r in reaches(e, k)]
    names = [f"{e}-{k}-{r.name}" for e, k, r in found]
    return pytest.mark.parametrize(("office", "key", "reach"), found, ids=names, indirect=["office"])


AREAS = {k.key: k.area for k in BUILT_IN}
both_engines = pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)


@each([k.key for k in BUILT_IN], EVERYTHING)
def test_whoever_asks_gets_what_is_reached_and_nothing_more(office: OfficeMaker, app: Application, key: str, reach: Reach) -> None:
    names = {(k, "see"): Reach.ALL for k in app.types}
    office.say(names | {(key, "see"): reach, (key, "print"): Reach.ALL, (key, "export"): Reach.ALL})
    oracle = Oracle(app)
    for who in WHO:
        office.work_as(who)
        wanted = oracle.reached(office.people[who], key, reach, "see")
        if reach == Reach.NONE:
            assert_nothing(app, key, oracle)
            continue
        assert ids(app, key) == wanted
        if who != "rep":
            continue
        assert listing.count(app, ListQuery(key), cap=None).number == len(wanted)
        assert set(listing.fetch_ids(app, ListQuery(key))) == wanted
        assert {row[-1] for rows in listing.iterate(app, ListQuery(key)) for row in rows} == wanted
        assert set(walked(app, key)) == wanted
        for id_ in some_of(wanted) + some_of(set(oracle.rows[key]) - wanted):
            assert_opens(app, key, id_, id_ in wanted)


def some_of(ids: set[int]) -> list[int]:
    """The first, a middle and the last: opening all of them, in every way, would take minutes."""
    every = sorted(ids)
    return sorted({every[0], every[len(every) // 2], every[-1]}) if every else []


def walked(app: Application, key: str) -> Iterator[int]:
    """Ids by walking every page, three rows at a time, in the type's own order."""
    after = None
    while True:
        page = listing.fetch_page(app, ListQuery(key), after, size=3)
        yield from (row[-1] for row in page.rows)
        if page.after is None:
            return
        after = page.after


def assert_nothing(app: Application, key: str, oracle: Oracle) -> None:
    for ask in (lambda: ids(app, key), lambda: listing.count(app, ListQuery(key)), lambda: lookup.suggest(app, key, "")):
        with pytest.raises(Refused):
            ask()
    for id_ in some_of(set(oracle.rows[key])):
        with pytest.raises((Refused, Missing)):
            saving.open_record(app, key, id_)
    assert all(hit.type != key for hit in search_everything(app, "ann", limit=1000, types=(key,)))


def assert_opens(app: Application, key: str, id_: int, may: bool) -> None:
    kind = app.type(key)
    whole = draft_of(app, key, id_)
    if may:
        assert saving.open_record(app, key, id_).id == id_
    else:
        with pytest.raises(Missing):
            saving.open_record(app, key, id_)
        with pytest.raises(Missing):
            print_records(app, key, [id_], None, "en")
        assert not history.entries(app, key, id_)
    number = whole.values.get(kind.number) if kind.number else ""
    if number:
        assert (id_ in saving.find_ids(app, key, number)) == may
    for name, about in kind.fields.items():
        if about.search and about.kind in ("text", "code") and whole.values.get(name):
            word = str(whole.values[name])
            assert (id_ in ids(app, key, search=word)) == may, name
            assert (id_ in {h.id for h in lookup.suggest(app, key, word, limit=100)}) == may, name
            assert ((key, id_) in {(h.type, h.id) for h in search_everything(app, word, limit=1000, types=(key,))}) == may, name
            break


@each([k.key for k in BUILT_IN], (Reach.OWN, Reach.SHARED, Reach.BELOW), (Reach.SHARED,))
def test_export_and_print_take_only_what_may_be_taken(
    office: OfficeMaker, app: Application, key: str, reach: Reach, tmp_path: Path
) -> None:
    office.say({(k, "see"): Reach.ALL for k in app.types} | {(key, "export"): reach, (key, "print"): reach})
    oracle = Oracle(app)
    office.work_as("rep")
    wanted = oracle.reached(office.people["rep"], key, reach, "export")
    columns = tuple(n for n in app.type(key).columns)
    assert export_list(app, ListQuery(key, columns), tmp_path / "list.csv") == len(wanted)
    assert list_pdf(app, ListQuery(key, columns)).pages >= 1
    for id_ in some_of(wanted) + some_of(set(oracle.rows[key]) - wanted):
        if id_ in wanted:
            assert print_records(app, key, [id_], None, "en").pdf
        else:
            with pytest.raises(Refused):
                print_records(app, key, [id_], None, "en")


@each([k.key for k in BUILT_IN if k.key not in ORG], EVERYTHING)
def test_only_what_is_reached_is_changed_or_deleted(office: OfficeMaker, app: Application, key: str, reach: Reach) -> None:
    office.say({(k, "see"): Reach.ALL for k in app.types} | {(key, "change"): reach, (key, "delete"): reach})
    oracle = Oracle(app)
    for who in WHO[: 1 if reach in (Reach.NONE, Reach.ALL) else 3]:
        office.work_as(who)
        wanted = oracle.reached(office.people[who], key, reach, "change") if reach else set()
        for id_ in some_of(wanted) + some_of(set(oracle.rows[key]) - wanted):
            draft = saving.open_record(app, key, id_)
            if id_ in wanted:
                assert saving.save(app, draft).version == draft.version + 1
            else:
                with pytest.raises(Refused):
                    saving.save(app, draft)
                with pytest.raises(Refused):
                    deleting.delete(app, key, [id_])


@both_engines
def test_nothing_is_made_for_somebody_out_of_reach(office: OfficeMaker, app: Application) -> None:
    office.say({("customers", "see"): Reach.ALL, ("users", "see"): Reach.ALL, ("customers", "add"): Reach.OWN})
    office.work_as("rep")
    draft = saving.new_draft(app, "customers", {"name": "Mine"})
    assert saving.save(app, draft).values["owner_id"].id == office.people["rep"]
    other = saving.new_draft(app, "customers", {"name": "Yours", "owner_id": Ref(office.people["peer"]), "department_id": None})
    with pytest.raises(Invalid) as told:
        saving.save(app, other)
    assert set(told.value.problems) == {"owner_id"}


@both_engines
def test_references_give_nothing_away(office: OfficeMaker, app: Application) -> None:
    office.work_as("boss")
    hidden = office.record("customers", owner_id=Ref(office.people["boss"]), name="Topsecret Works", city="Atlantis")
    order = saving.new_draft(app, "sales-orders", {"customer_id": Ref(hidden), "owner_id": Ref(office.people["rep"])})
    line = saving.new_line(app.type("sales-orders"))
    line.values |= {"name": "Bolt"}
    order.lines = [line]
    order_id = saving.save(app, order).id or 0
    sees = {("sales-orders", o): Reach.OWN for o in ("see", "print", "export", "change")}
    office.say(sees | {("customers", "see"): Reach.OWN, ("users", "see"): Reach.ALL})
    office.work_as("rep")
    draft = saving.open_record(app, "sales-orders", order_id)
    assert "Topsecret" not in repr(draft)
    columns = ("number", "customer_id")
    rows = listing.fetch_page(app, ListQuery("sales-orders", columns)).rows
    assert order_id in {r[-1] for r in rows} and "Topsecret" not in repr(rows)
    assert not ids(app, "sales-orders", where=Condition("customer_id.city", "contains", "Atlantis"))
    assert b"Topsecret" not in print_records(app, "sales-orders", [order_id], None, "en").pdf
    saved = saving.save(app, draft)
    assert "Topsecret" not in repr(saved)
    # Nor can one ask by pointing at it.
    draft = saving.open_record(app, "sales-orders", order_id)
    draft.values["customer_id"] = Ref(hidden + 1)
    with pytest.raises(Invalid):
        saving.save(app, draft)


@both_engines
def test_a_hidden_field_is_nowhere(office: OfficeMaker, app: Application, tmp_path: Path) -> None:
    office.work_as("boss")
    id_ = office.record("customers", name="Plain Name", phone="13912345678", bank="Cayman Trust", credit_limit=None)
    draft = saving.open_record(app, "customers", id_)
    draft.values["bank"] = "Panama Trust"
    saving.save(app, draft)
    everything = {("customers", o): Reach.ALL for o in ("see", "change", "export", "print", "import")}
    office.say(everything | {("users", "see"): Reach.ALL}, {("customers", "bank"): 0, ("customers", "phone"): 0, ("customers", "city"): 1})
    office.work_as("rep")
    kind = app.type("customers")
    assert not {"bank", "phone"} & set(kind.visible(app.actor))
    draft = saving.open_record(app, "customers", id_)
    assert "Trust" not in repr(draft) and "13912345678" not in repr(draft.values)
    assert not ids(app, "customers", search="13912345678")
    assert not ids(app, "customers", search="2345")
    assert not search_everything(app, "13912345678")
    assert id_ in ids(app, "customers", search="Plain")
    for ask in (
        lambda: ids(app, "customers", where=Condition("bank", "contains", "Trust")),
        lambda: ids(app, "customers", order=("phone",)),
        lambda: ids(app, "customers", columns=("name", "bank")),
        lambda: listing.totals(app, ListQuery("customers", where=Condition("phone", "filled")), ["credit_limit"]),
    ):
        with pytest.raises(Refused):
            ask()
    export_list(app, ListQuery("customers"), tmp_path / "all.csv")
    assert "Trust" not in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    assert "Trust" not in repr(history.entries(app, "customers", id_))
    draft.values["bank"] = "Mine"
    with pytest.raises(Invalid) as told:
        saving.save(app, draft)
    assert set(told.value.problems) == {"bank"} and "Trust" not in str(told.value.problems)
    draft = saving.open_record(app, "customers", id_)
    draft.values["city"] = "Elsewhere"
    with pytest.raises(Invalid):
        saving.save(app, draft)
    draft = saving.open_record(app, "customers", id_)
    draft.values["note"] = "Called"
    saving.save(app, draft)
    assert draft_of(app, "customers", id_).values["bank"] == "Panama Trust"


@both_engines
def test_a_change_of_rights_counts_with_the_next_question(office: OfficeMaker, app: Application) -> None:
    office.say({("customers", "see"): Reach.ALL, ("users", "see"): Reach.ALL})
    office.work_as("rep")
    before = ids(app, "customers")
    office.say({("customers", "see"): Reach.OWN})  # as another PC would
    mine = ids(app, "customers")
    assert mine < before
    office.say({})
    with pytest.raises(Refused):
        ids(app, "customers")


@both_engines
def test_a_share_counts_with_the_next_question(office: OfficeMaker, app: Application) -> None:
    office.say({("customers", "see"): Reach.SHARED})
    office.work_as("boss")
    id_ = office.record("customers", owner_id=Ref(office.people["boss"]))
    office.work_as("rep")
    assert id_ not in ids(app, "customers")
    office.share("customers", id_, "user", office.people["rep"])
    assert id_ in ids(app, "customers")
