// What happened to a user, out of audit entries: which group an entry belongs to, its sentence, and repeats folded.
import type { AuditEntry } from "../contract";
import type { IconName } from "../parts/icons";
import { words } from "../words/en";
import { factsOf } from "./facts";
import { clockTime, dayHeading } from "./times";

export type Group = "sign_in" | "calls" | "messages" | "security" | "desk";
export const groups: readonly Group[] = ["sign_in", "calls", "messages", "security", "desk"];

export interface Line {
  id: string;
  clock: string;
  at: number;
  group: Group;
  icon: IconName;
  tone: "good" | "bad" | "accent" | "";
  title: string;
  who: string | null;
  note: string | null;
}

export interface Day {
  heading: string;
  lines: Line[];
}

const groupsOf: Record<Group, readonly string[]> = {
  sign_in: [
    "user_sign_in", "enter_sign_in_code", "resend_sign_in_code", "sign_in_with_recovery_code", "user_sign_out", "request_reset",
    "prepare_reset", "stage_password", "enter_reset_code", "resend_reset_code", "reset_by_recovery_code",
  ],
  calls: [
    "call_support", "open_call", "take_over_call", "check_answers", "send_unlock", "pass_on", "flag_concern", "end_call", "abandon_call",
    "open_unlock_link", "redeem_unlock", "repudiate", "close_report",
  ],
  messages: ["put_off_message", "record_bounce", "settle_message", "record_text_report", "tell_owner", "retry_message"],
  security: [
    "start_turning_two_step_on", "turn_two_step_on", "start_changing_phone", "change_phone", "resend_phone_code", "turn_two_step_off",
    "forget_browsers", "report_lost_phone", "lock_my_account", "put_off_set_up", "ask_step_up_code", "enter_step_up_code",
    "step_up_with_recovery_code", "save_questions", "change_password", "invite_colleague", "new_recovery_code",
    "acknowledge_recovery_code", "change_email", "confirm_address", "stop_email_change",
  ],
  desk: [
    "read_user", "reset_user_two_step", "resume_phone_verification", "lock_account", "unlock_account", "approve_request",
    "decline_request", "export_user", "erase_user", "read_audit_log", "import_users",
  ],
};
const groupByName = new Map(groups.flatMap((group) => groupsOf[group].map((name) => [name, group] as const)));
const iconsOf: Record<Group, IconName> = { sign_in: "enter", calls: "phone", messages: "mail", security: "shield", desk: "person" };
const iconByName: Record<string, IconName> = {
  check_answers: "shield_tick", call_support: "buoy", send_unlock: "mail", flag_concern: "flag", pass_on: "pass_on", repudiate: "cross_octagon",
  redeem_unlock: "lock", lock_account: "lock", lock_my_account: "lock", unlock_account: "lock", enter_sign_in_code: "text_message",
  enter_reset_code: "text_message", sign_in_with_recovery_code: "key", reset_by_recovery_code: "key", new_recovery_code: "key",
  save_questions: "speech_dots", turn_two_step_on: "text_message", change_phone: "text_message", read_user: "eye", reset_user_two_step: "again",
};

/** Null for what says nothing about the account: that a message was taken, or a try reserved before it was judged. */
export function groupOf(entry: AuditEntry): Group | null {
  if (entry.result === "reserved") return null;
  return groupByName.get(entry.operation) ?? null;
}

export function counts(entries: readonly AuditEntry[]): Record<Group | "all", number> {
  const counted = { all: 0, sign_in: 0, calls: 0, messages: 0, security: 0, desk: 0 };
  for (const entry of entries) {
    const group = groupOf(entry);
    if (group === null) continue;
    counted.all += 1;
    counted[group] += 1;
  }
  return counted;
}

interface Repeated {
  key: string;
  line: Line;
  times: number;
}

/** By day, newest first. What repeats itself without anything between is one line. */
export function days(entries: readonly AuditEntry[], only: Group | null, now: number): Day[] {
  const shown: Day[] = [];
  let before = null as Repeated | null;
  for (const entry of entries) {
    const group = groupOf(entry);
    if (group === null || (only !== null && group !== only)) continue;
    const heading = dayHeading(entry.at, now);
    let day = shown.at(-1);
    if (day?.heading !== heading) {
      day = { heading, lines: [] };
      shown.push(day);
      before = null;
    }
    const line = lineOf(entry, group);
    const key = [entry.operation, entry.result, entry.code, line.title, line.who, line.note].join("\u0000");
    if (before?.key === key) {
      before.times += 1;
      before.line.note = words.timeline.times(before.times, clockTime(entry.at));
      continue;
    }
    before = { key, line, times: 1 };
    day.lines.push(line);
  }
  return shown;
}

function lineOf(entry: AuditEntry, group: Group): Line {
  const t = words.timeline;
  const facts = factsOf(entry.detail);
  const verdict = typeof facts["verdict"] === "string" ? facts["verdict"] : null;
  const refused = entry.result === "refused";
  const name = entryTitle(entry);
  const letter = group === "messages" && typeof facts["letter"] === "string" ? facts["letter"] : null;
  const title = letter !== null ? (words.messages.letters[letter] ?? name) : verdict === null ? name : (t.verdict[verdict] ?? name);
  return {
    id: entry.id,
    at: entry.at,
    clock: clockTime(entry.at),
    group,
    icon: iconByName[entry.operation] ?? iconsOf[group],
    tone: refused || verdict === "not_verified" ? "bad" : verdict === "verified" || entry.operation === "turn_two_step_on" ? "good" : group === "messages" ? "accent" : "",
    title: refused ? `${title}: ${t.refused.toLowerCase()}` : title,
    who: entry.actor_kind === "operator" && entry.actor !== null ? t.by(entry.actor) : (t.by_kind[entry.actor_kind] ?? null),
    note: noteOf(entry, facts),
  };
}

function noteOf(entry: AuditEntry, facts: Record<string, unknown>): string | null {
  const text = (name: string): string | null => (typeof facts[name] === "string" ? (facts[name] as string) : null);
  if (entry.result === "refused" && entry.code !== null) return codeInWords(entry.code);
  for (const name of ["code", "recovery_code", "call_code", "last_group"]) if (text(name) === "wrong") return words.timeline.wrong;
  const outcome = text("outcome");
  if (outcome !== null) return words.outcome[outcome as keyof typeof words.outcome] ?? outcome;
  const state = text("state");
  if (state !== null) return words.messages.states[state] ?? state;
  const reason = text("reason");
  return reason === null ? null : (words.requests.reasons[reason] ?? reason);
}

/** What was done; where it was only asked for, or decided about something asked before, it says so. */
export function entryTitle(entry: AuditEntry): string {
  const { asked, what } = factsOf(entry.detail);
  const name = operationName(entry.operation);
  if (typeof asked === "string") return words.timeline.asked_for(name);
  const kind = typeof what === "string" && ["approve_request", "decline_request"].includes(entry.operation) ? words.requests.kinds[what] : undefined;
  return kind === undefined ? name : `${name}: ${kind}`;
}

export const operationName = (operation: string): string => words.operation[operation] ?? codeInWords(operation);

/** A stable code for people: "not_found" is "not found". */
export const codeInWords = (code: string): string => code.replaceAll("_", " ");
