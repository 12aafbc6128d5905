// The page of one user: its states, what happened, and what an administrator changes there. What may be done and
// whether it needs a second administrator is the desk's word.
import type { AuditEntry, Decided, Failure, ReportRow, UserPage } from "../contract";
import { type Group } from "../logic/timeline";
import { comingTime } from "../logic/times";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";
import { focusOn, place } from "./place.svelte";
import { Paged, Reading } from "./reading.svelte";
import { requests } from "./requests.svelte";

export type AccountAct = "reset" | "lock" | "unlock" | "resume";

/** What the dialog of an act has typed in. */
export interface ActFields {
  reason: string;
  email: string;
  /** Empty until somebody is chosen, and where there is nobody. */
  contactId: string;
  reached: string;
}

/** Milliseconds after the last piece of news until the page is read again. */
const readAfter = 400;

class OpenUser {
  id = $state<string | null>(null);
  /** Shown until the page is read: the name from the list it was opened from. */
  name = $state("");
  readonly page = new Reading<UserPage>();
  readonly happened = new Paged<AuditEntry>((before) => this.#entries(before));
  group = $state<Group | null>(null);
  /** What the open dialog is about. */
  act = $state<AccountAct | null>(null);
  report = $state<ReportRow | null>(null);
  #soon: ReturnType<typeof setTimeout> | undefined;

  open(id: string, name: string): void {
    if (id !== this.id) {
      this.page.clear();
      this.happened.clear();
      this.group = null;
    }
    this.id = id;
    this.name = name;
    place.go("user");
    void focusOn("user-heading");
  }

  async load(): Promise<void> {
    const { id } = this;
    if (id === null) return;
    await Promise.all([this.page.read(() => ask("read_user", { user_id: id })), this.happened.load()]);
  }

  /** Several pieces of news at once are one reason to read: each reading is recorded. */
  loadSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.load(), readAfter);
  }

  async #entries(before: string | null) {
    const asked = { user_id: this.id, actor_id: null, operation: null, result: null, since: null, until: null, before };
    const { answer, failure } = await ask("read_audit_log", asked);
    return failure === null ? { answer: { rows: answer.entries, next: answer.next }, failure } : { answer: null, failure };
  }

  /** Opens the dialog; for a call passed on that this decides, with its report. */
  start(act: AccountAct, report: ReportRow | null = null): void {
    this.act = act;
    this.report = report;
    place.open("account_act");
  }

  /** Null when done or asked; else why not. */
  async carryOut(act: AccountAct, userId: string, fields: ActFields): Promise<Failure | null> {
    const { answer, failure } = await this.#send(act, userId, fields);
    if (failure !== null) return failure;
    notices.news(decidedInWords(answer, words.account_act.acts[act].done), "good");
    void requests.load();
    if (userId === this.id) this.loadSoon();
    return null;
  }

  #send(act: AccountAct, user_id: string, { reason, email, contactId, reached }: ActFields) {
    switch (act) {
      case "reset": {
        const report = this.report;
        return change("reset_user_two_step", {
          user_id,
          email,
          reason,
          report_id: report?.report_id ?? null,
          contact_id: report === null || contactId === "" ? null : contactId,
          reached: report === null ? null : reached,
        });
      }
      case "lock":
        return change("lock_account", { user_id, reason });
      case "unlock":
        return change("unlock_account", { user_id, reason });
      case "resume":
        return change("resume_phone_verification", { user_id, reason });
    }
  }

  clear(): void {
    clearTimeout(this.#soon);
    this.id = null;
    this.name = "";
    this.page.clear();
    this.happened.clear();
    this.group = null;
    this.act = null;
    this.report = null;
  }
}

/** Done, or who decides now and until when. */
export function decidedInWords(decided: Decided, done: string, now: number = Date.now()): string {
  if (decided.done) return done;
  const w = words.account_act;
  if (decided.alone_from !== null) return w.waits_alone(comingTime(decided.alone_from, now));
  return w.waits(comingTime(decided.until ?? now, now));
}

export const openUser = new OpenUser();
