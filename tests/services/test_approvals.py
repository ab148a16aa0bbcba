"""Approvals on their way: who is asked, what decisions come to, and that what was agreed to is carried out once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from approval_makers import Approving, money, names, person, step
from record_makers import line
from sqlalchemy import update

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Conflict, Doubt, Invalid, Missing, NeedsApproval, Refused
from crm_desktop.filters import AllOf, Condition
from crm_desktop.rules.approvals import Approver, Design, outcome
from crm_desktop.services import board, deleting, files, history, operating, saving, stages
from crm_desktop.services.approvals import asking, deciding, drawing, inbox, sweeping
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import CREDIT_RULE
from db.base import now
from db.engine import writing
from db.models.approvals import Approval, ApprovalTask


@pytest.fixture
def desk(app: Application) -> Approving:
    return Approving(app)


@pytest.mark.parametrize(
    ("agree", "states", "added", "comes_to"),
    [
        ("all", ("agreed", "open"), (), ""),
        ("all", ("agreed", "agreed_before"), (), "agreed"),
        ("all", ("agreed", "rejected", "open"), (), "rejected"),
        ("one", ("open", "agreed"), (), "agreed"),
        ("one", ("open", "rejected"), (), "rejected"),
        ("majority", ("agreed", "agreed", "open"), (), "agreed"),
        ("majority", ("agreed", "rejected", "open"), (), ""),
        ("majority", ("agreed", "rejected"), (), "rejected"),
        ("majority", ("rejected", "rejected", "open"), (), "rejected"),
        ("one", ("agreed", "open"), ("open",), ""),
        ("one", ("agreed", "open"), ("agreed",), "agreed"),
        ("one", ("open", "open"), ("rejected",), "rejected"),
        ("all", ("passed_on", "agreed"), (), "agreed"),
    ],
)
def test_what_decisions_come_to(agree: str, states: tuple[str, ...], added: tuple[str, ...], comes_to: str) -> None:
    assert outcome(agree, states, added) == comes_to


def test_an_order_above_an_amount_waits_until_it_is_agreed_to_and_is_confirmed_once(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")), where=Condition("total", "at_least", money("1000")))
    small, large = desk.order("900"), desk.order("1000")
    app = desk.work_as(desk.rik)
    assert operating.operate(app, "sales-orders", small.id or 0, small.version, "confirm").values["status"] == "confirmed"
    with pytest.raises(Doubt) as told:
        operating.operate(app, "sales-orders", large.id or 0, large.version, "confirm")
    assert "Lea" in told.value.advice
    assert inbox.fetch_box(app, "mine") == []  # only told, not sent
    request = desk.ask(large)
    assert desk.state(large) == "draft"
    assert desk.waiting(desk.lea) == [request]
    done = deciding.decide(desk.work_as(desk.lea), request, "agree", "good customer", [("note.txt", b"yes")])
    assert done.values["status"] == "done"
    assert desk.state(large) == "confirmed"
    assert desk.waiting(desk.lea) == []
    with pytest.raises(Refused):
        deciding.decide(desk.work_as(desk.lea), request, "agree")
    confirmations = [e for e in history.entries(desk.work_as(desk.ann), "sales-orders", large.id or 0) if e.action.startswith("confirm")]
    assert len(confirmations) == 1
    assert [e.action.partition(":")[0] for e in history.entries(desk.app, "approvals", request)] == ["carried_out", "agree", "ask"]
    assert [f.name for f in files.list_files(desk.app, "approvals", request)] == ["note.txt"]
    (line_,) = [t for t in desk.request(request).lines if t.values["role"] == "decide"]
    assert (line_.values["comment"], line_.values["state"]) == ("good customer", "agreed")


def test_a_rejection_changes_nothing_and_needs_words(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    order = desk.order()
    before = saving.open_record(desk.work_as(desk.ann), "sales-orders", order.id or 0).values | {"updated_at": None, "updated_by": None}
    request = desk.ask(order)
    app = desk.work_as(desk.lea)
    with pytest.raises(Invalid):
        deciding.decide(app, request, "reject", "  ")
    assert deciding.decide(app, request, "reject", "too cheap").values["status"] == "rejected"
    after = saving.open_record(desk.work_as(desk.ann), "sales-orders", order.id or 0).values | {"updated_at": None, "updated_by": None}
    assert after == before
    assert desk.ask(order) != request  # it may be asked again, as a new request


def test_steps_go_in_order_and_amounts_split_levels(desk: Approving) -> None:
    flow = desk.flow(
        step("Manager", Approver("manager")),
        step("Finance", Approver("position", desk.office.positions["finance"])),
        step("Owner", person(desk.ann), where=Condition("total", "at_least", money("5000"))),
    )
    assert flow.number == 1
    middling, large = desk.ask(desk.order("2000")), desk.ask(desk.order("9000"))
    for request in (middling, large):
        assert desk.waiting(desk.fin) in ([], [middling])
        deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert desk.waiting(desk.fin) == [middling, large]
    assert deciding.decide(desk.work_as(desk.fin), middling, "agree").values["status"] == "done"
    assert deciding.decide(desk.work_as(desk.fin), large, "agree").values["status"] == "running"
    assert deciding.decide(desk.work_as(desk.ann), large, "agree").values["status"] == "done"


def test_steps_beside_each_other_are_asked_at_once_and_all_are_needed(desk: Approving) -> None:
    desk.flow(
        step("Finance", person(desk.fin)), step("Manager", Approver("manager"), together=True), step("Owner", person(desk.ann))
    )
    request = desk.ask(desk.order())
    assert desk.waiting(desk.fin) == desk.waiting(desk.lea) == [request]
    assert desk.waiting(desk.ann) == []
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert desk.waiting(desk.ann) == []
    deciding.decide(desk.work_as(desk.fin), request, "agree")
    assert desk.waiting(desk.ann) == [request]


def test_a_majority_ends_the_step_for_the_others(desk: Approving) -> None:
    desk.flow(step("Board", person(desk.fin), person(desk.lea), person(desk.ann), agree="majority"))
    order = desk.order()
    request = desk.ask(order)
    deciding.decide(desk.work_as(desk.fin), request, "agree")
    assert deciding.decide(desk.work_as(desk.ann), request, "agree").values["status"] == "done"
    assert desk.decisions(request) == [("Fin", "agreed"), ("Lea", "not_needed"), ("Ann", "agreed")]
    assert desk.waiting(desk.lea) == []


def test_managers_several_levels_up_heads_and_holders_near_the_owner(desk: Approving) -> None:
    north = desk.office.department("North", manager_id=Ref(desk.fin))
    east = desk.office.department("East", parent_id=Ref(north))
    near = desk.office.person("Nea", "service", department_id=Ref(east))
    desk.office.person("Far", "service")
    owner = {"department_id": Ref(east), "owner_id": Ref(desk.rik)}
    desk.flow(
        step("Second level", Approver("manager", level=2)), step("Head", Approver("head")),
        step("Near", Approver("near", desk.office.positions["service"])), step("Top", Approver("manager", level=9)), once=False,
    )  # fmt: skip
    order = desk.order(who=desk.ann, **owner)
    trial = drawing.try_out(desk.app, drawing.open_drawing(desk.app, 1), order.id or 0)
    assert [s.people for s in trial.steps] == [("Ann",), ("Fin",), ("Nea",), ("Ann",)]
    assert near


def test_nobody_decides_about_the_own_wishes_unless_the_flow_says_so(desk: Approving) -> None:
    desk.flow(step("Named", person(desk.lea)))
    order = desk.order(who=desk.lea)
    request = desk.ask(order, who=desk.lea)
    assert desk.decisions(request) == [("Ann", "open")]
    deciding.withdraw(desk.work_as(desk.lea), request)
    desk.flow_for("sales-orders", "confirm", Design((step("Named", person(desk.lea)),), own="agree"), rank=1)
    desk.ask(order, who=desk.lea)
    assert desk.state(order) == "confirmed"


def test_whoever_agreed_is_not_asked_twice(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")), step("Finance", person(desk.fin)), step("Again", person(desk.lea)))
    request = desk.ask(desk.order())
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert deciding.decide(desk.work_as(desk.fin), request, "agree").values["status"] == "done"
    assert desk.decisions(request)[-1] == ("Lea", "agreed_before")


def test_the_record_is_locked_while_it_runs_as_the_flow_says(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    order = desk.order()
    request = desk.ask(order)
    app = desk.work_as(desk.ann)
    stands = saving.open_record(app, "sales-orders", order.id or 0)
    with pytest.raises(Refused, match="in approval"):
        saving.save(app, replace(stands, values=stands.values | {"note": "more"}))
    with pytest.raises(Refused):
        operating.operate(app, "sales-orders", order.id or 0, stands.version, "cancel", "no")
    for key, id_ in (("sales-orders", order.id or 0), ("approvals", request)):
        with pytest.raises(Refused):
            deleting.delete(app, key, [id_])
    deciding.withdraw(desk.work_as(desk.rik), request, "a mistake")
    stands = saving.open_record(desk.work_as(desk.ann), "sales-orders", order.id or 0)
    assert saving.save(app, replace(stands, values=stands.values | {"note": "more"})).values["note"] == "more"
    desk.flow_for("sales-orders", "confirm", Design((step("Manager", Approver("manager")),), locks=False), rank=1)
    desk.ask(order)
    stands = saving.open_record(desk.work_as(desk.ann), "sales-orders", order.id or 0)
    assert saving.save(app, replace(stands, values=stands.values | {"note": "again"})).values["note"] == "again"


def test_what_was_typed_before_it_was_asked_is_told_as_a_conflict(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    order = desk.order()
    typed = saving.open_record(desk.work_as(desk.ann), "sales-orders", order.id or 0)
    request = desk.ask(order)
    deciding.withdraw(desk.work_as(desk.rik), request)
    with pytest.raises(Conflict):
        saving.save(desk.work_as(desk.ann), replace(typed, values=typed.values | {"note": "old"}))


def test_returned_to_whoever_asked_it_can_be_changed_and_asked_again(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    order = desk.order("100")
    request = desk.ask(order)
    assert deciding.send_back(desk.work_as(desk.lea), request, "price?").values["status"] == "returned"
    app = desk.work_as(desk.rik)
    stands = saving.open_record(app, "sales-orders", order.id or 0)
    stands.lines[0].values["price"] = Decimal(150)
    saving.save(app, stands)
    assert desk.ask(order) == request
    assert inbox.look(desk.work_as(desk.lea), request).request.values["round"] == 2
    assert deciding.decide(desk.work_as(desk.lea), request, "agree").values["status"] == "done"
    assert desk.decisions(request) == [("Lea", "sent_back"), ("Lea", "agreed")]


def test_returned_to_an_earlier_step_it_goes_on_from_there(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")), step("Finance", person(desk.fin)), step("Owner", person(desk.ann)))
    request = desk.ask(desk.order())
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    with pytest.raises(Invalid):
        deciding.send_back(desk.work_as(desk.fin), request, "no", step=2)
    deciding.send_back(desk.work_as(desk.fin), request, "look again", step=1)
    assert (desk.waiting(desk.lea), desk.waiting(desk.fin)) == ([request], [])
    for who in (desk.lea, desk.fin, desk.ann):
        last = deciding.decide(desk.work_as(who), request, "agree")
    assert last.values["status"] == "done"


def test_only_whoever_asked_withdraws(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    request = desk.ask(desk.order())
    for who in (desk.lea, desk.sam):
        with pytest.raises((Refused, Missing)):
            deciding.withdraw(desk.work_as(who), request)
    assert deciding.withdraw(desk.work_as(desk.rik), request).values["status"] == "withdrawn"
    assert desk.waiting(desk.lea) == []


def test_an_added_approver_must_agree_as_well(desk: Approving) -> None:
    desk.flow(step("One", person(desk.lea), person(desk.ann), agree="one"))
    request = desk.ask(desk.order())
    deciding.add_approver(desk.work_as(desk.rik), request, desk.fin, "knows the customer")
    assert deciding.decide(desk.work_as(desk.lea), request, "agree").values["status"] == "running"
    assert desk.waiting(desk.ann) == []  # the step itself is decided
    with pytest.raises(Refused):
        deciding.add_approver(desk.work_as(desk.sam), request, desk.sam)
    assert deciding.decide(desk.work_as(desk.fin), request, "agree").values["status"] == "done"


def test_one_request_is_passed_on_to_somebody_else(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    request = desk.ask(desk.order())
    deciding.pass_on(desk.work_as(desk.lea), request, desk.fin, "please")
    assert (desk.waiting(desk.lea), desk.waiting(desk.fin)) == ([], [request])
    assert deciding.decide(desk.work_as(desk.fin), request, "agree").values["status"] == "done"
    assert desk.decisions(request) == [("Lea", "passed_on"), ("Fin", "agreed")]


def test_a_delegate_decides_for_a_time_and_it_is_noted_who_did(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    first, second = desk.ask(desk.order()), desk.ask(desk.order())
    today = dt.date.today()
    app = desk.work_as(desk.lea)
    draft = saving.new_draft(app, "approval-delegations", {"reason": "Holiday", "to_id": Ref(desk.sam), "since": today, "until": today})
    saved = saving.save(app, draft)
    assert desk.waiting(desk.sam) == [first, second]
    assert desk.waiting(desk.lea) == [first, second]
    deciding.decide(desk.work_as(desk.sam), first, "agree")
    (task,) = [t for t in desk.request(first).lines if t.values["role"] == "decide"]
    assert (task.values["person_id"].label, task.values["by_id"].label) == ("Lea", "Sam")
    assert [i.id for i in inbox.fetch_box(desk.work_as(desk.sam), "decided")] == [first]
    app = desk.work_as(desk.lea)
    yesterday = today - dt.timedelta(days=1)
    saving.save(app, replace(saved, values=saved.values | {"since": yesterday, "until": yesterday}))
    assert desk.waiting(desk.sam) == []
    with pytest.raises(Refused):
        deciding.decide(desk.work_as(desk.sam), second, "agree")
    with pytest.raises(Invalid):  # nobody makes themselves the delegate of others
        app = desk.work_as(desk.sam)
        hostile = saving.new_draft(app, "approval-delegations", {"reason": "Mine", "to_id": Ref(desk.sam), "since": today, "until": today})
        saving.save(app, replace(hostile, values=hostile.values | {"owner_id": Ref(desk.lea)}))


def test_the_substitute_of_somebody_away_decides(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    request = desk.ask(desk.order())
    today = dt.date.today()
    desk.work_as(desk.ann)
    desk.office.change("users", desk.lea, substitute_id=Ref(desk.fin), away_from=today, away_until=today)
    assert desk.waiting(desk.fin) == [request]
    assert deciding.decide(desk.work_as(desk.fin), request, "agree").values["status"] == "done"


def test_urging_marks_and_is_noted(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")))
    request = desk.ask(desk.order())
    with pytest.raises(Refused):
        deciding.urge(desk.work_as(desk.lea), request)
    deciding.urge(desk.work_as(desk.rik), request, "the customer waits")
    (item,) = inbox.fetch_box(desk.work_as(desk.lea), "to_decide")
    assert item.urged


def _make_overdue(app: Application, request: int) -> None:
    past = now() - dt.timedelta(hours=1)
    with writing(app.engine) as session:
        tasks: Any = ApprovalTask.__table__
        session.execute(update(tasks).where(tasks.c.parent_id == request, tasks.c.due_at.is_not(None)).values(due_at=past))
        table: Any = Approval.__table__
        session.execute(update(table).where(table.c.id == request).values(due_at=past))


@pytest.mark.parametrize("rule", ["", "manager", "person"])
def test_what_is_overdue_is_marked_and_passed_on_by_rule(desk: Approving, rule: str) -> None:
    desk.flow(step("Manager", person(desk.lea), hours=4, overdue=rule, overdue_to=desk.fin))
    request = desk.ask(desk.order())
    assert sweeping.sweep(desk.work_as(desk.ann)) == 0
    _make_overdue(desk.app, request)
    (item,) = inbox.fetch_box(desk.work_as(desk.lea), "to_decide")
    assert item.overdue
    assert sweeping.sweep(desk.app) == (1 if rule else 0)
    assert sweeping.sweep(desk.app) == 0  # once
    waits = {"": desk.lea, "manager": desk.ann, "person": desk.fin}[rule]
    assert desk.waiting(waits) == [request]


def test_several_pcs_pass_on_what_is_overdue_once(desk: Approving, open_again: Callable[[Application], Application]) -> None:
    desk.flow(step("Manager", person(desk.lea), hours=4, overdue="person", overdue_to=desk.fin))
    requests = [desk.ask(desk.order()) for _n in range(4)]
    for request in requests:
        _make_overdue(desk.app, request)
    desk.work_as(desk.ann)
    pcs = [desk.app, open_again(desk.app), open_again(desk.app)]
    with ThreadPoolExecutor(len(pcs)) as pool:
        moved = list(pool.map(sweeping.sweep, pcs))
    assert sum(moved) == len(requests)
    for request in requests:
        assert desk.decisions(request) == [("Lea", "passed_on"), ("Fin", "open")]


def test_what_can_only_be_marked_does_not_stand_in_the_way(desk: Approving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_AT_ONCE", 1)
    desk.flow(step("Manager", person(desk.lea), hours=4))
    stays = desk.ask(desk.order())
    by_rule = step("Manager", person(desk.lea), hours=4, overdue="person", overdue_to=desk.fin)
    desk.flow_for("sales-orders", "confirm", Design((by_rule,)), "By rule", rank=5)
    moves = desk.ask(desk.order())
    for request in (stays, moves):
        _make_overdue(desk.app, request)
    assert sweeping.sweep(desk.work_as(desk.ann)) == 1
    assert (desk.waiting(desk.lea), desk.waiting(desk.fin)) == ([stays], [moves])


def test_nobody_who_has_left_is_waited_for(desk: Approving) -> None:
    desk.flow(step("Finance", person(desk.fin)), step("Manager", Approver("manager")))
    request = desk.ask(desk.order())
    desk.work_as(desk.ann)
    desk.office.change("users", desk.fin, active=False, manager_id=Ref(desk.sam))
    assert sweeping.sweep(desk.app) == 1
    assert desk.waiting(desk.sam) == [request]
    desk.work_as(desk.ann)
    desk.office.change("users", desk.lea, active=False)
    deciding.decide(desk.work_as(desk.sam), request, "agree")
    assert desk.waiting(desk.ann) == [request]  # the flow's keeper: nobody leads Rik any more


def test_running_requests_finish_on_the_version_they_began_with(desk: Approving) -> None:
    flow = desk.flow(step("Manager", Approver("manager")), step("Finance", person(desk.fin)))
    old = desk.ask(desk.order())
    app = desk.work_as(desk.ann)
    changed = replace(drawing.open_drawing(app, flow.id or 0), design=Design((step("Manager", Approver("manager")),)))
    assert drawing.save_drawing(app, changed).number == 2
    assert [(v.number, v.running) for v in drawing.versions(app, flow.id or 0)] == [(2, 0), (1, 1)]
    new = desk.ask(desk.order())
    assert deciding.decide(desk.work_as(desk.lea), new, "agree").values["status"] == "done"
    assert deciding.decide(desk.work_as(desk.lea), old, "agree").values["status"] == "running"
    assert deciding.decide(desk.work_as(desk.fin), old, "agree").values["status"] == "done"
    app = desk.work_as(desk.ann)
    assert drawing.save_drawing(app, replace(drawing.open_drawing(app, flow.id or 0), name="Other")).number == 2  # the design is the same
    with pytest.raises(Conflict):
        drawing.save_drawing(app, changed)


def test_a_switched_off_flow_asks_nobody_but_what_runs_goes_on(desk: Approving) -> None:
    flow = desk.flow(step("Manager", Approver("manager")))
    running, other = desk.ask(desk.order()), desk.order()
    app = desk.work_as(desk.ann)
    drawing.save_drawing(app, replace(drawing.open_drawing(app, flow.id or 0), active=False))
    app = desk.work_as(desk.rik)
    assert operating.operate(app, "sales-orders", other.id or 0, other.version, "confirm").values["status"] == "confirmed"
    assert deciding.decide(desk.work_as(desk.lea), running, "agree").values["status"] == "done"
    with pytest.raises(Refused):
        deleting.delete(desk.work_as(desk.ann), "approval-flows", [flow.id or 0])


def test_two_who_decide_at_once_do_not_carry_it_out_twice(desk: Approving, open_again: Callable[[Application], Application]) -> None:
    desk.flow(step("One", person(desk.lea), person(desk.fin), agree="one"))
    order = desk.order()
    request = desk.ask(order)
    other = open_again(desk.app)
    other.actor = desk.actor(desk.fin)
    assert {"decide"} <= inbox.look(other, request).may  # both look at it
    deciding.decide(desk.work_as(desk.lea), request, "agree")
    with pytest.raises(Refused, match="nothing to decide"):
        deciding.decide(other, request, "reject", "no")
    assert desk.state(order) == "confirmed"


def test_what_cannot_be_carried_out_says_why_and_can_be_tried_again(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")), locks=False)
    order = desk.order()
    request = desk.ask(order)
    app = desk.work_as(desk.ann)
    stands = saving.open_record(app, "sales-orders", order.id or 0)
    cancelled = operating.operate(app, "sales-orders", order.id or 0, stands.version, "cancel", "gone")
    failed = deciding.decide(desk.work_as(desk.lea), request, "agree")
    assert failed.values["status"] == "failed"
    assert "Cancelled" in failed.values["problem"]
    assert desk.state(order) == "cancelled"
    operating.operate(desk.work_as(desk.ann), "sales-orders", order.id or 0, cancelled.version, "reopen", "back")
    assert deciding.carry_out_again(desk.work_as(desk.rik), request).values["status"] == "done"
    assert desk.state(order) == "confirmed"


def test_those_who_are_told_read_it_and_decide_nothing(desk: Approving) -> None:
    desk.flow(step("Manager", Approver("manager")), copies=(person(desk.fin),), sign=True)
    request = desk.ask(desk.order())
    app = desk.work_as(desk.fin)
    (item,) = inbox.fetch_box(app, "copied")
    assert (item.id, item.unread) == (request, True)
    with pytest.raises(Refused):
        deciding.decide(app, request, "agree")
    deciding.acknowledge(app, request)
    assert not inbox.fetch_box(app, "copied")[0].unread
    deciding.copy_to(desk.work_as(desk.rik), request, [desk.sam])
    assert [i.id for i in inbox.fetch_box(desk.work_as(desk.sam), "copied")] == [request]
    with pytest.raises(Refused):
        deciding.copy_to(desk.work_as(desk.sam), request, [desk.ann])


def test_an_approver_sees_what_is_decided_beyond_the_own_reach_and_nothing_more(desk: Approving) -> None:
    desk.flow(step("Other", person(desk.sam)))
    order = desk.order()
    request, more = desk.ask(order), desk.order()
    app = desk.work_as(desk.sam)
    seen = inbox.look(app, request)
    assert seen.record is not None
    assert seen.record.values["customer_id"].label == "Alpha"
    assert seen.record.lines[0].values["name"] == "Bolt"
    assert not seen.live
    for id_ in (order.id, more.id):
        with pytest.raises(Missing):
            saving.open_record(app, "sales-orders", id_ or 0)
    with pytest.raises(Missing):
        saving.open_record(app, "customers", desk.buyer.id or 0)
    assert saving.open_record(app, "approvals", request).id == request
    deciding.decide(app, request, "agree")
    assert desk.state(order) == "confirmed"
    other = desk.office.person("Pam", "salesperson", app=desk.work_as(desk.ann))
    with pytest.raises(Missing):
        inbox.look(desk.work_as(other), request)


def test_what_an_approver_may_not_see_of_a_field_stays_hidden(desk: Approving) -> None:
    store = desk.office.person("Wes", "warehouse")
    desk.flow(step("Store", person(store)))
    request = desk.ask(desk.order())
    seen = inbox.look(desk.work_as(store), request).record
    assert seen is not None
    assert "total" not in seen.values
    assert "price" not in seen.lines[0].values


def test_conditions_reach_linked_fields_and_lines(desk: Approving) -> None:
    where = AllOf((Condition("customer_id.name", "contains", "lph"), Condition("lines.discount", "at_least", Decimal(15))))
    desk.flow(step("Manager", Approver("manager")), where=where)
    app = desk.work_as(desk.rik)
    plain, cheap = desk.order(), desk.order()
    cheap.lines[0].values["discount"] = Decimal(20)
    cheap = saving.save(app, cheap)
    assert operating.operate(app, "sales-orders", plain.id or 0, plain.version, "confirm").values["status"] == "confirmed"
    with pytest.raises(Doubt):
        operating.operate(app, "sales-orders", cheap.id or 0, cheap.version, "confirm")


def test_a_price_below_the_floor_needs_approval(desk: Approving) -> None:
    app = desk.work_as(desk.ann)
    values = {"name": "Pump", "list_price": Decimal(100), "floor_price": Decimal(80)}
    product = saving.save(app, saving.new_draft(app, "products", values))
    desk.flow(step("Manager", Approver("manager")), when="below_floor")
    app = desk.work_as(desk.rik)

    def order(discount: str) -> Any:
        draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(desk.buyer.id or 0)})
        draft.lines = [line(app, "Pump", "2", "100", product_id=Ref(product.id or 0), discount=Decimal(discount))]
        return saving.save(app, draft)

    fair, cheap = order("20"), order("20.5")
    assert operating.operate(app, "sales-orders", fair.id or 0, fair.version, "confirm").values["status"] == "confirmed"
    with pytest.raises(Doubt):
        operating.operate(app, "sales-orders", cheap.id or 0, cheap.version, "confirm")


def test_beyond_the_credit_limit_it_is_asked_for_and_then_the_amount_as_well(desk: Approving) -> None:
    app = desk.work_as(desk.ann)
    settings_of(app).set(CREDIT_RULE, "approve")
    desk.office.change("customers", desk.buyer.id or 0, credit_limit=Decimal(50))
    order = desk.order("100")
    app = desk.work_as(desk.rik)
    with pytest.raises(Refused, match="credit limit"):  # nobody can be asked
        operating.operate(app, "sales-orders", order.id or 0, order.version, "confirm")
    desk.flow_for("sales-orders", "confirm", Design((step("Finance", person(desk.fin)),), when="over_credit"), "Credit")
    desk.flow_for("sales-orders", "confirm", Design((step("Manager", Approver("manager")),)), "Amounts", rank=5)
    credit = desk.ask(order)
    assert (desk.waiting(desk.fin), desk.waiting(desk.lea)) == ([credit], [])
    deciding.decide(desk.work_as(desk.fin), credit, "agree")
    (amount,) = desk.waiting(desk.lea)
    assert (amount != credit, desk.state(order)) == (True, "draft")
    assert desk.request(amount).values["owner_id"].id == desk.rik
    deciding.decide(desk.work_as(desk.lea), amount, "agree")
    assert desk.state(order) == "confirmed"


def test_a_change_of_a_field_needs_approval_whichever_way_it_is_made(desk: Approving) -> None:
    where = Condition("credit_limit", "at_least", money("1000"))
    desk.flow_for("customers", "set:credit_limit", Design((step("Owner", person(desk.ann)),), where), "Limits")
    app = desk.work_as(desk.fin)
    stands = saving.open_record(app, "customers", desk.buyer.id or 0)
    small = saving.save(app, replace(stands, values=stands.values | {"credit_limit": Decimal(500)}))
    wanted = replace(small, values=small.values | {"credit_limit": Decimal(2000)})
    with pytest.raises(NeedsApproval):
        saving.save(app, wanted.copy())
    assert saving.open_record(app, "customers", small.id or 0).values["credit_limit"] == Decimal(500)
    after = asking.ask_for_change(app, wanted, "a good year")
    assert after.values["credit_limit"] == Decimal(500)
    (request,) = desk.waiting(desk.ann)
    assert inbox.look(desk.app, request).changes == {"credit_limit": Decimal(2000)}
    deciding.decide(desk.app, request, "agree")
    assert saving.open_record(desk.app, "customers", small.id or 0).values["credit_limit"] == Decimal(2000)
    with pytest.raises(Refused):  # not by the back door either
        saving.save(app, saving.new_draft(desk.work_as(desk.ann), "customers", {"name": "New", "credit_limit": Decimal(5000)}))


def test_a_stage_of_an_opportunity_is_entered_after_approval(desk: Approving) -> None:
    app = desk.work_as(desk.ann)
    (pipeline, *_more) = stages.pipelines(app)
    columns = [c.stage for c in board.board(app, pipeline.id)]
    where = Condition("stage_id", "any_of", (columns[-1].id,))
    desk.flow_for("opportunities", "set:stage_id", Design((step("Manager", Approver("manager")),), where), "Negotiation")
    app = desk.work_as(desk.rik)
    values = {
        "title": "Pumps", "customer_id": Ref(desk.buyer.id or 0), "pipeline_id": pipeline, "stage_id": Ref(columns[0].id, columns[0].name)
    }
    made = saving.save(app, saving.new_draft(app, "opportunities", values))
    board.move(app, made.id or 0, columns[0].id, columns[1])
    with pytest.raises(NeedsApproval):
        board.move(app, made.id or 0, columns[1].id, columns[-1])
    draft = saving.open_record(app, "opportunities", made.id or 0)
    draft.values |= {"stage_id": Ref(columns[-1].id), "probability": columns[-1].chance}
    asking.ask_for_change(app, draft)
    (request,) = desk.waiting(desk.lea)
    deciding.decide(desk.app, request, "agree")
    moved = saving.open_record(desk.work_as(desk.rik), "opportunities", made.id or 0)
    assert (moved.values["stage_id"].id, moved.values["probability"]) == (columns[-1].id, columns[-1].chance)


def test_a_trial_writes_nothing(desk: Approving) -> None:
    flow = desk.flow(
        step("Manager", Approver("manager")), step("Owner", person(desk.ann), where=Condition("total", "at_least", money("500"))),
        where=Condition("total", "at_least", money("50")), copies=(person(desk.fin),),
    )  # fmt: skip
    order, small = desk.order("100"), desk.order("10")
    app = desk.work_as(desk.ann)
    trial = drawing.try_out(app, flow, order.id or 0)
    assert (trial.fits, [s.asked for s in trial.steps], trial.copies) == (True, [True, False], ("Fin",))
    assert names([(p, "") for p in trial.steps[0].people]) == ["Lea"]
    assert not drawing.try_out(app, flow, small.id or 0).fits
    assert inbox.fetch_box(app, "mine") == []
    assert saving.open_record(app, "sales-orders", order.id or 0).version == order.version


def test_a_flow_that_is_not_whole_is_not_kept(desk: Approving) -> None:
    app = desk.work_as(desk.ann)
    made = drawing.new_drawing(app)
    wrong = replace(
        made, design=Design((step("", Approver("person")),), Condition("no_such", "is", 1), copies=(Approver("position"),))
    )
    assert set(drawing.problems(app, wrong)) == {"name", "steps.0", "copies", "where"}
    with pytest.raises(Invalid):
        drawing.save_drawing(app, wrong)
    mine = replace(made, name="A", design=Design(made.design.steps, Condition("owner_id", "mine")))
    assert set(drawing.problems(app, mine)) == {"where"}
    with pytest.raises(Refused):
        drawing.new_drawing(desk.work_as(desk.rik))
