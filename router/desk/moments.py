"""Moments as the shop says them: today, tomorrow, or by their date, on the shop's clock."""

from __future__ import annotations

import datetime as dt

from router.desk.services import Services
from router.texts import Texts


def opening_of(services: Services, texts: Texts) -> str:
    """Say when somebody is at the desk again."""
    now = services.now()
    return moment_of(services, texts, services.rules().timing.calendar.next_opening(now), now)


def moment_of(services: Services, texts: Texts, at: dt.datetime, now: dt.datetime) -> str:
    """Say a moment as the shop's clock shows it: today, tomorrow, or by its date."""
    zone = services.settings.zone
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    match (local.date() - today).days:
        case 0:
            return texts.moment_today.format(time=time)
        case 1:
            return texts.moment_tomorrow.format(time=time)
        case _:
            return texts.moment_day.format(month=local.month, day=local.day, time=time)
