"""Work on several cores: in order, and with errors that can be told."""

import os
from functools import partial

import pytest

from bot.components.beside import in_parallel


def test_results_come_in_the_order_of_the_jobs():
    assert in_parallel([partial(pow, 2, at) for at in range(7)]) == [2**at for at in range(7)]


def test_a_job_that_dies_in_a_copy_is_done_again_here():
    own = os.getpid()

    def fragile() -> str:
        if os.getpid() != own:
            os._exit(9)
        return "done"

    assert in_parallel([fragile] * 4) == ["done"] * 4


def test_an_error_of_a_job_is_told():
    def wrong() -> int:
        raise ValueError("no such text")

    with pytest.raises(ValueError, match="no such text"):
        in_parallel([wrong, wrong])
