// The shapes that travel between the window and Rust. The operations' own are written from the desk's types
// (wire.ts); here they get the names the screens use, and what only the window and its shell say to each other.
import type { Operations } from "./wire";

export type {
  ApprovalRow,
  AuditEntry,
  CallState,
  CallView,
  CodeOnItsWay,
  Card as DemoCard,
  CompanyRow,
  Decided,
  Delivery,
  DeskView as Desk,
  Found as LookUpAnswer,
  Greeting,
  MemberRow,
  MemberSign,
  MemberSignAnswer,
  MailboxMessage as DemoMessage,
  MessageRow,
  MessageState,
  MyCall,
  Operations,
  OperatorRow,
  OperatorView as Operator,
  Outcome,
  PolicyRow,
  QuestionView as Question,
  ReportRow,
  ReviewRow,
  StandingView as Standing,
  TeamCounts,
  TeamPage,
  Statistics,
  UserPage,
  UserRow,
  /** `message` is a finished sentence; `reference` is there for faults only; `until`: when it is possible again. */
  WireFailure as Failure,
} from "./wire";

export type OperationName = keyof Operations;
export type RequestOf<N extends OperationName> = Operations[N]["request"];
export type AnswerOf<N extends OperationName> = Operations[N]["answer"];

/** [start, length] in UTF-16 units. */
export type Mark = [number, number];

/** Why a call is passed on. */
export type PassOnReason = "cannot_answer" | "no_checks_left" | "mailbox_lost" | "other";

export interface ConnectionState {
  mode: "none" | "demo" | "sqlite" | "postgres" | "server";
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
  | { kind: "postgres"; url: string; certificate: string | null }
  | { kind: "server"; url: string; certificate: string | null };

/** News from the desk: ids only. */
export interface DeskEvent {
  kind:
    | "call_changed"
    | "message_changed"
    | "repudiated"
    | "call_taken_over"
    | "passed_on"
    | "flagged"
    | "approvals_changed"
    | "signed_out"
    | "connection_lost"
    | "connection_back";
  call_id: string | null;
  user_id: string | null;
  id: string;
}
