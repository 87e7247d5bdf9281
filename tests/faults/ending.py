"""How every program of faults ends: what is wrong, line by line, and the exit code."""

from collections.abc import Sequence

MOST_SHOWN = 40


def exit_code(wrong: Sequence[str]) -> int:
    """Prints how much is wrong and what; 1 where anything is."""
    print(f"wrong: {len(wrong)}")
    for line in wrong[:MOST_SHOWN]:
        print(f"  {line}")
    return 1 if wrong else 0
