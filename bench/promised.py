"""What search promises on public sets, to print beside what is measured. R@1 and R@3 in percent, of questions that have
an answer; a set is known by the name of its file."""

from __future__ import annotations

Reached = tuple[float, float | None]

#: By set, what was learned before, and how the questions were disturbed.
RANKS: dict[tuple[str, str, str], Reached] = {
    ("fa_para", "nothing learned", "clean"): (94.0, 98.5),
    ("fa_para", "nothing learned", "script"): (93.0, None),
    ("fa_para", "nothing learned", "typo"): (88.0, None),
    ("fa_para", "nothing learned", "informal"): (91.0, None),
    ("fa_para", "nothing learned", "noisy"): (86.0, None),
    ("fa_para", "everything", "clean"): (95.0, 99.0),
    ("fa_intent", "everything", "clean"): (87.0, 95.5),
    ("fa_intent", "everything", "noisy"): (80.0, None),
    ("en_bank", "everything", "clean"): (92.0, 97.8),
    ("en_bank", "everything", "noisy"): (80.0, None),
    ("en_bank", "1 contact an article", "clean"): (40.0, None),
    ("en_bank", "5 contacts an article", "clean"): (68.0, None),
    ("en_bank", "10 contacts an article", "clean"): (79.0, None),
}
#: The same with a model of meaning.
RANKS_WITH_MEANING: dict[tuple[str, str, str], Reached] = {
    ("en_bank", "1 contact an article", "clean"): (45.0, None),
    ("en_bank", "5 contacts an article", "clean"): (76.0, None),
    ("en_bank", "10 contacts an article", "clean"): (84.0, None),
}
#: Of questions that belong to no article, found while 5 % of the others are refused.
FOUND = {"en_oos": 80.0, "fa_oos": 40.0}
#: Points of R@1 that wrong labels may cost.
WRONG_LABELS_COST = 3.0
#: Milliseconds of processor time that 95 of 100 questions stay under, by number of articles.
SLOWEST = {2_000: 2.0, 100_000: 5.0}
#: Milliseconds after which a resolved contact counts.
COUNTS_AFTER = 1_000.0


def slowest(articles: int) -> float:
    """The promise for so many articles."""
    return min(limit for size, limit in SLOWEST.items() if articles <= size * 1.5 or size == max(SLOWEST))
