"""The tests; their shared modules hold asserts too."""

import pytest

pytest.register_assert_rewrite("tests.fakes", "tests.worlds")
