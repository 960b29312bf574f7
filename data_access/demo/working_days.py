"""Days on which the service works: Latvian public holidays and what is left of a year."""

from datetime import date, timedelta

# Days made free for one year only: the holidays that make up for the end of the song festival and the
# day after the ice hockey championship.
_ONCE = (date(2023, 5, 29), date(2023, 7, 10))
_YEARLY = ((1, 1), (5, 1), (5, 4), (6, 23), (6, 24), (11, 18), (12, 24), (12, 25), (12, 26), (12, 31))
_MOVED_FROM_WEEKENDS = ((5, 4), (11, 18))


def public_holidays(year: int) -> set[date]:
    days = {date(year, month, day) for month, day in _YEARLY}
    easter = _easter(year)
    days |= {easter + timedelta(days=shift) for shift in (-2, 0, 1, 49)}
    for month, day in _MOVED_FROM_WEEKENDS:
        holiday = date(year, month, day)
        if holiday.weekday() >= 5:
            days.add(holiday + timedelta(days=7 - holiday.weekday()))
    return days | {day for day in _ONCE if day.year == year}


def working_days(year: int) -> list[date]:
    """Mondays to Fridays that are no public holidays."""
    free = public_holidays(year)
    return [day for day in _days(year) if day.weekday() < 5 and day not in free]


def working_days_and_saturdays(year: int) -> list[date]:
    """Working days, and the second Saturday of each month."""
    free = public_holidays(year)
    saturdays = [day for day in _days(year) if day.weekday() == 5 and 8 <= day.day <= 14 and day not in free]
    return sorted(working_days(year) + saturdays)


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian rule (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    ll = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ll) // 451
    month, day = divmod(h + ll - 7 * m + 114, 31)
    return date(year, month, day + 1)
