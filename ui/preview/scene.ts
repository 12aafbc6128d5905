// The invented desk that plays the scenes: Tuesday 24 November 2026, shortly before eleven.
import type { CallView, ConnectionState, Delivery, Desk, Greeting, LookUpAnswer, MyCall, OperatorRow, Operations, UserRow } from "../src/contract";

export const at = (clock: string): number => new Date(`2026-11-24T${clock}`).getTime();
const minute = 60_000;

export const desk: Desk = {
  organisation: { name: "Meridian", desk_phone: "020 7946 0000", opening_hours: "Monday to Friday, 8 to 18" },
  operator: { id: "o1", name: "Dana Okafor", email: "dana.okafor@meridian.example", role: "agent" },
  screens: ["look_up", "my_calls"],
  demo: false,
  api_version: 1,
  policy: { checks_per_call: 3, look_up_minimum: 3, look_up_surname_minimum: 2, look_up_rows: 8, look_up_limit_per_hour: 60, idle_lock_ms: 15 * minute, idle_warning_ms: minute, verified_ms: 10 * minute, link_ms: 60 * minute },
};

export const greeting: Greeting = {
  organisation: desk.organisation,
  demo: false,
  operators_exist: true,
  api_version: 1,
  idle_lock_ms: 15 * minute,
  demo_operators: [
    { role: "agent", name: "Dana Okafor" },
    { role: "administrator", name: "Ingrid Solberg" },
    { role: "billing", name: "Marta Nowak" },
  ],
};

export const connection: ConnectionState = { mode: "sqlite", label: "desk.sqlite", keyring: "ok", needs_passphrase: false, theme: "light", reason: null };

const row = (user_id: string, name: string, company: string, masked_email: string, name_marks: [number, number][], more: Partial<UserRow> = {}): UserRow => ({
  user_id, name, company, masked_email, name_marks, company_marks: [], busy_with: null, busy_with_me: false, similar: [], admin_state: null, ...more,
});

export const users: UserRow[] = [
  row("u1", "Priya Raman", "Hartwell Logistics", "p•••••••••@hartwell.example", [[0, 3], [6, 3]], { similar: [1] }),
  row("u2", "Priya Ramanathan", "Osprey Dental", "p••••••••••••@osprey.example", [[0, 3], [6, 3]], { busy_with: "Sam Ortiz", similar: [0] }),
  row("u3", "Priscilla Ramirez", "Hartwell Logistics", "p••••••••@hartwell.example", [[0, 3], [10, 3]]),
  row("u4", "Anita Price-Ramsay", "Calder & Finch", "a•••••••@calder.example", [[6, 3], [12, 3]]),
];

export const found = (list: UserRow[], more: Partial<LookUpAnswer> = {}): LookUpAnswer => ({
  users: list, more: false, count: list.length, used_this_hour: 6, limit_per_hour: 60, too_short: false, by_reference: false, reference: null, no_users: false, ...more,
});

const past = (call_id: string, name: string, company: string, masked_email: string, start: string, end: string, more: Partial<MyCall>): MyCall => ({
  call_id, user_id: call_id, name, company, masked_email, opened_at: at(start), ended_at: at(end), state: "ended", outcome: "mail_sent", message_state: "accepted", opened: false, used: false, passed_on: null, ...more,
});

export const calls: MyCall[] = [
  past("c9", "Tomasz Malinowski", "Osprey Dental", "t••••••••••@osprey.example", "09:41", "09:58", { outcome: "unlocked", used: true, opened: true }),
  past("c8", "Jo Baptiste", "Calder & Finch", "j••••••••••@calder.example", "09:22", "09:33", {}),
  past("c7", "Wen Li", "Northmoor Foods", "w•••••@northmoor.example", "09:02", "09:11", { outcome: "not_verified", message_state: null }),
  past("c6", "Farida Haddad", "Hartwell Logistics", "f•••••••@hartwell.example", "08:40", "08:52", { outcome: "refused", message_state: null, passed_on: "waiting" }),
  past("c5", "Oskar Lindqvist", "Osprey Dental", "o••••••@osprey.example", "08:21", "08:35", { message_state: "failed" }),
  past("c4", "Beatriz Nogueira", "Calder & Finch", "b•••••••@calder.example", "08:05", "08:13", { outcome: "repudiated" }),
];

const questions = ["What was the make of your first car?", "In which town did your parents meet?", "What was the name of your first school?", "What was your childhood nickname?"];

export const call: CallView = {
  call_id: "c1",
  user: { user_id: "u1", name: "Priya Raman", company: "Hartwell Logistics", masked_email: "p•••••••••@hartwell.example", address: null },
  opened_at: at("10:42:18"),
  state: "open",
  standing: { kind: "not_verified_yet" },
  checks: { used: 0, left: 3, per_call: 3 },
  reference: "K7-204-QX",
  check_words: ["amber", "kayak"],
  questions: questions.map((text, index) => ({ slot: index + 1, text, help: null })),
  earlier_calls: { count: 1, last_at: new Date("2026-08-12T09:00").getTime(), refused: 0 },
  notes: "Lost phone on Friday, recovery code was on it.",
  delivery: null,
  passed_on: null,
  approval: null,
  flagged_at: null,
  user_told: null,
};

