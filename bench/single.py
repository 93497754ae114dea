"""The product with one transaction for every message: what group commit is compared with."""

from __future__ import annotations

import sys

import run
from storage import writer

writer.MAX_BATCH = 1
sys.exit(run.main())
