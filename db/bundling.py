"""Statements that travel to a server together: what waits for nobody's answer does not cost a round trip of its own.

`post` is for what is written and needs no answer, `ask` for a question whose answer is looked at later. Both are kept here, in their order,
until an answer is looked at, another statement is executed, or the transaction is committed; then all of them travel in one pipeline.
The server carries them out one by one, each with all before it in sight, as if they had been sent one by one. Where one fails the rest is
not done, the error comes out where they travel, and the transaction ends as with any other error.

On SQLite, where nothing travels, and outside of `db.engine.writing_with` each is carried out at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, Insert, event
from sqlalchemy.orm import Session

from db.errors import translate

_KEPT = "bundle"  # the option under which a connection keeps what waits to travel
_STEP = "step of a bundle"  # the option by which a statement is known when the driver is to carry it out


class Answer:
    """The answer to a question. Looking at it brings it here, if it is not here yet."""

    def __init__(self, fetch: Callable[[], None]) -> None:
        self._fetch = fetch
        self._rows: Sequence[Any] | None = None
        self._changed = -1

    def fill(self, result: CursorResult[Any]) -> None:
        """Keep the answer, which came."""
        self._rows = result.all() if result.returns_rows else []
        self._changed = result.rowcount

    def all(self) -> Sequence[Any]:
        """Its rows."""
        if self._rows is None:
            self._fetch()
        if self._rows is None:
            raise RuntimeError("the transaction ended before this question was asked")
        return self._rows

    def first(self) -> Any:
        """Its first row; None where there is none."""
        rows = self.all()
        return rows[0] if rows else None

    def scalars(self) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.all()]

    def scalar(self) -> Any:
        """The first value of the first row; None where there is no row."""
        row = self.first()
        return row[0] if row is not None else None

    @property
    def changed(self) -> int:
        """How many rows the statement changed."""
        self.all()
        return self._changed


class _Step:
    """A statement on its way: as SQLAlchemy wrote it, and later with the cursor that has carried it out."""

    def __init__(self, statement: Executable, values: Any, answer: Answer | None) -> None:
        self.statement, self.values, self.answer = statement, values, answer
        self.cursor: Any = None
        self._sql, self._many = "", False
        self._parameters: Any = None

    def write(self, sql: str, parameters: Any, many: bool) -> None:
        """Take down what the driver is to be told."""
        self._sql, self._parameters, self._many = sql, parameters, many

    def send(self, driver: Any) -> None:
        """Tell the driver; inside a pipeline nothing is waited for."""
        self.cursor = driver.cursor()
        if self._many:
            self.cursor.executemany(self._sql, self._parameters)
        else:
            self.cursor.execute(self._sql, self._parameters or None)


class _Bundle:
    """What waits to travel in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._steps: list[_Step] = []

    def add(self, statement: Executable, values: Any, answer: Answer | None) -> None:
        """Keep a statement until all of them travel."""
        step = _Step(statement, values, answer)
        self._execute(step)
        self._steps.append(step)

    def bring(self) -> None:
        """Let everything travel, since an answer is wanted."""
        if self._steps:
            with _translated(self._connection):
                self._travel(None)

    def commit(self) -> None:
        """Let everything travel together with the end of the transaction."""
        if self._steps:
            with _translated(self._connection):
                self._travel(lambda driver: driver.execute("COMMIT"))

    def forget(self) -> None:
        """Nothing of it is to be done any more."""
        self._steps.clear()

    def meet(self, cursor: Any, sql: str, parameters: Any, many: bool, context: Any) -> bool:
        """Whether what SQLAlchemy is about to tell the driver was seen to here."""
        step: _Step | None = context.execution_options.get(_STEP)
        if step is not None and step.cursor is None:
            step.write(sql, parameters, many)
            return True
        if step is not None:
            cursor.close()
            context.cursor = step.cursor
            return True
        if not self._steps:
            return False
        if context.execution_options.get("stream_results"):  # a cursor of the server, which no pipeline takes
            self._travel(None)
            return False
        tell = cursor.executemany if many else cursor.execute
        self._travel(lambda _driver: tell(sql, parameters or None))
        return True

    def _execute(self, step: _Step) -> CursorResult[Any]:
        return self._connection.execute(step.statement, step.values, execution_options={_STEP: step})

    def _travel(self, last: Callable[[Any], object] | None) -> None:
        driver: Any = self._connection.connection.driver_connection
        steps, self._steps = self._steps, []
        with driver.pipeline():
            for step in steps:
                step.send(driver)
            if last is not None:
                last(driver)
        for step in steps:
            if step.answer is not None:
                step.answer.fill(self._execute(step))


@contextmanager
def _translated(connection: Connection) -> Iterator[None]:
    """As `db.engine` does it for the statements that SQLAlchemy sends itself."""
    try:
        yield
    except Exception as error:
        driver: Any = connection.connection.driver_connection
        if driver.closed:
            connection.invalidate(error)
        fault = translate(error)
        if fault is None:
            raise
        raise fault from error


def _bundle(connection: Connection) -> _Bundle | None:
    found: _Bundle | None = connection.get_execution_options().get(_KEPT)
    return found


def _connection(asked: Connection | Session) -> Connection:
    if isinstance(asked, Session):
        asked.flush()
        return asked.connection()
    return asked


def post(asked: Connection | Session, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
    """Carry out a statement that needs no answer, before the next one that needs one."""
    connection = _connection(asked)
    bundle = _bundle(connection)
    if isinstance(statement, Insert):
        statement = statement.inline()  # else the id of a single row would be asked for
    if bundle is None:
        connection.execute(statement, values)
    else:
        bundle.add(statement, values, None)


def ask(asked: Connection | Session, statement: Executable, values: Mapping[str, Any] | None = None) -> Answer:
    """Ask a question whose answer is looked at later. It sees the data as they are at this place of the transaction."""
    connection = _connection(asked)
    bundle = _bundle(connection)
    if bundle is None:
        answer = Answer(lambda: None)
        answer.fill(connection.execute(statement, values))
        return answer
    answer = Answer(bundle.bring)
    bundle.add(statement, values, answer)
    return answer


def begin(connection: Connection) -> None:
    """Let what is posted and asked from here to the end of the transaction travel together."""
    connection.execution_options(**{_KEPT: _Bundle(connection)})


def prepare(engine: Engine) -> None:
    """Let the engine of a server carry out what travels together."""

    @event.listens_for(engine, "do_execute")
    def one(cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        bundle: _Bundle | None = context.execution_options.get(_KEPT)
        return bundle is not None and bundle.meet(cursor, sql, parameters, False, context)

    @event.listens_for(engine, "do_execute_no_params")
    def plain(cursor: Any, sql: str, context: Any) -> bool:
        bundle: _Bundle | None = context.execution_options.get(_KEPT)
        return bundle is not None and bundle.meet(cursor, sql, None, False, context)

    @event.listens_for(engine, "do_executemany")
    def many(cursor: Any, sql: str, parameters: Any, context: Any) -> bool:
        bundle: _Bundle | None = context.execution_options.get(_KEPT)
        return bundle is not None and bundle.meet(cursor, sql, parameters, True, context)

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        bundle = _bundle(connection)
        if bundle is not None:
            bundle.commit()

    @event.listens_for(engine, "rollback")
    @event.listens_for(engine, "rollback_savepoint")
    def forget(connection: Connection, *_savepoint: Any) -> None:
        bundle = _bundle(connection)
        if bundle is not None:
            bundle.forget()
