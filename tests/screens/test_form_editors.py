"""Every kind of field has an editor; what is typed into it is what a person meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.kinds import KINDS
from crm_desktop.records.record_type import Field
from crm_desktop.services.files import picture
from crm_desktop.words import use_language
from ui.choice_editors import FlagEditor, OptionEditor, TagsEditor
from ui.date_editors import CalendarPopup, DateEditor
from ui.editor_base import Around, Editor
from ui.editors import EDITORS, editor_for
from ui.form import RecordForm
from ui.image_editor import ImageEditor
from ui.picker import ReferenceEditor
from ui.tasks import Tasks
from ui.text_editors import LineEditor, LinkEditor, TextEditor


@pytest.fixture
def around(qtbot: Any, sqlite_app: Application) -> Iterator[Around]:
    errors: list[BaseException] = []
    tasks = Tasks(errors.append)
    yield Around(sqlite_app, tasks, failed=errors.append)
    qtbot.waitUntil(lambda: tasks.idle)
    tasks.close()
    assert errors == []


def shown(qtbot: Any, editor: Editor) -> Editor:
    qtbot.addWidget(editor)
    editor.show()
    editor.activateWindow()
    editor.setFocus()
    qtbot.waitUntil(lambda: editor.isActiveWindow())
    return editor


def stations(form: RecordForm) -> list[str]:
    """The fields in the order in which Tab visits them, from the first one until it would come there again."""
    inside = {w: n for n, row in form.rows.items() for w in (row.editor, *row.editor.findChildren(QWidget))}
    first = next(iter(form.rows.values())).editor.typed_into
    found, widget = [inside[first]], first
    while (widget := widget.nextInFocusChain()) is not first:
        taker = widget.focusProxy() or widget
        name = inside.get(taker, "")
        if name and taker.focusPolicy() & Qt.FocusPolicy.TabFocus and not taker.isAncestorOf(widget) and found[-1] != name:
            found.append(name)
    return found[:-1] if found[-1] == found[0] else found


def test_tab_visits_every_field_of_every_form_once(qtbot: Any, around: Around) -> None:
    for kind in around.app.types.values():
        form = RecordForm(kind, around)
        qtbot.addWidget(form)
        form.arrange(1200)
        wanted = [row for section in form.sections for row in section.rows]
        assert stations(form) == [next(n for n, row in form.rows.items() if row is one) for one in wanted], kind.key


def test_every_kind_has_an_editor() -> None:
    assert set(EDITORS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_editor_shows_a_value_and_gives_it_back(kind: str, qtbot: Any, around: Around) -> None:
    samples: dict[str, Any] = {
        "text": "华远", "long_text": "two\nlines", "code": "A-1", "phone": "020-8765 4321", "email": "a@b.cn", "url": "a.cn", "integer": 7,
        "decimal": Decimal("1.5"), "money": Decimal("1234.50"), "price": Decimal("1234.5678"), "quantity": Decimal("3"),
        "percent": Decimal("13"), "date": dt.date(2026, 11, 24), "datetime": dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.UTC),
        "yes_no": True, "option": "high", "state": "draft", "tags": ("old", "new"), "reference": Ref(5, "Alpha"), "image": None,
    }  # fmt: skip
    options = {"option": "priorities", "state": "sales-orders"}.get(kind, "")
    about = Field("Thing", kind, name="thing", options=options, target="customers", help="What it is")
    editor = editor_for(about, around)
    qtbot.addWidget(editor)
    editor.show_value(samples[kind])
    assert editor.value() == samples[kind]
    named = editor if kind == "state" else editor.typed_into
    assert named.accessibleName() == "Thing"
    editor.show_value(() if kind == "tags" else False if kind == "yes_no" else None)
    assert not editor.value()
    editor.set_read_only(True)
    assert editor.read_only
    editor.mark("wrong")
    editor.mark("")


@pytest.mark.parametrize(("typed", "value"), [("=3*12", "36"), ("1,200.5", "1200.5"), ("12/8", "1.5"), ("(5)", "-5"), ("１２", "12")])
def test_a_number_may_be_worked_out(typed: str, value: str, qtbot: Any, around: Around) -> None:
    editor = shown(qtbot, LineEditor(Field("Amount", "money", name="amount"), around))
    assert isinstance(editor, LineEditor)
    editor.input.insert(typed)  # keys of full-width characters come from an input method, not from the keyboard
    editor.input.setModified(True)
    assert editor.value() == Decimal(value)
    assert editor.input.alignment() & Qt.AlignmentFlag.AlignRight
    QTest.keyClick(editor.input, Qt.Key.Key_Return)
    assert editor.input.text() == f"{Decimal(value):,.2f}"


@pytest.mark.parametrize("typed", ["=3*", "twelve", "=1/0", "1.2.3"])
def test_what_is_no_number_is_said_in_words(typed: str, qtbot: Any, around: Around) -> None:
    editor = shown(qtbot, LineEditor(Field("Amount", "money", name="amount"), around))
    assert isinstance(editor, LineEditor)
    QTest.keyClicks(editor.input, typed)
    with pytest.raises(ValueError, match="“"):
        editor.value()
    QTest.keyClick(editor.input, Qt.Key.Key_Return)
    assert editor.input.text() == typed, "what was typed stays"


def test_days_in_words_by_arrows_and_from_the_calendar(qtbot: Any, around: Around) -> None:
    editor = shown(qtbot, DateEditor(Field("Due", "date", name="due"), around))
    assert isinstance(editor, DateEditor)
    editor.input.setText("明天")
    assert editor.value() == dt.date.today() + dt.timedelta(days=1)
    QTest.keyClick(editor.input, Qt.Key.Key_Up)
    assert editor.value() == dt.date.today() + dt.timedelta(days=2)
    editor.open_calendar()
    popup = editor.findChild(CalendarPopup)
    popup.calendar.clicked.emit(popup.calendar.selectedDate().addDays(3))
    assert editor.value() == dt.date.today() + dt.timedelta(days=5)


def test_a_choice_is_found_by_its_pinyin(qtbot: Any, around: Around) -> None:
    use_language("zh_CN")
    editor = shown(qtbot, OptionEditor(Field("Priority", "option", name="p", options="priorities"), around))
    assert isinstance(editor, OptionEditor)
    labels = [editor.input.itemText(i) for i in range(editor.input.count())]
    assert editor.input.find_typed("zzz") == -1
    editor.input.addItem("机械", "machinery")
    QTest.keyClicks(editor.input, "jx")
    assert editor.value() == "machinery"
    QTest.keyClick(editor.input, Qt.Key.Key_Delete)
    assert editor.value() == ""
    assert labels[0] == ""


def test_a_choice_switched_off_stays_where_it_stands(qtbot: Any, around: Around) -> None:
    editor = OptionEditor(Field("Level", "option", name="level", options="customer_levels"), around)
    qtbot.addWidget(editor)
    editor.show_value("gone")
    assert editor.value() == "gone"


def test_tags_are_typed_with_commas_and_taken_back_with_backspace(qtbot: Any, around: Around) -> None:
    editor = shown(qtbot, TagsEditor(Field("Tags", "tags", name="tags"), around))
    assert isinstance(editor, TagsEditor)
    QTest.keyClicks(editor.input, "old,new,old")
    assert editor.value() == ("old", "new")
    QTest.keyClick(editor.input, Qt.Key.Key_Return)
    QTest.keyClick(editor.input, Qt.Key.Key_Backspace)
    assert editor.value() == ("old",)


def test_a_long_text_grows(qtbot: Any, around: Around) -> None:
    editor = TextEditor(Field("Note", "long_text", name="note"), around)
    qtbot.addWidget(editor)
    editor.resize(300, 60)
    editor.show()
    before = editor.input.height()
    editor.show_value("\n".join("line" for _n in range(6)))
    assert editor.input.height() > before


def test_links_lead_where_they_should(qtbot: Any, around: Around) -> None:
    samples = (("url", "a.cn", "https://a.cn"), ("email", "a@b.cn", "mailto:a@b.cn"), ("phone", "020-8765 4321", "tel:02087654321"))
    for kind, text, link in samples:
        editor = LinkEditor(Field("Link", kind, name="link"), around)
        qtbot.addWidget(editor)
        editor.show_value(text)
        assert editor.link().toString() == link


def test_a_flag_is_set_with_the_space_bar(qtbot: Any, around: Around) -> None:
    editor = shown(qtbot, FlagEditor(Field("Active", "yes_no", name="active"), around))
    assert isinstance(editor, FlagEditor)
    with qtbot.waitSignal(editor.changed):
        QTest.keyClick(editor.input, Qt.Key.Key_Space)
    assert editor.value() is True


def test_a_picture_is_kept_and_shown(qtbot: Any, around: Around) -> None:
    editor = ImageEditor(Field("Picture", "image", name="picture_id"), around)
    qtbot.addWidget(editor)
    image = QImage(2000, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    with qtbot.waitSignal(editor.changed):
        editor.take_image(image)
    value = editor.value()
    kept = QImage.fromData(picture(around.app, value.id))
    assert kept.width() == 1600, "a very large picture is made smaller"
    editor.take_image(QImage())
    with pytest.raises(ValueError, match="picture"):
        editor.value()


def test_a_reference_is_found_by_pinyin_and_refused_when_nothing_fits(qtbot: Any, around: Around) -> None:
    saved = customer(around.app, "广州华远机械")
    editor = shown(qtbot, ReferenceEditor(Field("Customer", "reference", name="customer_id", target="customers"), around))
    assert isinstance(editor, ReferenceEditor)
    QTest.keyClicks(editor.input, "gzhy")
    with pytest.raises(ValueError, match="pick"):
        editor.value()
    qtbot.waitUntil(lambda: editor.input.popup_open)
    QTest.keyClick(editor.input, Qt.Key.Key_Return)
    assert editor.value() == Ref(saved.id or 0)
    editor.input.selectAll()
    QTest.keyClicks(editor.input, "nobody")
    QTest.keyClick(editor.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(editor.input.problem))
    with pytest.raises(ValueError, match="nobody"):
        editor.value()
    editor.input.clear()
    QTest.keyClicks(editor.input, "x")
    QTest.keyClick(editor.input, Qt.Key.Key_Backspace)
    assert editor.value() is None
