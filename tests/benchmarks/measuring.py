"""How figures are taken and told: times of the same work by ours and by the plain engine in one run, side by side."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass
class Row:
    """One line of the table. Times are milliseconds; a ratio is ours to the plain engine's."""

    work: str
    size: int
    ours: str
    plain: str = "–"
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    why: str = ""
    figure: float = 0.0  # what is compared from size to size
    flat: bool = False  # must cost the same at every size, within a factor of three


@dataclass
class Times:
    """Milliseconds of many runs of one piece of work."""

    all: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The time that `share` of the runs kept within."""
        ordered = sorted(self.all)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def median(self) -> float:
        """The time in the middle."""
        return self.at(0.5)

    @property
    def p95(self) -> float:
        """What 95 of 100 runs kept within."""
        return self.at(0.95)

    def __add__(self, other: Times) -> Times:
        return Times(self.all + other.all)


def time_of(work: Callable[[], Any]) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def times_of(work: Callable[[], Any], runs: int = 20, warm: int = 2) -> Times:
    """`runs` runs after `warm` ones that do not count."""
    for _ in range(warm):
        work()
    return Times([time_of(work) for _ in range(runs)])


def paired(ours: Callable[[], Any], plain: Callable[[], Any], runs: int = 20, warm: int = 2) -> tuple[Times, Times]:
    """Both in turn, so that whatever else the machine does meets both alike."""
    for _ in range(warm):
        ours(), plain()
    gc.collect()
    gc.freeze()  # as the program does once its window stands; what was measured before must not be looked through now
    mine, theirs = Times(), Times()
    for _ in range(runs):
        mine.all.append(time_of(ours))
        theirs.all.append(time_of(plain))
    return mine, theirs


@dataclass
class Peak:
    """The most memory a piece of work took beyond what was held before, in MB."""

    megabytes: float = 0.0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """The most resident memory of this process during the work, against the one before; looked at fifty times a second."""
    process, found, over = psutil.Process(), Peak(), threading.Event()
    gc.collect()
    before = process.memory_info().rss

    def watch() -> None:
        while not over.wait(0.02):
            found.megabytes = max(found.megabytes, (process.memory_info().rss - before) / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
        found.megabytes = max(found.megabytes, (process.memory_info().rss - before) / 2**20)


def short(milliseconds: float) -> str:
    """A time as people read it."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds >= 100:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds:.1f} ms" if milliseconds >= 10 else f"{milliseconds:.2f} ms"


def growth(rows: Sequence[Row]) -> list[Row]:
    """One line for each piece of work that must cost the same at every size: the largest size against the smallest."""
    found = []
    for work in dict.fromkeys(r.work for r in rows if r.flat):
        same = sorted((r for r in rows if r.work == work), key=lambda r: r.size)
        if len(same) > 1:
            ratio = same[-1].figure / max(same[0].figure, 0.001)
            # A millisecond more is noise, whatever its ratio.
            met = ratio <= 3 or same[-1].figure - same[0].figure < 1
            found.append(
                Row(
                    f"{work}: {same[-1].size:,} against {same[0].size:,}", same[-1].size, same[-1].ours, same[0].ours, ratio, "× 3", met
                )
            )  # fmt: skip
    return found
