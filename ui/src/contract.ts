// The shapes that travel between the window and Rust. Ids are strings, times are UTC milliseconds.
// There are no rules here: what may be done arrives as `Standing`, what can go wrong as `Failure`.

export interface Failure {
  code: string;
  /** A finished sentence that says what to do. */
  message: string;
  field?: string;
  /** Only for faults: what the operator quotes to whoever runs the desk. */
  reference?: string;
  /** When it is possible again. */
  until?: number;
}

export interface Operator {
  id: string;
  name: string;
  email: string;
  role: string;
}

export interface Organisation {
  name: string;
  desk_phone: string;
  opening_hours: string;
}

export interface Desk {
  organisation: Organisation;
  operator: Operator;
  demo: boolean;
  api_version: number;
  policy: {
    checks_per_call: number;
    look_up_minimum: number;
    look_up_limit_per_hour: number;
    idle_lock_ms: number;
    idle_warning_ms: number;
    verified_ms: number;
    link_ms: number;
  };
}

export interface Greeting {
  organisation: Organisation;
  demo: boolean;
  operators_exist: boolean;
  api_version: number;
  demo_operators: { role: string; name: string }[];
}

/** [start, length] in UTF-16 units. */
export type Mark = [number, number];

export interface UserRow {
  user_id: string;
  name: string;
  company: string;
  masked_email: string;
  name_marks: Mark[];
  company_marks: Mark[];
  busy_with: string | null;
  busy_with_me: boolean;
  /** Indexes into the users of the same answer. */
  similar: number[];
  /** For administrators: the state of the account. */
  admin_state: string | null;
}

export interface LookUpAnswer {
  users: UserRow[];
  more: boolean;
  count: number;
  used_this_hour: number;
  limit_per_hour: number;
  too_short: boolean;
  by_reference: boolean;
  reference: string | null;
}

export type MessageState =
  | "waiting"
  | "sending"
  | "accepted"
  | "deferred"
  | "failed"
  | "uncertain"
  | "superseded"
  | "expired";
export type CallState = "open" | "verified" | "passed_on" | "ended";
export type Outcome = "unlocked" | "mail_sent" | "not_verified" | "refused" | "abandoned" | "repudiated";
/** What two administrators say about a call passed on. */
export type Decision = "waiting" | "approved" | "refused";
export type PassOnReason = "cannot_answer" | "no_checks_left" | "mailbox_lost" | "other";

export type Standing =
  | { kind: "not_verified_yet" }
  | { kind: "not_verified" }
  | { kind: "verified"; at: number; until: number; by: string }
  | { kind: "call_checks_used" }
  | { kind: "paused"; until: number }
  | { kind: "cannot_be_verified"; reason: string | null; until: number | null }
  | { kind: "needs_approval" }
  | { kind: "repudiated"; at: number }
  | { kind: "ended"; outcome: Outcome };

export interface Delivery {
  message_id: string;
  state: MessageState;
  address: string;
  mail_host: string;
  queued_at: number;
  accepted_at: number | null;
  deferred_until: number | null;
  server_reply: string | null;
  link_expires_at: number | null;
  opened_at: number | null;
  used_at: number | null;
  resends_left: number;
  /** The earliest moment for another one. */
  resend_at: number;
  code_live: boolean;
}

export interface Question {
  slot: number;
  text: string;
  help: string | null;
}

export interface CallView {
  call_id: string;
  user: { user_id: string; name: string; company: string; masked_email: string; address: string | null };
  opened_at: number;
  state: CallState;
  standing: Standing;
  checks: { used: number; left: number; per_call: number };
  reference: string | null;
  check_words: [string, string] | null;
  questions: Question[];
  earlier_calls: { count: number; last_at: number | null; refused: number };
  notes: string;
  delivery: Delivery | null;
  passed_on: { at: number; reason: PassOnReason; state: Decision } | null;
  flagged_at: number | null;
  user_told: MessageState | null;
}

export interface MyCall {
  call_id: string;
  user_id: string;
  name: string;
  company: string;
  masked_email: string;
  opened_at: number;
  ended_at: number | null;
  state: CallState;
  outcome: Outcome | null;
  message_state: MessageState | null;
  opened: boolean;
  used: boolean;
  passed_on: Decision | null;
}

export interface DemoMessage {
  id: string;
  kind: "mail" | "sms";
  to: string;
  subject: string;
  text: string;
  at: number;
  links: { label: string; url: string }[];
}

export interface DemoCard {
  name: string;
  company: string;
  email: string;
  reference: string;
  check_words: [string, string];
  answers: { question: string; answer: string }[];
}

interface Op<Request, Answer> {
  request: Request;
  answer: Answer;
}
type Nothing = Record<string, never>;

/** Every operation the window performs, by name. */
export interface Operations {
  greeting: Op<Nothing, Greeting>;
  create_first_administrator: Op<
    { name: string; email: string; password: string },
    { operator_id: string; authenticator_uri: string; authenticator_secret: string }
  >;
  confirm_first_administrator: Op<{ operator_id: string; code: string }, { ok: boolean }>;
  operator_sign_in: Op<{ email: string; password: string; code: string }, Desk>;
  demo_sign_in: Op<{ role: string }, Desk>;
  who_is_in: Op<Nothing, Desk>;
  operator_sign_out: Op<Nothing, { ok: boolean }>;
  lock_desk: Op<Nothing, { ok: boolean }>;
  look_up: Op<{ query: string; search_id: string }, LookUpAnswer>;
  open_call: Op<{ user_id: string; reference: string | null }, CallView>;
  take_over_call: Op<{ user_id: string }, CallView>;
  current_call: Op<Nothing, { call: CallView | null }>;
  compare_preview: Op<{ call_id: string; slot: number; text: string }, { canonical: string }>;
  check_answers: Op<{ call_id: string; answers: (string | null)[] }, { verified: boolean; call: CallView }>;
  send_unlock: Op<
    { call_id: string; again: boolean },
    { call: CallView; call_code: string | null; already_done: boolean }
  >;
  save_notes: Op<{ call_id: string; notes: string }, { ok: boolean }>;
  pass_on: Op<{ call_id: string; reason: PassOnReason; notes: string }, CallView>;
  flag_concern: Op<{ call_id: string; notes: string }, CallView>;
  end_call: Op<{ call_id: string; notes: string }, { outcome: Outcome; call_id: string }>;
  my_calls: Op<Nothing, { calls: MyCall[] }>;
  request_state: Op<{ request_id: string }, { state: "unknown" | "judging" | "done" }>;
  demo_mailbox: Op<Nothing, { messages: DemoMessage[] }>;
  demo_card: Op<Nothing, DemoCard>;
}
export type OperationName = keyof Operations;
export type RequestOf<N extends OperationName> = Operations[N]["request"];
export type AnswerOf<N extends OperationName> = Operations[N]["answer"];

export interface ConnectionState {
  mode: "none" | "demo" | "sqlite" | "postgres";
  label: string;
  keyring: "ok" | "absent" | "locked" | "silent";
  needs_passphrase: boolean;
  first_run?: boolean;
  theme: "light" | "dark";
  reason: string | null;
}

export type ConnectionChoice =
  | { kind: "demo" }
  | { kind: "sqlite"; path: string | null }
  | { kind: "postgres"; url: string; certificate: string | null };

export interface DeskEvent {
  kind:
    | "call_changed"
    | "message_changed"
    | "repudiated"
    | "call_taken_over"
    | "passed_on"
    | "flagged"
    | "signed_out"
    | "connection_lost"
    | "connection_back";
  call_id: string | null;
  user_id: string | null;
  id: string;
}
