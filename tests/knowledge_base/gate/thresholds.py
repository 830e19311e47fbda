"""Thresholds the tests of the gate share."""

import msgspec

from knowledge_base.gate.limits import Thresholds

THRESHOLDS = Thresholds(
    held_out_top1=0.8,
    held_out_top3=0.9,
    held_out_vs_live=0.02,
    cross_validated_top1=0.65,
    cross_validated_top3=0.65,
    titles_found=0.95,
    precision_when_sure=0.9,
    coverage_when_sure=0.5,
    out_of_scope_replied=0.35,
    calibration=0.1,
    confirmed_stay_right=0.95,
    requests_recall=0.95,
    requests_false_alarms=0.03,
    cures=0.75,
    near_duplicates=0,
    latency_p99_ms=500.0,
    latency_vs_live=3.0,
    overlap=0.2,
)


def patient(thresholds: Thresholds) -> Thresholds:
    """Leave time out: how long a reading takes says more about the machine than about a bot."""
    return msgspec.structs.replace(thresholds, latency_p99_ms=1e6, latency_vs_live=1e6)