export const delivery: Delivery = {
  message_id: "m1", state: "accepted", address: "priya.raman@hartwell.example", mail_host: "hartwell.example",
  queued_at: at("10:48:02"), accepted_at: at("10:48:05"), deferred_until: null, server_reply: null, link_expires_at: at("11:48:00"),
  opened_at: null, used_at: null, resends_left: 2, resend_at: at("10:49:02"), code_live: true, contact_code: null,
};

export const verified: CallView = {
  ...call,
  user: { ...call.user, address: "priya.raman@hartwell.example" },
  state: "verified",
  standing: { kind: "verified", at: at("10:47"), until: at("10:57"), by: "Dana Okafor" },
  checks: { used: 1, left: 2, per_call: 3 },
};

type Answers = { [N in keyof Operations]?: (request: Operations[N]["request"]) => Operations[N]["answer"] | Promise<Operations[N]["answer"]> };

/** What is played now. */
export const scene: { connection: ConnectionState; current: CallView | null; answers: Answers; now: number } = {
  connection: { ...connection },
  current: null,
  now: at("10:46:00"),
  answers: {},
};

const canonical = (text: string): string => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().replace(/['’.]/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** The answers every scene starts with. */
export function usual(): Answers {
  return {
    greeting: () => ({ ...greeting, demo: scene.connection.mode === "demo" }),
    who_is_in: () => ({ ...desk, demo: scene.connection.mode === "demo" }),
    current_call: () => ({ call: scene.current }),
    my_calls: () => ({ calls }),
    look_up: () => found(users),
    open_call: () => (scene.current = call),
    compare_preview: ({ text }) => ({ canonical: canonical(text) }),
    save_notes: () => ({ ok: true }),
    check_answers: () => ({ verified: true, call: (scene.current = verified) }),
    send_unlock: () => ({ call: (scene.current = { ...verified, delivery }), call_code: "482913", already_done: false }),
    pass_on: ({ reason }) => (scene.current = { ...call, state: "passed_on", questions: [], passed_on: { at: scene.now, reason, state: "waiting" } }),
    flag_concern: () => (scene.current = { ...(scene.current ?? call), flagged_at: scene.now }),
    lock_desk: () => ({ ok: true }),
    operator_sign_out: () => ({ ok: true }),
    request_state: () => ({ state: "judging" as const }),
    demo_mailbox: () => ({ messages: mailbox }),
    demo_card: () => ({
      name: "Priya Raman", company: "Hartwell Logistics", email: "priya.raman@hartwell.example", reference: "K7-204-QX", check_words: ["amber", "kayak"],
      answers: [["First car", "Vauxhall Corsa"], ["Town parents met", "Whitby"], ["First school", "St. Mary’s, Thornbury"], ["Nickname", "Pippin"]].map(([question = "", answer = ""]) => ({ question, answer })),
    }),
  };
}

const mailbox = [
  { id: "m1", kind: "mail" as const, to: "priya.raman@hartwell.example", subject: "Unlock your account", at: at("10:48:05"),
    text: "Hello Priya,\n\nYou spoke to our support desk today at 10:42. If you want back in, press the button below. The page asks for the call code you were given on the phone.\n\nThe link works until 11:48, once.\n\nIf this wasn’t you, tell us at once with the second link. Nothing changes until somebody presses the button.\n\nMeridian", links: [{ label: "Unlock my account", url: "#" }, { label: "This wasn’t me", url: "#" }] },
  { id: "m2", kind: "sms" as const, to: "•••• 42", subject: "", at: at("10:21:40"), text: "Meridian reset code 481 220, reference QT. Nobody at Meridian will ask you for it.", links: [] },
  { id: "m3", kind: "mail" as const, to: "tomasz.malinowski@osprey.example", subject: "Your account is unlocked", at: at("09:58:10"), text: "Hello Tomasz,\n\nYour account is unlocked.", links: [] },
];

const person = (operator_id: string, name: string, mailbox: string, role: string, state: string, last: string | null, calls_this_week: number, more: Partial<OperatorRow> = {}): OperatorRow => ({
  operator_id, name, email: `${mailbox}@meridian.example`, role, state, last_seen_at: last === null ? null : at(last), calls_this_week, invitation_expires_at: null, me: false, ...more,
});
export const operators: OperatorRow[] = [
  person("o8", "Aoife Brennan", "aoife.brennan", "agent", "invited", null, 0, { invitation_expires_at: at("23:10:00") }),
  person("o1", "Dana Okafor", "dana.okafor", "agent", "active", "10:44:00", 41),
  person("o5", "Ingrid Solberg", "ingrid.solberg", "administrator", "active", "10:46:00", 3, { me: true }),
  person("o7", "Nils Berg", "nils.berg", "agent", "suspended", "08:02:00", 0),
  person("o6", "Rafael Moreno", "rafael.moreno", "administrator", "active", "09:31:00", 7),
  person("o2", "Sam Ortiz", "sam.ortiz", "agent", "active", "10:45:00", 38),
];
