"""What the benches reckon with."""

import os
from pathlib import Path

from benchmarks.pairs import cpu_of, cpu_seconds, in_turn, middle, ratio, told

RUNS = [{"ours": 2.0, "floor": 8.0}, {"ours": 1.0, "floor": 9.0}, {"ours": 4.0, "floor": 4.0}]


def test_the_ratio_is_the_median_of_the_pairs_not_the_ratio_of_the_medians():
    assert ratio(RUNS, "floor", "ours") == 4.0
    assert middle(RUNS, "ours") == 2.0


def test_cpu_time_is_read_behind_whatever_name_the_process_has():
    ticks = os.sysconf("SC_CLK_TCK")
    stat = f"42 (jieli (a b) 7) S 1 42 42 0 -1 4194560 99 0 0 0 {3 * ticks} {ticks} 0 0 20 0"
    assert cpu_seconds(stat) == 4.0


def test_the_cpu_time_of_this_very_process_can_be_read():
    assert cpu_of(os.getpid()) > 0


def test_who_goes_first_changes_from_pair_to_pair():
    assert [in_turn(pair)[0] for pair in range(4)] == ["ours", "floor", "ours", "floor"]


def test_a_result_is_written_with_the_folder_it_goes_to(tmp_path: Path):
    told({"ratio": 4.0}, tmp_path / "new" / "R.json")
    assert (tmp_path / "new" / "R.json").read_text() == '{\n "ratio": 4.0\n}\n'
