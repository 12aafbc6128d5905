// Sending reminders: the email is shown first, then one operation a user, in turn. It can be stopped, it stops by itself
// where the day's limit is reached, and it always says how far it came.
import type { AnswerOf, Failure, MemberRow } from "../contract";
import { sentenceOf } from "../logic/result";
import { comingTime } from "../logic/times";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";
import { Reading } from "./reading.svelte";

/** Refused for this one user; the others are not touched by it. */
const leftOut = ["reminder_wait", "nothing_to_change", "not_found"];

class Reminding {
  /** Whom the dialog is about; null: everybody who can be reminded. */
  rows = $state<MemberRow[] | null>(null);
  /** How many that are. */
  count = $state(0);
  readonly letter = new Reading<AnswerOf<"preview_reminder">>();
  busy = $state(false);
  sent = $state(0);
  #leftOut = 0;
  #stopped = false;

  about(rows: MemberRow[] | null, count: number): void {
    this.rows = rows;
    this.count = count;
    this.sent = 0;
    void this.preview(rows !== null && rows.length > 0 && rows.every((row) => row.two_step === "to_be_set_up_again"));
  }

  preview(again: boolean): Promise<boolean> {
    return this.letter.read(() => ask("preview_reminder", { again }));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Sends them; what came of it is said in one notice. */
  async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.sent = 0;
    this.#leftOut = 0;
    this.#stopped = false;
    const failure = this.rows === null ? await this.#everybody() : await this.#each(this.rows);
    this.busy = false;
    this.#say(failure);
  }

  /** Page by page; the names decide the order, so that whoever was reminded leaves the list behind the place reached. */
  async #everybody(): Promise<Failure | null> {
    const asked = { review_id: null, filter: "reminder_due", name: "", sort: "name", descending: false };
    let after: string | null = null;
    do {
      const { answer, failure }: { answer: AnswerOf<"read_team"> | null; failure: Failure | null } = await ask("read_team", { ...asked, after });
      if (answer === null) return failure;
      const stopped = await this.#each(answer.members);
      if (stopped !== null) return stopped;
      after = answer.next;
    } while (after !== null && !this.#stopped);
    return null;
  }

  async #each(rows: readonly MemberRow[]): Promise<Failure | null> {
    for (const row of rows) {
      if (this.#stopped) return null;
      const { failure } = await change("remind_member", { user_id: row.user_id });
      if (failure === null) this.sent += 1;
      else if (this.rows?.length !== 1 && leftOut.includes(failure.code)) this.#leftOut += 1;
      else return failure;
    }
    return null;
  }

  #say(failure: Failure | null): void {
    const w = words.reminders;
    const done = this.sent === 0 ? w.sent_none : w.sent(this.sent);
    const more = (this.#leftOut === 0 ? "" : w.left_out(this.#leftOut)) + (this.#stopped ? w.stopped : "");
    if (failure === null) return notices.news(done + more, this.sent === 0 ? "info" : "good");
    if (this.sent === 0) return notices.failed(failure);
    if (failure.code === "billing_limit") return notices.news(done + more + w.limit(comingTime(failure.until ?? Date.now(), Date.now())), "info");
    const { until: _said, ...rest } = failure;
    notices.failed({ ...rest, message: `${done}${more} ${sentenceOf(failure)}` });
  }

  clear(): void {
    this.stop();
    this.rows = null;
    this.count = 0;
    this.sent = 0;
    this.letter.clear();
  }
}

export const reminding = new Reminding();
