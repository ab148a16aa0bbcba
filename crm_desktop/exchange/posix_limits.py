"""A limit of memory that the system itself holds a process to, on Linux and its kin."""

from __future__ import annotations

import resource


def limit_memory(size: int) -> None:
    """Refuse this process more than `size` bytes from now on."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
