// The numbers of the policy for people: lengths of time in their largest whole unit, and what a change would do.
import type { PolicyRow } from "../contract";
import { words } from "../words/en";

export type TimeUnit = "day" | "hour" | "minute" | "second";
const sizes: Record<TimeUnit, number> = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 };
const units = Object.keys(sizes) as TimeUnit[];

/** Days only from three on: "24 hours" is how people say it. */
export function unitOf(ms: number): TimeUnit {
  if (ms % sizes.day === 0 && ms >= 3 * sizes.day) return "day";
  return units.slice(1).find((unit) => ms % sizes[unit] === 0 && ms >= sizes[unit]) ?? "second";
}

export const inUnit = (ms: number, unit: TimeUnit): number => ms / sizes[unit];

/** The units in which something between the bounds can be said in a whole number. */
export const unitsFor = (row: PolicyRow): TimeUnit[] => units.filter((unit) => sizes[unit] <= row.most && row.most / sizes[unit] < 10_000);

export function valueInWords(row: Pick<PolicyRow, "unit">, value: number): string {
  const w = words.policy;
  if (row.unit === "switch") return value === 0 ? w.off : w.on;
  if (row.unit === "count") return value.toLocaleString(words.locale);
  const unit = unitOf(value);
  return w.units[unit](inUnit(value, unit));
}

/** What was typed as the value it stands for; null if it is no whole number. */
export function typedValue(row: PolicyRow, typed: string, unit: TimeUnit): number | null {
  const text = typed.replace(/[\s,.’']/gu, "");
  if (!/^\d{1,12}$/u.test(text)) return null;
  return row.unit === "milliseconds" ? Number(text) * sizes[unit] : Number(text);
}

/** Why a value can't be asked for, in words; null if it can. */
export function problemWith(row: PolicyRow, value: number | null): string | null {
  const w = words.policy;
  if (value === null) return w.not_a_number;
  if (value < row.least || value > row.most) return w.out_of_bounds(valueInWords(row, row.least), valueInWords(row, row.most));
  return value === row.value ? w.same : null;
}

/** As the desk will see it; the desk decides. */
export const loosens = (row: PolicyRow, to: number): boolean => (row.larger_is_looser ? to > row.value : to < row.value);

export type PolicyGroup = keyof typeof groupNames;
const groupNames = {
  phone: ["checks_a_call", "checks_a_day", "reference_checks_a_day", "pause_length", "answers_that_must_match", "verified_lasts", "call_abandoned_after", "call_reference_life", "stop_length", "repudiation_life"],
  links: ["link_life", "call_code_life", "call_code_asked", "contact_code_life", "unlock_mails_a_day", "reset_links_live", "reset_requests_a_source", "reset_requests_an_hour", "reset_counts_as_second_step"],
  codes: ["verification_code_life", "code_tries", "code_tries_a_day", "codes_a_day", "mail_code_life", "recovery_code_tries_an_hour", "resend_after", "resends_a_day"],
  sign_in: ["password_length", "password_length_with_two_step", "wrong_passwords_free", "wrong_passwords_a_day", "remembered_browser", "user_session", "user_session_idle", "sign_in_challenge_life", "unfinished_sign_in_told", "set_up_later"],
  contact: ["freeze_length", "former_address_told", "questions_reminder", "questions_reminder_sent", "accounts_a_phone", "invitations_a_day", "no_account_letters_a_day"],
  desk: ["look_ups_an_hour", "open_calls_an_hour", "operator_session", "operator_session_idle", "fresh_code_lasts", "approval_life", "alone_waits", "invitation_life", "audit_exports_a_day", "export_lasts"],
  texts: ["texts_a_number_a_day", "texts_an_account_a_day", "texts_a_block_an_hour", "texts_a_day"],
  billing: ["sharing_days", "sharing_window", "sharing_overlap", "sharing_phone", "sharing_one_person", "sharing_split", "sharing_later", "reminder_every", "reminders_a_day", "exports_a_day"],
} as const;

export const numberTitle = (name: string): string => words.policy.numbers[name]?.[0] ?? name.replaceAll("_", " ");
export const numberEffect = (name: string): string => words.policy.numbers[name]?.[1] ?? "";

/** The rows by subject, those that match what was typed; empty subjects are left out. */
export function grouped(rows: readonly PolicyRow[], find: string, changedOnly: boolean): { group: string; rows: PolicyRow[] }[] {
  const wanted = find.trim().toLowerCase();
  const fits = (row: PolicyRow): boolean =>
    (!changedOnly || row.changed_at !== null || row.approval_id !== null) &&
    `${numberTitle(row.name)} ${numberEffect(row.name)}`.toLowerCase().includes(wanted);
  const of = (row: PolicyRow): string => Object.entries(groupNames).find(([, names]) => (names as readonly string[]).includes(row.name))?.[0] ?? "other";
  const shown = rows.filter(fits);
  return [...Object.keys(groupNames), "other"]
    .map((group) => ({ group, rows: shown.filter((row) => of(row) === group) }))
    .filter(({ rows: some }) => some.length > 0);
}
