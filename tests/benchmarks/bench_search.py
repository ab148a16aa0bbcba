"""Search as one types: two Chinese characters, pinyin initials, part of a telephone number; the hits are those of LIKE."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from benchmarks.bench_lists import Window
from benchmarks.companies import plain_connection
from benchmarks.measuring import Row, Times, paired, short, time_of, times_of

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import count, fetch_page
from crm_desktop.services.opening import database_path
from crm_desktop.services.search_all import search_everything
from db.search import match

KINDS = {"two Chinese characters": 2, "pinyin initials": 4, "part of a telephone number": 5}


def texts(raw: sqlite3.Connection, what: str) -> list[str]:
    """What people type, cut from records all over the table, so that common and rare texts come as they do in the data."""
    last = raw.execute("SELECT max(id) FROM customer").fetchone()[0]
    ids = [1 + last * at // 12 for at in range(12)]
    column = {"two Chinese characters": "name", "pinyin initials": "initials", "part of a telephone number": "mobile"}[
        what
    ]
    length = KINDS[what]
    found = []
    for at, id_ in enumerate(ids):
        value = raw.execute(f"SELECT {column} FROM customer WHERE id >= ? LIMIT 1", (id_,)).fetchone()[0]
        begin = at % max(1, len(value) - length)
        found.append(value[begin : begin + length])
    return list(dict.fromkeys(found))


def raw_search(raw: sqlite3.Connection, text: str) -> Sequence[Any]:
    """The bare bigram index asked for the first hundred records, in the index's own order."""
    return raw.execute(
        "SELECT c.id, c.number, c.name, c.level, c.status, c.industry, c.next_follow_up, c.phone, c.city, c.credit_limit, c.owner_id "
        "FROM fts_customer f JOIN customer c ON c.id = f.rowid WHERE fts_customer MATCH ? LIMIT 100",
        (match(text),),
    ).fetchall()


def raw_sorted(raw: sqlite3.Connection, text: str) -> Sequence[Any]:
    """The same, newest first, in one statement: what a person would write who knows the index."""
    return raw.execute(
        "SELECT c.id, c.number, c.name, c.level, c.status, c.industry, c.next_follow_up, c.phone, c.city, c.credit_limit, c.owner_id "
        "FROM customer c WHERE c.id IN (SELECT rowid FROM fts_customer WHERE fts_customer MATCH ?) "
        "ORDER BY c.updated_at DESC, c.id DESC LIMIT 100",
        (match(text),),
    ).fetchall()


def raw_scan(raw: sqlite3.Connection, text: str) -> int:
    """How many records LIKE finds by reading all of them."""
    return int(raw.execute("SELECT count(*) FROM customer WHERE search_text LIKE ?", (f"%{text}%",)).fetchone()[0])


def measure(app: Application, size: int, window: Window, runs: int = 10) -> list[Row]:
    """All rows of the table about searching."""
    raw = plain_connection(database_path(app.data))
    try:
        rows: list[Row] = []
        for what in KINDS:
            rows += _one_kind(app, raw, window, size, what, runs)
        typed = texts(raw, "two Chinese characters")[:6]
        everything = Times()
        for text in typed:
            everything += times_of(lambda t=text: search_everything(app, t), 5, 1)
        rows.append(
            Row("search over everything (Ctrl+K), two Chinese characters, p95", size, short(everything.p95), "–", None, "",
                None, "all record types, ranked", everything.p95)
        )  # fmt: skip
        return rows
    finally:
        raw.close()


def _one_kind(app: Application, raw: sqlite3.Connection, window: Window, size: int, what: str, runs: int) -> list[Row]:
    ours, bare, ordered, seen = Times(), Times(), Times(), Times()
    scans, hits = Times(), []
    for text in texts(raw, what):
        query = ListQuery("customers", search=text)
        mine, theirs = paired(lambda q=query: fetch_page(app, q), lambda t=text: raw_sorted(raw, t), runs, 1)
        ours, ordered = ours + mine, ordered + theirs
        bare += times_of(lambda t=text: raw_search(raw, t), runs, 1)
        seen.all += [window.first(query) for _ in range(runs)]
        scans.all.append(time_of(lambda t=text: raw_scan(raw, t)))
        number, scanned = count(app, query, cap=None).number, raw_scan(raw, text)
        assert number == scanned, f"{text}: {number} hits, LIKE finds {scanned}"
        hits.append(number)
    about = f"{len(hits)} texts with {min(hits):,} to {max(hits):,} hits, the same as LIKE's; scanning takes {short(scans.median)}"
    ratio = ours.p95 / ordered.p95
    large = size >= 1_000_000  # before that, both are so quick that only the fixed part of ours shows
    met = ours.p95 <= 10 and (ratio <= 1.6 or not large)
    return [
        Row(f"search, {what}, first page, p95", size, short(ours.p95), short(ordered.p95), ratio, "10 ms, × 1.6" if large else "10 ms", met,
            f"{about}; the index alone, unsorted: {short(bare.p95)}", ours.p95),
        Row(f"search, {what}, end to end in the table model, p95", size, short(seen.p95), short(ordered.p95),
            seen.p95 / ordered.p95, "35 ms", seen.p95 <= 35, "", seen.p95),
    ]  # fmt: skip
