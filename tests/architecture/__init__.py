"""What the source must look like, as functions from modules to faults.

Each check takes the modules and answers lines "path:line: what is wrong and what to do". `test_architecture.py` runs
them over the house, and over planted source that each must refuse.
"""

from tests.architecture import manners, structure
from tests.architecture.source import Module

CHECKS = (
    structure.table_of_imports, structure.channels_apart, structure.purity, structure.frozen_values, structure.cycles,
    structure.medium_blind_core, structure.rows_stay_in_storage,
    manners.sizes, manners.docstrings, manners.broad_except, manners.no_print, manners.plain_names,
    manners.routes_state_access, manners.quiet_logs, manners.owned_tasks, manners.no_trapdoors, manners.honest_tests,
    manners.finished_comments,
)

__all__ = ["CHECKS", "Module"]
