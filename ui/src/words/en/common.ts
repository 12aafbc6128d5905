// What is said everywhere: times, failures, roles, what floats.
import type { MessageState, Outcome } from "../../contract";
import { plural } from "./numbers";

export const app = "Recovery Desk";

export const locale = "en-GB";

export const title = {
  look_up: "Look up",
  call: "On a call",
  my_calls: "My calls",
  users: "Users",
  user: "User",
  companies: "Companies",
  requests: "Requests",
  messages: "Messages",
  audit_log: "Audit log",
  policy: "Policy",
  reports: "Reports",
  confirm_time: "Confirm the time",
  operators: "Operators",
  team: "Team review",
  shared_log_ins: "Shared log-ins",
  reminders: "Reminders",
  mailbox: "Demo mailbox",
  sign_in: "Sign in",
};

export const time = {
  today: (clock: string) => `today ${clock}`,
  tomorrow: (clock: string) => `tomorrow, ${clock}`,
  clock_tomorrow: (clock: string) => `${clock} tomorrow`,
  clock_on: (clock: string, day: string) => `${clock} on ${day}`,
  day_and_clock: (day: string, clock: string) => `${day}, ${clock}`,
  minutes_left: (n: number) => `${plural(n, "minute", "minutes")} left`,
  yesterday: (clock: string) => `yesterday ${clock}`,
  minutes_short: (n: number) => (n < 1 ? "now" : `${n} min`),
};

export const failure = {
  unexpected: "Something went wrong inside this window. Try again.",
  possible: (when: string) => `The next one is possible at ${when}.`,
  reference: "Reference",
  copy: "Copy",
  copied: "Copied",
  dismiss: "Dismiss",
  again: "Try again",
  say: "“One moment please, my screen is slow.”",
  counted_only: "The check was counted but broke off before a result. Check again.",
  did_not_count: "This did not use a check. Check again.",
  not_sent: "Nothing was sent. Send again.",
};

export const roles = { agent: "Agent", administrator: "Administrator", billing: "Billing user" } as Record<string, string>;

export const loading = "Loading…";

export const alert = {
  repudiated: "A user pressed “This wasn’t me”. That recovery is stopped.",
  flagged: "A colleague flagged a concern.",
  passed_on: "A call was passed to the administrators.",
  back_online: "Connected again.",
  offline: "No connection.",
};

export const hidden = { title: "Screen hidden", text: "The call and the verification go on. To leave the desk, lock it:", show: "Show the screen" };

export const idle = {
  title: (seconds: number) => `The desk locks in ${plural(seconds, "second", "seconds")}`,
  text: "Nobody used it for a while. A lock ends the verification; the call and notes are kept.",
  stay: "Stay signed in",
};

export const account = { locked: "Locked", closed: "Closed" } as Record<string, string>;

export const message = {
  waiting: "Waiting",
  sending: "Sending",
  accepted: "Accepted, not opened",
  deferred: "Delayed",
  failed: "Not delivered",
  uncertain: "Not sure",
  superseded: "Replaced",
  expired: "Expired",
  opened: "Opened",
  used: "Used",
  unlocked_at: (clock: string) => `Unlocked ${clock}`,
} as Record<MessageState | "opened" | "used", string> & { unlocked_at: (clock: string) => string };

export const told = {
  waiting: "Email waiting to be sent",
  sending: "Email being sent",
  accepted: "Email accepted",
  deferred: "Email delayed, will be tried again",
  failed: "Email could not be delivered",
  uncertain: "Not sure whether the email left",
  superseded: "Email replaced by a newer one",
  expired: "Email expired",
} as Record<MessageState, string>;

export const outcome = {
  unlocked: "Unlocked",
  mail_sent: "Email sent",
  not_verified: "Not verified",
  refused: "Refused",
  abandoned: "Ended early",
  repudiated: "“This wasn’t me”",
} as Record<Outcome, string>;
