// The invented numbers of the reports: four weeks that end on Tuesday 24 November 2026.
import type { Statistics } from "../src/contract";

const today = 20_781;
const daily: [string, number[]][] = [
  ["unlocked", [9, 11, 8, 12, 10, 1, 0]],
  ["mail_sent", [2, 1, 3, 1, 2, 0, 0]],
  ["passed_on", [1, 0, 1, 0, 0, 0, 0]],
  ["abandoned", [1, 2, 1, 0, 1, 0, 0]],
  ["not_verified", [3, 2, 4, 3, 2, 1, 0]],
  ["paused", [0, 0, 1, 0, 0, 0, 0]],
];
const endings = daily.flatMap(([ending, week]) =>
  Array.from({ length: 28 }, (_, index) => ({ day: today - 27 + index, ending, calls: week[index % 7] ?? 0 })).filter((row) => row.calls > 0),
);
const mails = (domain: string, count: number, failed: number, later = 0) => ({ domain, mails: count, at_once: count - failed - later, later, waiting: 0, failed, unsure: 0 });
const minute = 60_000;
const week = (back: number, calls: number, half: number, nine: number) => ({ monday: today - 1 - back * 7, until: "unlocked", calls, half_ms: half * minute, nine_in_ten_ms: nine * minute });

export const statistics: Statistics = {
  from_day: today - 27,
  to_day: today,
  zone: "UTC",
  enough: 10,
  endings,
  reached: { opened: 356, checked: 341, verified: 262, accepted: 258, pressed: 214, unlocked: 204 },
  verdicts: [{ check: 1, checks: 341, verified: 219 }, { check: 2, checks: 98, verified: 37 }, { check: 3, checks: 44, verified: 6 }],
  questions: [
    { question: "In which town did your parents meet?", asked_about: 180, not_known_percent: 30 },
    { question: "What was the make of your first car?", asked_about: 210, not_known_percent: 10 },
  ],
  questions_from: 50,
  times: [{ monday: null, until: "verified", calls: 262, half_ms: 4 * minute, nine_in_ten_ms: 9 * minute }, { monday: null, until: "unlocked", calls: 204, half_ms: 11 * minute, nine_in_ten_ms: 38 * minute }],
  times_by_week: [week(3, 52, 10, 31), week(2, 50, 12, 44), week(1, 51, 11, 35), week(0, 51, 11, 39)],
  mails: mails("", 702, 9, 21),
  mails_by_domain: [mails("hartwell.example", 311, 7, 12), mails("osprey.example", 204, 2, 9), mails("calder.example", 96, 0), mails("northmoor.example", 60, 0)],
  unusual: [],
};

export const fewCalls: Statistics = {
  ...statistics,
  endings: [],
  reached: { opened: 0, checked: 0, verified: 0, accepted: 0, pressed: 0, unlocked: 0 },
  verdicts: [],
  questions: [],
  times: [],
  times_by_week: [],
  mails: mails("", 0, 0),
  mails_by_domain: [],
};
