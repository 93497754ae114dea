"""Promise clocks: follows the journal, warns when a promise is near or broken, puts off what a citizen was told."""

from router.promises.book import Promises, standing
from router.promises.clocks import answer_by, follow, hours_of

__all__ = ["Promises", "answer_by", "follow", "hours_of", "standing"]
