"""Templates in the database: never lost, never overwritten unseen, and chosen by customer, department, printer and language."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
from record_makers import customer, order
from sqlalchemy import text

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.printing import template_store as store
from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.preview import page_text
from crm_desktop.printing.printing import print_to_pdf
from crm_desktop.printing.shipped import shipped_templates
from crm_desktop.printing.template import ExpressionElement, Section, Template, TextElement
from crm_desktop.rights import Rights
from crm_desktop.services import print_templates, saving
from crm_desktop.services.print_templates import Usual
from db.engine import writing

NAME = "sales-order.en"


def own(name: str, words: str, language: str = "en") -> Template:
    said = TextElement(id="t", x=0, y=0, width=80, height=6, text=words + " {record.number}")
    return Template(
        name=name, title={"en": name}, record_type="sales-orders", language=language,
        bands=(Section(id="s", height=10, elements=(said,)),),
    )  # fmt: skip


def test_every_version_is_kept_and_the_original_is_never_lost(app: Application) -> None:
    original = store.find(app, NAME).template
    assert original == shipped_templates()[NAME]
    for number, words in enumerate(("one", "two"), 1):
        stored = store.save(app, replace(original, title={"en": words}), f"note {words}", number - 1)
        assert (stored.number, stored.origin) == (number, "changed")
    assert store.find(app, NAME).template.title == {"en": "two"}
    assert store.remove(app, NAME, "enough")
    back = store.find(app, NAME)
    assert (back.template, back.origin, back.number) == (original, "shipped", 3)
    assert not store.remove(app, NAME)
    found = store.history(app, NAME)
    assert [version.note for version, _template in found] == ["enough", "note two", "note one"]
    assert [template.title["en"] for _version, template in found if template] == [original.title["en"], "two", "one"]
    assert {version.who for version, _template in found} == {app.actor.name}


def test_who_saves_last_does_not_overwrite_unseen(app: Application) -> None:
    template = store.find(app, NAME).template
    store.save(app, replace(template, title={"en": "first"}), base=0)
    with pytest.raises(store.Overtaken):
        store.save(app, replace(template, title={"en": "second"}), base=0)
    assert store.find(app, NAME).template.title == {"en": "first"}
    store.save(app, replace(template, title={"en": "second"}), base=1)


def test_a_template_of_ones_own_goes_and_comes_back(app: Application) -> None:
    store.save(app, own("mine", "Mine"))
    assert store.find(app, "mine").origin == "own"
    copied = store.copy(app, store.find(app, "mine").template)
    assert copied.template.name == "mine-2"
    store.remove(app, "mine")
    with pytest.raises(Missing):
        store.find(app, "mine")
    assert store.free_name(app, "mine") == "mine-3", "the versions of a name that went are not mixed with another template"
    kept = store.history(app, "mine")[1][1]
    assert kept is not None
    store.save(app, kept)
    assert store.find(app, "mine").template == own("mine", "Mine")


def test_changing_templates_is_a_right_of_its_own(app: Application) -> None:
    app.actor = replace(app.actor, rights=Rights.of("sales-orders.see", "sales-orders.print"), version=0)
    with pytest.raises(Refused):
        store.save(app, own("mine", "Mine"))
    with pytest.raises(Refused):
        print_templates.set_usual(app, "sales-orders", [Usual("sales-orders", NAME)])
    assert store.find(app, NAME).origin == "shipped"


def test_what_cannot_be_read_again_is_not_kept(app: Application) -> None:
    twice = ExpressionElement(id="same", x=0, y=0, width=5, height=5, expression="1")
    wrong = replace(own("mine", "x"), bands=(Section(id="s", height=10, elements=(twice, twice)),))
    with pytest.raises(TemplateError):
        store.save(app, wrong)
    with pytest.raises(Missing):
        store.save(app, replace(own("mine", "x"), record_type="nothing"))
    with pytest.raises(Refused):
        store.save(app, own("card", "x"))
    assert all(each.origin == "shipped" for each in store.all_templates(app))


@pytest.mark.parametrize("damage", ["{", '{"format": "crm-desktop/print-template", "version": 99, "name": "sales-order.en"}', "\x00\x01"])
def test_a_damaged_version_lets_the_original_print(sqlite_app: Application, damage: str) -> None:
    app = sqlite_app
    store.save(app, replace(store.find(app, NAME).template, title={"en": "changed"}))
    store.save(app, own("mine", "Mine"))
    with writing(app.engine) as session:
        session.execute(text("UPDATE print_template SET text = :text"), {"text": damage})
    found = store.find(app, NAME)
    assert found.template == shipped_templates()[NAME]
    assert found.fault
    assert "mine" not in {each.template.name for each in store.all_templates(app)}
    assert store.history(app, NAME)[0][1] is None


def test_the_usual_template_is_the_one_that_says_most(app: Application) -> None:
    for name in ("all", "english", "alpha", "office"):
        store.save(app, own(name, name))
    alpha, beta = customer(app, "Alpha"), customer(app, "Beta")
    where = saving.save(app, saving.new_draft(app, "departments", {"name": "Office"}))
    rules = [
        Usual("sales-orders", "all"), Usual("sales-orders", "english", language="en"),
        Usual("sales-orders", "alpha", customer_id=alpha.id or 0), Usual("sales-orders", "office", department_id=where.id or 0),
        Usual("sales-orders", "sales-order.zh_CN", printer="Dot matrix"),
    ]  # fmt: skip
    print_templates.set_usual(app, "sales-orders", rules)
    kind = app.type("sales-orders")

    def chosen(language: str, printer: str = "", **whom: int) -> str:
        return store.Chooser(app, kind, language, printer=printer).of(**whom).name

    assert chosen("zh_CN") == "all"
    assert chosen("en") == "english"
    assert chosen("en", "Dot matrix") == "sales-order.zh_CN"
    assert chosen("en", "Dot matrix", department_id=where.id or 0) == "office"
    assert chosen("en", customer_id=alpha.id or 0, department_id=where.id or 0) == "alpha"
    assert chosen("en", customer_id=beta.id or 0) == "english"
    bought = order(app, alpha, 1)
    assert page_text(print_to_pdf(app, "sales-orders", bought.id or 0, None, "en"), 0).startswith("alpha")
    assert page_text(print_to_pdf(app, "sales-orders", order(app, beta, 1).id or 0, None, "en"), 0).startswith("english")
    draft = saving.open_record(app, "sales-orders", order(app, beta, 1).id or 0)
    draft.values["department_id"] = Ref(where.id or 0)
    assert page_text(print_to_pdf(app, "sales-orders", saving.save(app, draft).id or 0, None, "en"), 0).startswith("office")
    print_templates.set_usual(app, "sales-orders", [Usual("sales-orders", "gone")])
    assert chosen("en") == NAME, "a template that is not there any more keeps nobody from printing"


def test_the_same_is_not_said_twice(app: Application) -> None:
    print_templates.set_usual(app, "sales-orders", [Usual("sales-orders", "a"), Usual("sales-orders", "b")])
    assert [each.template for each in print_templates.usual(app, "sales-orders")] == ["b"]


def test_old_versions_go_when_there_are_too_many(sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_templates, "MOST_VERSIONS", 3)
    for number in range(6):
        store.save(sqlite_app, dataclasses.replace(own("mine", f"v{number}")))
    assert [version.number for version, _template in store.history(sqlite_app, "mine")] == [6, 5, 4]
