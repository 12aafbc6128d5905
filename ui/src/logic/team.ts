// A team as its billing users review it: the four groups, what a row may be reminded of, and what stands in a cell.
// The desk decides; this only says what is likely, so that nobody presses a button that is refused.
import type { MemberRow, MemberSign, TeamCounts } from "../contract";
import type { IconName } from "../parts/icons";
import { words } from "../words/en";

/** Every member is in one of them. The order is that of the map: from safe to "start here". */
export const groups = ["fully_protected", "to_be_set_up_again", "one_password_away", "no_help_by_phone"] as const;
export type Group = (typeof groups)[number];

/** The filters of the sentence, for the team as it is now and for what a review saw. */
export const filtersNow = [
  "needs_something", "no_help_by_phone", "one_password_away", "to_be_set_up_again", "fully_protected", "without_two_step",
  "questions_missing", "never_signed_in", "with_signs", "reminder_due", "all",
] as const;
export const filtersOfReview = [
  "all", "needs_something", "no_help_by_phone", "one_password_away", "to_be_set_up_again", "fully_protected", "without_two_step",
  "questions_missing", "never_signed_in", "with_signs", "added",
] as const;
export type Filter = (typeof filtersNow)[number] | "added" | "reminded" | "signs_open" | "signs_answered";
export type Sort = "name" | "email" | "two_step" | "questions" | "last_sign_in" | "joined" | "reminded";

/** How many a filter shows, where the counts tell; null where only the list does. */
export function totalOf(filter: Filter, counts: TeamCounts): number | null {
  switch (filter) {
    case "all":
      return counts.members;
    case "needs_something":
      return counts.members - counts.fully_protected;
    case "without_two_step":
      return counts.members - counts.two_step_on;
    case "questions_missing":
      return counts.members - counts.questions_answered;
    case "with_signs":
    case "signs_open":
    case "signs_answered":
    case "added":
    case "reminded":
      return null;
    default:
      return counts[filter];
  }
}

/** The most squares one group has: three rows of them. */
const mostSquares = 48;
const scales = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000];

export interface Squares {
  /** Users one square stands for. */
  each: number;
  of: Record<Group, number>;
}

/** A square a user; in large companies a square stands for several, so that the map stays a picture. */
export function squares(counts: TeamCounts): Squares {
  const largest = Math.max(...groups.map((group) => counts[group]));
  const each = scales.find((scale) => largest / scale <= mostSquares) ?? Math.ceil(largest / mostSquares);
  const of = Object.fromEntries(groups.map((group) => [group, Math.ceil(counts[group] / each)])) as Record<Group, number>;
  return { each, of };
}

/** When the next reminder is possible, if there was one; null if at once. */
export function nextReminder(row: MemberRow, every: number, now: number): number | null {
  if (row.reminded_at === null) return null;
  const next = row.reminded_at + every;
  return next > now ? next : null;
}

/** Whether a reminder is likely to be taken. */
export const canRemind = (row: MemberRow, every: number, now: number): boolean =>
  row.two_step !== "on" && row.account === "active" && nextReminder(row, every, now) === null;

/** What a sign was made of. */
export function evidence({ sign, counted, days_back }: MemberSign): string {
  const w = words.shared_log_ins;
  return sign === "same_phone" ? w.same_phone(counted) : w.distant(counted, days_back);
}

/** What can be answered to signs, in the order of the buttons. */
export const signAnswers = ["one_person", "splitting", "later"] as const;
export type SignAnswer = (typeof signAnswers)[number];

export interface Look {
  icon: IconName;
  tone: "good" | "warn" | "bad" | "";
  label: string;
}

export function twoStepLook(state: string): Look {
  const label = words.team.two_step[state] ?? state;
  if (state === "on") return { icon: "tick", tone: "good", label };
  if (state === "to_be_set_up_again") return { icon: "again", tone: "warn", label };
  return { icon: "cross_octagon", tone: "warn", label };
}

export const questionsLook = (answered: boolean): Look =>
  answered
    ? { icon: "tick", tone: "good", label: words.team.questions.answered }
    : { icon: "speech_dots", tone: "warn", label: words.team.questions.missing };

/** When a list was asked for, answered and shown, for the browser's own measuring: the newest of each. */
export function mark(name: "team-asked" | "team-answered" | "team-shown"): void {
  performance.clearMarks(name);
  performance.mark(name);
}
