"""Runs a module with the packages of one folder: `python inside.py FOLDER MODULE ARGS…`.

The Windows Python that builds holds nothing of ours. What is found by this one call is found by the processes it starts as well, so
the folder goes into the environment, too, which not every way to start a Windows program on Linux hands through.
"""

import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run it as `python -m MODULE` would."""
    folder, module = str(Path(sys.argv[1]).resolve()), sys.argv[2]
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in (folder, os.environ.get("PYTHONPATH", "")) if p)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.path[0] = folder
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
