"""A simulated day: the same callers under three orders, measured and drawn."""

import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from router.cli import main
from router.policy import read_policy
from router.settings import ROOT
from router.simulate.day import make_day
from router.simulate.plots import plots
from router.simulate.run import Simulation, simulate

RULES = read_policy((ROOT / "router" / "policy.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def day() -> Simulation:
    return simulate(RULES, seed=11, scale=1.0, peak=4.0)


def test_a_day_is_made_again_by_its_seed_and_peaks_as_asked() -> None:
    assert make_day(3) == make_day(3)
    assert make_day(3) != make_day(4)
    calm, wild = make_day(3, peak=1), make_day(3, peak=10)
    evening = [sum(d.hour_of(c.at) == 20 for c in d.callers) for d in (calm, wild)]
    assert 7 < evening[1] / evening[0] < 13


def test_everybody_is_served_or_gives_up_and_meets_the_same_day_in_each_order(
    day: Simulation,
) -> None:
    assert [d.ordering for d in day.days] == ["ours", "first_come", "vip_first"]
    for one in day.days:
        everybody = one.by_class["all"]
        left = round(everybody.gave_up * everybody.asked)
        assert everybody.served + left == everybody.asked
        assert one.tickets.served == one.tickets.asked > 0
        assert everybody.asked + one.tickets.asked == day.callers


def test_nine_in_ten_waits_keep_to_what_was_told_in_steady_hours(day: Simulation) -> None:
    share = day.days[0].coverage_steady
    assert share is not None
    assert day.days[0].told_steady > 1_000
    assert abs(share - 0.9) <= 0.05


def test_no_ordinary_shopper_waits_longer_than_the_bound(day: Simulation) -> None:
    assert day.bound.keeps
    assert day.bound.longest <= day.bound.bound


def test_in_no_hour_an_ordinary_shopper_waits_longer_than_the_bound_of_that_hour(
    day: Simulation,
) -> None:
    assert [one.hour for one in day.bounds] == list(range(8, 24))
    assert [one.hour for one in day.bounds if not one.keeps] == []
    # An hour's own bound says more than the day's: in a calm one it is far below it.
    assert min(one.bound for one in day.bounds) < day.bound.bound
    assert max(one.longest for one in day.bounds) == day.bound.longest


def test_every_steady_hour_is_shown_with_how_well_its_waits_were_told(day: Simulation) -> None:
    steady = [one for one in day.days[0].by_hour if one.hour in day.steady_hours]
    assert len(steady) == len(day.steady_hours)
    assert all(one.coverage is not None and one.coverage > 0.7 for one in steady if one.told > 100)


def test_a_vip_waits_less_than_in_line_and_an_ordinary_one_less_than_behind_every_vip(
    day: Simulation,
) -> None:
    ours, line, vips = day.days
    assert (ours.by_class["diamond"].p90 or 0) < (line.by_class["diamond"].p90 or 0)
    assert (vips.by_class["diamond"].p90 or 0) < (ours.by_class["diamond"].p90 or 0)
    assert (ours.by_class["angry"].p90 or 0) < (vips.by_class["angry"].p90 or 0)


def test_every_plot_is_well_formed_and_names_what_it_shows(day: Simulation) -> None:
    drawn = plots(day.days)
    assert set(drawn) == {"waits_by_hour", "waits_by_class", "demand", "coverage"}
    for svg in drawn.values():
        root = ET.fromstring(svg)
        assert root.attrib["aria-label"]
        assert "nan" not in svg


def test_the_command_prints_a_day_and_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "day.json"
    options = ["simulate", "--scale", "0.3", "--peak", "2", "--out", str(out)]
    found = CliRunner().invoke(main, [*options, "--plots", str(tmp_path / "plots")])
    assert found.exit_code == 0, found.output
    assert "longest ordinary wait" in found.output
    assert "hours whose own bound is broken" in found.output
    assert msgspec.json.decode(out.read_bytes(), type=Simulation).seed == 11
    assert len(list((tmp_path / "plots").glob("*.svg"))) == 4
