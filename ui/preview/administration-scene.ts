// What the invented desk has for administrators: users' pages, requests, policy, audit log, messages, companies.
import type { ApprovalRow, AuditEntry, CompanyRow, MessageRow, PolicyRow, ReportRow, UserPage } from "../src/contract";
import { at } from "./scene";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const on = (date: string): number => new Date(date).getTime();

export const page: UserPage = {
  user_id: "u1", name: "Priya Raman", email: "p•••••••••@hartwell.example", company: "Hartwell Logistics", protected: false, billing: false,
  account: "active", locked_by: null, unlock_needs_second: false, two_step: "on", two_step_since: on("2025-03-03T14:06"), phone: "•••• 42",
  recovery_code_at: on("2025-03-03T14:06"), recovery_code_void: false, answers: 4, answers_at: on("2025-03-03T14:02"),
  paused_until: null, stopped_until: null, frozen_until: null, last_sign_in_at: on("2026-11-20T17:31"), sessions: 1, browsers: 2,
  call_with: null,
  unlock: { state: "accepted", queued_at: at("10:48:02"), accepted_at: at("10:48:05"), deferred_until: null, opened_at: null, link_expires_at: at("11:48:00") },
  reset_second_because: "called_lately", waiting: [], cannot: null,
};
export const quiet: UserPage = { ...page, unlock: null, reset_second_because: null };

let made = 0;
const entry = (moment: number, operation: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `01JD${String((made += 1)).padStart(6, "0")}`, number: 18_431 - made, at: moment, operation, result: "done", code: null,
  actor_kind: "user", actor: "Priya Raman", actor_id: "u1", user_id: "u1", user: "Priya Raman", call_id: null, detail: null, ...more,
});
const dana = { actor_kind: "operator", actor: "Dana Okafor", actor_id: "o1", call_id: "01JDCALL204" };
const ingrid = { actor_kind: "operator", actor: "Ingrid Solberg", actor_id: "o5" };
const system = { actor_kind: "system", actor: "mailer", actor_id: null };
const stranger = { actor_kind: "link_holder", actor: null, actor_id: null };
const json = (facts: object): string => JSON.stringify({ salt: "5f0c", ...facts });

export const happened: AuditEntry[] = [
  entry(at("10:49:10"), "read_user", ingrid),
  entry(at("10:48:05"), "settle_message", { ...system, detail: json({ letter: "unlock", state: "accepted" }) }),
  entry(at("10:48:02"), "send_unlock", dana),
  entry(at("10:47:02"), "check_answers", { ...dana, detail: json({ check: 2, verdict: "verified" }) }),
  entry(at("10:47:01"), "check_answers", { ...dana, result: "reserved", detail: json({ check: 2 }) }),
  entry(at("10:46:10"), "check_answers", { ...dana, detail: json({ check: 1, verdict: "not_verified" }) }),
  entry(at("10:42:18"), "open_call", { ...dana, detail: json({ by_reference: true }) }),
  entry(at("10:39:00"), "call_support", stranger),
  entry(at("10:37:00"), "reset_by_recovery_code", { ...stranger, detail: json({ recovery_code: "wrong" }) }),
  entry(at("10:35:00"), "stage_password", stranger),
  entry(at("10:34:00"), "prepare_reset", { ...system, actor: "resets" }),
  entry(on("2026-11-23T18:20"), "user_sign_in", { result: "refused", code: "sign_in_not_right", actor_kind: "anonymous", actor: null, actor_id: null }),
  entry(on("2026-11-23T18:19"), "user_sign_in", { result: "refused", code: "sign_in_not_right", actor_kind: "anonymous", actor: null, actor_id: null }),
  entry(on("2026-11-23T18:18"), "user_sign_in", { result: "refused", code: "sign_in_not_right", actor_kind: "anonymous", actor: null, actor_id: null }),
  entry(on("2026-11-20T17:31"), "enter_sign_in_code"),
  entry(on("2026-11-20T17:30"), "user_sign_in"),
  entry(on("2025-03-03T14:07"), "acknowledge_recovery_code"),
  entry(on("2025-03-03T14:06"), "turn_two_step_on"),
  entry(on("2025-03-03T14:02"), "save_questions"),
];

