"""The HTTP side of knowledge as JSON: articles, their life, the evidence about them, setting up. Decides nothing."""

from __future__ import annotations

from knowledge.given import Given
from knowledge.routes.articles import Articles
from knowledge.routes.evidence import Evidence
from knowledge.routes.life import Living
from knowledge.routes.setup import Setup
from knowledge.routes.work import Duties
from router.routes import Route


def api(given: Given) -> list[Route]:
    """Every call; those with a fixed word in the path stand before those with a number."""
    return [*Evidence(given).routes(), *Setup(given).routes(), *Duties(given).routes(), *Living(given).routes(),
            *Articles(given).routes()]


__all__ = ["Articles", "Duties", "Evidence", "Living", "Setup", "api"]
