"""Paths that the benchmarks use."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CATCLF_SHARED_DATA", ROOT.parent / "shared" / "data"))
PEERS = Path(__file__).with_name("peers")
PROCESSES = Path(__file__).with_name("processes")
PYTHON = sys.executable
CATCLF = Path(sys.executable).with_name("catclf")
