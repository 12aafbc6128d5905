// Moments in words: clock time first, then how long it is. Local time of this computer.
import { words } from "../words/en";

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(words.locale, options);
const clockFormat = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const secondsFormat = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayFormat = format({ day: "numeric", month: "long" });
const shortDayFormat = format({ day: "numeric", month: "short" });
const dateFormat = format({ day: "numeric", month: "long", year: "numeric" });
const weekdayFormat = format({ weekday: "long" });
/** "Friday 27 November", "Monday 3 March 2025": the comma of the locale's own form stands in some versions of ICU only. */
const longDay = (at: number): string => `${weekdayFormat.format(at)} ${dayFormat.format(at)}`;
const longDate = (at: number): string => `${weekdayFormat.format(at)} ${dateFormat.format(at)}`;
const sameYear = (a: number, b: number): boolean => new Date(a).getFullYear() === new Date(b).getFullYear();

export const clockTime = (at: number): string => clockFormat.format(at);
export const clockWithSeconds = (at: number): string => secondsFormat.format(at);

/** Days from `now` to `at` by the calendar, not by 24 hours: 23:59 to 00:01 is one. */
export function daysBetween(now: number, at: number): number {
  const midnight = (moment: number): number => {
    const date = new Date(moment);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return Math.round((midnight(at) - midnight(now)) / 86_400_000);
}

/** "today 09:32", "tomorrow, 10:51", or "12 August". */
export function pastDay(at: number, now: number): string {
  return daysBetween(now, at) === 0 ? words.time.today(clockTime(at)) : dayFormat.format(at);
}

/** "today 09:32", "yesterday 16:20", "12 August", and with the year once it is another one. */
export function pastMoment(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return words.time.today(clockTime(at));
  if (days === 1) return words.time.yesterday(clockTime(at));
  return sameYear(at, now) ? dayFormat.format(at) : dateFormat.format(at);
}

/** "22 Nov", where there is little room and the whole stands beside it. */
export const shortDay = (at: number): string => shortDayFormat.format(at);

/** "3 March 2025". */
export const fullDate = (at: number): string => dateFormat.format(at);

/** Of a day in a timeline: "Today, Tuesday 24 November", "Friday 20 November", "Monday 3 March 2025". */
export function dayHeading(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return words.timeline.today(longDay(at));
  if (days === 1) return words.timeline.yesterday(longDay(at));
  return sameYear(at, now) ? longDay(at) : longDate(at);
}

/** Date and time to the second, for one entry of a log. */
export const exactMoment = (at: number): string => words.time.day_and_clock(longDate(at), clockWithSeconds(at));

/** The time zone of this computer, as the system names it. */
export const timeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** When something opens again: "10:51", "tomorrow, 10:51", "Friday 27 November, 10:51". */
export function comingTime(at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days <= 0) return clockTime(at);
  return days === 1 ? words.time.tomorrow(clockTime(at)) : fullTime(at);
}

/** The same for a sentence read aloud: "10:51 tomorrow". */
export function spokenTime(at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days <= 0) return clockTime(at);
  if (days === 1) return words.time.clock_tomorrow(clockTime(at));
  return words.time.clock_on(clockTime(at), longDay(at));
}

export const fullTime = (at: number): string => words.time.day_and_clock(longDay(at), clockTime(at));

/** Whole minutes still to go, rounded up, never below zero. */
export const minutesLeft = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / 60_000));

export const minutesSince = (since: number, now: number): number => Math.max(0, Math.floor((now - since) / 60_000));

/** The call timer: "03:42", from an hour on "1:03:42". A clock behind the server's shows 00:00. */
export function callTimer(openedAt: number, now: number): string {
  const total = Math.max(0, Math.floor((now - openedAt) / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