export const approval: ApprovalRow = {
  because: [], passed_on: false, approval_id: "a1", kind: "reset_two_step", user_id: "u7", user_name: "Grace Obi", company: "Hartwell Logistics", asked_by: "Rafael Moreno",
  reason: "Phone stolen on Friday, recovery code was in the same bag. Called back on the number in our contract.", contact: "Marta Nowak",
  reached: "Called back the number in our own records, spoke to Marta Nowak.", number: null, from: null, to: null, asked_at: at("10:41:00"), until: at("10:56:00"), alone_from: null, mine: false, cannot: null, seal: "5e",
};
export const approvals: ApprovalRow[] = [
  approval,
  { ...approval, approval_id: "a2", kind: "change_policy", user_id: null, user_name: null, company: null, contact: null, reached: null, number: "checks_a_day", from: 5, to: 6, reason: "Two honest callers a week run out of checks.", asked_at: at("10:44:00"), until: at("10:59:00") },
  { ...approval, approval_id: "a3", kind: "resume_phone", user_id: "u3", user_name: "Priscilla Ramirez", asked_by: "Ingrid Solberg", contact: null, reached: null, reason: "Spoke to her manager, she was misheard twice.", asked_at: at("10:45:00"), until: at("11:00:00"), mine: true, cannot: "own_request" },
];
export const report: ReportRow = {
  report_id: "r1", kind: "passed_on", call_id: "c6", called_at: at("08:40:00"), user_id: "u9", user_name: "Farida Haddad", email: "f•••••••@hartwell.example",
  company: "Hartwell Logistics", asked_by: "Dana Okafor", reason: "cannot_answer", notes: "Remembers the school but not how she spelled it. Calm, knows the company well.", asked_at: at("08:52:00"),
  contacts: [{ user_id: "u7", name: "Grace Obi" }, { user_id: "u8", name: "Marta Nowak" }], approval_id: null, send_approval_id: null,
};
export const reports: ReportRow[] = [report, { ...report, report_id: "r2", kind: "flagged", user_id: "u4", user_name: "Anita Price-Ramsay", email: "a•••••••@calder.example", company: "Calder & Finch", reason: "concern", notes: "Somebody in the background told him what to say.", asked_at: at("10:20:00"), called_at: at("10:11:00"), asked_by: "Sam Ortiz", contacts: [] }];

const rule = (name: string, unit: string, value: number, least: number, most: number, larger_is_looser: boolean, source: string, more: Partial<PolicyRow> = {}): PolicyRow => ({
  name, unit, value, default: value, least, most, larger_is_looser, source, changed_by: null, changed_at: null, approval_id: null, ...more,
});
export const policy: PolicyRow[] = [
  rule("checks_a_call", "count", 3, 1, 5, true, "SYSTEM.md 4"),
  rule("checks_a_day", "count", 5, 1, 10, true, "SYSTEM.md 4", { approval_id: "a2" }),
  rule("pause_length", "milliseconds", day, hour, 7 * day, false, "SYSTEM.md 4"),
  rule("answers_that_must_match", "count", 4, 3, 4, false, "SYSTEM.md 4: at 80 % recall 3 of 4 passes 82 %, 4 of 4 passes 41 %", { default: 3, changed_by: "Ingrid Solberg", changed_at: on("2026-10-02T09:12") }),
  rule("verified_lasts", "milliseconds", 10 * minute, 2 * minute, 30 * minute, true, "SYSTEM.md 4"),
  rule("link_life", "milliseconds", hour, 15 * minute, hour, true, "SYSTEM.md 4"),
  rule("call_code_asked", "switch", 1, 0, 1, false, "SYSTEM.md 2"),
  rule("unlock_mails_a_day", "count", 3, 1, 5, true, "SYSTEM.md 4"),
  rule("verification_code_life", "milliseconds", 5 * minute, 2 * minute, 10 * minute, true, "NIST SP 800-63B-4 3.1.3.2", { default: 10 * minute, changed_by: "Rafael Moreno", changed_at: at("09:02:00") }),
  rule("resend_after", "milliseconds", minute, 30_000, 10 * minute, false, "SYSTEM.md 4"),
  rule("password_length", "count", 15, 15, 64, false, "63B-4 3.1.1.2"),
  rule("remembered_browser", "milliseconds", 30 * day, day, 90 * day, true, "SYSTEM.md 4"),
  rule("freeze_length", "milliseconds", 7 * day, day, 30 * day, false, "SYSTEM.md 4"),
  rule("look_ups_an_hour", "count", 60, 10, 600, true, "SYSTEM.md 4"),
  rule("texts_a_day", "count", 5_000, 10, 1_000_000, true, "what an installation is ready to pay"),
];

