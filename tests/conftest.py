"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_of_their_own() -> Iterator[None]:
    """A command sets the log up on the stderr of its test, which is closed for the next one."""
    yield
    structlog.reset_defaults()
