"""The designer in a test: when its paper shows the template as it is."""

from __future__ import annotations

from form_makers import Desk

from ui.designer.screen import DesignerScreen
from ui.designer.workbench import Workbench


def drawn(desk: Desk, screen: DesignerScreen) -> Workbench:
    """Wait until the paper shows the template as it is."""
    desk.wait(lambda: screen.bench is not None and screen.bench.context is not None)
    bench = screen.bench
    assert bench is not None
    desk.quiet()
    desk.wait(lambda: bench.drawer.idle and not bench.drawer._timer.isActive() and bool(bench.canvas.pages))
    desk.quiet()
    return bench