export const log: AuditEntry[] = [
  entry(at("10:49:40"), "read_audit_log", { ...ingrid, user_id: null, user: null }),
  ...happened.slice(0, 9),
  entry(at("10:30:00"), "change_policy", { ...ingrid, user_id: null, user: null, detail: json({ number: "verification_code_life", from: 600_000, to: 300_000, reason: "Codes arrive within a minute here." }) }),
  entry(at("10:12:00"), "look_up", { ...dana, call_id: null, user_id: null, user: null, detail: json({ query: "pri ram", shown: ["u1", "u2"] }) }),
  entry(at("10:02:00"), "read_policy", { actor_kind: "operator", actor: "Sam Ortiz", actor_id: "o2", result: "refused", code: "not_allowed", user_id: null, user: null }),
  entry(on("2026-11-23T16:40"), "suspend_operator", { ...ingrid, user_id: null, user: null, detail: json({ operator: "o7" }) }),
];

const message = (message_id: string, letter: string, to: string, state: string, clock: string, more: Partial<MessageRow> = {}): MessageRow => ({
  message_id, kind: "mail", letter, to, state, attempts: 1, reply: null, queued_at: at(clock), next_at: null, accepted_at: state === "accepted" ? at(clock) + 3_000 : null, user_id: "u1", can_retry: false, ...more,
});
export const messages: MessageRow[] = [
  message("m1", "unlock", "p•••••••••@hartwell.example", "accepted", "10:48:02", { reply: "250 2.0.0 Ok: queued as 4F1B2" }),
  message("m2", "code", "•••• 42", "accepted", "10:35:10", { kind: "sms" }),
  message("m3", "notice", "o••••@osprey.example", "deferred", "10:31:00", { attempts: 3, reply: "450 4.7.1 Greylisted, try again later", next_at: at("10:53:00"), can_retry: true }),
  message("m4", "unlocked_notice_billing", "m•••@northmoor.example", "failed", "09:58:00", { attempts: 5, reply: "550 5.1.1 No such user here", can_retry: true }),
  message("m5", "unlock", "j•••••••••@calder.example", "failed", "09:33:00", { reply: "550 5.7.1 Message refused by policy; see https://calder.example/why" }),
  message("m6", "reset", "t••••@osprey.example", "uncertain", "09:20:00"),
  message("m7", "notice", "f•••••@hartwell.example", "waiting", "10:49:50"),
  message("m8", "unlock", "w•••••@northmoor.example", "superseded", "08:12:00"),
];

const company = (company_id: string, name: string, users: number, billing_users: number, more: Partial<CompanyRow> = {}): CompanyRow => ({ company_id, name, protected: false, recovery: "link", users, billing_users, approval_id: null, recovery_approval_id: null, ...more });
export const companies: CompanyRow[] = [
  company("k1", "Calder & Finch", 18, 1),
  company("k2", "Hartwell Logistics", 42, 2),
  company("k3", "Northmoor Foods", 7, 0),
  company("k4", "Osprey Dental", 11, 1, { protected: true }),
  company("k5", "Penrose Shipping", 133, 4, { protected: true, recovery: "link_and_contact_code", approval_id: "a9" }),
];
