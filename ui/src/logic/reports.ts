// What the charts of reports draw, out of the numbers the desk counted. Nothing here asks or draws.
import type { Statistics } from "../contract";
import { words } from "../words/en";

export type ReportName = "endings" | "reached" | "times" | "mails" | "unusual";

/** As the charts have them, from the best to the worst. */
export const endings = ["unlocked", "mail_sent", "passed_on", "abandoned", "not_verified", "paused", "refused", "repudiated", "going_on"] as const;
export const steps = ["opened", "checked", "verified", "accepted", "pressed", "unlocked"] as const;

const msOfDay = 86_400_000;
const dayFormat = new Intl.DateTimeFormat(words.locale, { day: "numeric", month: "short", timeZone: "UTC" });

/** A day counted from 1970: "24 Nov". */
export const dayName = (day: number): string => dayFormat.format(day * msOfDay);

export interface EndingRow {
  ending: string;
  total: number;
  /** Calls by day, the first day first. */
  byDay: number[];
}

/** The endings there were, each with all days of the period. */
export function endingRows(found: Statistics): EndingRow[] {
  const days = found.to_day - found.from_day + 1;
  return endings
    .map((ending) => {
      const byDay = Array.from({ length: days }, () => 0);
      for (const row of found.endings) if (row.ending === ending && row.day >= found.from_day && row.day <= found.to_day) byDay[row.day - found.from_day] = row.calls;
      return { ending, byDay, total: byDay.reduce((sum, calls) => sum + calls, 0) };
    })
    .filter((row) => row.total > 0);
}

export interface Lost {
  step: (typeof steps)[number];
  lost: number;
  of: number;
}

/** Before which step most calls are lost; null where none is. */
export function mostLost({ reached }: Statistics): Lost | null {
  let worst: Lost | null = null;
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined) continue;
    const of = reached[before];
    const lost = of - reached[step];
    if (lost > 0 && (worst === null || lost > worst.lost)) worst = { step, lost, of };
  }
  return worst;
}

export const percentOf = (part: number, of: number): number => (of === 0 ? 0 : Math.round((part * 100) / of));

/** "48 s", "7 min", "1 h 12 min": rounded to what is worth saying. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return words.reports.seconds(seconds);
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? words.reports.minutes(minutes) : words.reports.hours(Math.floor(minutes / 60), minutes % 60);
}

export function findingOf(report: ReportName, found: Statistics): string {
  const w = words.reports;
  const days = found.to_day - found.from_day + 1;
  const { reached, mails } = found;
  const calls = reached.opened;
  switch (report) {
    case "endings":
      if (calls === 0) return w.none(days);
      return calls < found.enough ? w.too_few(calls, days) : w.endings_found(reached.unlocked, calls, days);
    case "reached": {
      if (calls === 0) return w.none(days);
      if (calls < found.enough) return w.too_few(calls, days);
      const worst = mostLost(found);
      return worst === null ? w.stuck_nowhere(days) : w.stuck_at(worst.lost, worst.of, w.steps[worst.step] ?? worst.step);
    }
    case "times": {
      const unlocked = found.times.find((row) => row.until === "unlocked");
      if (unlocked === undefined || unlocked.calls < found.enough) return w.times_too_few(unlocked?.calls ?? 0, days);
      return w.times_found(duration(unlocked.half_ms), duration(unlocked.nine_in_ten_ms));
    }
    case "mails": {
      if (mails.mails === 0) return w.mails_none(days);
      if (mails.failed === 0) return w.mails_well(mails.mails, days);
      const worst = found.mails_by_domain[0];
      // "Most of them" is said of a domain only where it is true.
      const most = worst !== undefined && worst.failed * 2 > mails.failed ? worst.domain : "";
      return w.mails_failed(mails.failed, mails.mails, most);
    }
    case "unusual":
      return w.names["unusual"] ?? "";
  }
}
