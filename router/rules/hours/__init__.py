"""Working hours: when a queue or an organisation is open, and working time between moments. Pure.

`read()` turns a definition (config, admin page, file) into a `Calendar`, or says everything that is wrong with it;
`Hours(calendar)` answers questions about moments.
"""

from __future__ import annotations

from router.rules.hours.definition import IRAN_SOLAR_HOLIDAYS, HoursError, always, read
from router.rules.hours.opening import Hours
from router.rules.hours.week import DAY, Calendar, Span

__all__ = ["DAY", "IRAN_SOLAR_HOLIDAYS", "Calendar", "Hours", "HoursError", "Span", "always", "read"]
