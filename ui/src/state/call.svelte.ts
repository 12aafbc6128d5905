// The operator's one call: where it stands by the desk's last word, and what the operator does with it.
// What may be done is `view.standing`; nothing here decides it.
import type { CallView, PassOnReason, UserRow } from "../contract";
import type { Result } from "../logic/result";
import { spokenName } from "../logic/names";
import { comingTime, clockTime } from "../logic/times";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { Answers } from "./answers.svelte";
import { ask, change } from "./ask";
import { Certainty } from "./certainty.svelte";
import { myCalls } from "./my-calls.svelte";
import { Notes } from "./notes.svelte";
import { notices } from "./notices.svelte";
import { focusOn, place } from "./place.svelte";

type Checked = { verified: boolean; call: CallView };
type Sent = { call: CallView; call_code: string | null };

class CurrentCall {
  view = $state<CallView | null>(null);
  /** Shown once by the desk; kept for this call in this window only. */
  code = $state<string | null>(null);
  opening = $state(false);
  /** Whose call could be taken over. */
  rival = $state<{ userId: string; name: string } | null>(null);
  /** When the last verdict came. */
  judgedAt = $state<number | null>(null);
  readonly answers = new Answers();
  readonly notes = new Notes(() => this.answers.texts);
  readonly checking = new Certainty();
  readonly sending = new Certainty();

  /** The desk's word about the call replaces what the window thought. */
  adopt(view: CallView | null): void {
    if (view === null || view.call_id !== this.view?.call_id) {
      this.answers.clear();
      this.code = null;
      this.judgedAt = null;
    }
    this.view = view;
    if (view === null) return this.notes.clear();
    this.notes.adopt(view.call_id, view.notes);
    if (view.questions.length === 0 || view.standing.kind === "verified") this.answers.clear();
  }

  async reread(): Promise<Result<CallView | null>> {
    const { answer, failure } = await ask("current_call", {});
    if (failure !== null) return { answer: null, failure };
    this.adopt(answer.call);
    return { answer: answer.call, failure: null };
  }

  async open(user: UserRow, reference: string | null): Promise<void> {
    if (this.opening) return;
    if (user.busy_with_me) return place.go("call");
    if (user.busy_with !== null) return this.#offerTakeOver(user.user_id, user.busy_with);
    this.opening = true;
    const { answer, failure } = await change("open_call", { user_id: user.user_id, reference });
    this.opening = false;
    if (failure === null) return this.#started(answer);
    if (failure.code === "busy_with_other") return this.#offerTakeOver(user.user_id, words.take_over.colleague);
    notices.failed(failure);
  }

  async takeOver(): Promise<void> {
    if (this.rival === null) return;
    const { answer, failure } = await change("take_over_call", { user_id: this.rival.userId });
    this.rival = null;
    await place.close();
    if (failure === null) return this.#started(answer);
    notices.failed(failure);
  }

  #offerTakeOver(userId: string, name: string): void {
    this.rival = { userId, name };
    place.open("take_over");
  }

  #started(view: CallView): void {
    notices.dismiss();
    this.adopt(view);
    place.go("call");
    announcer.say(words.call.started(spokenName(view.user.name), view.check_words?.join(" ") ?? null));
    this.answers.enter.moved(performance.now());
    void focusOn(view.questions.length > 0 ? "answer-1" : "standing-heading");
  }

  async check(): Promise<void> {
    const { view, answers } = this;
    if (view === null || this.checking.busy || !answers.complete || answers.unchanged) return;
    const end = await this.checking.run<Checked>(
      (requestId) => ask("check_answers", { call_id: view.call_id, answers: answers.forCheck }, requestId),
      async () => {
        const { answer, failure } = await this.reread();
        if (failure !== null) return { answer: null, failure };
        if (answer === null) return { answer: null, failure: { code: "signed_out", message: words.call.none } };
        return { answer: { verified: answer.standing.kind === "verified", call: answer }, failure: null };
      },
    );
    if (end === "did_not_count") return notices.news(words.failure.did_not_count, "bad");
    if (end.failure !== null) return notices.failed(end.failure);
    this.#judged(end.answer.call);
  }

  #judged(view: CallView): void {
    const now = Date.now();
    this.judgedAt = now;
    notices.dismiss();
    this.adopt(view);
    const { standing } = view;
    if (standing.kind === "not_verified") {
      this.answers.again();
      announcer.interrupt(words.verdict.not_verified_spoken(view.checks.left));
      return void focusOn("answer-1");
    }
    this.answers.clear();
    if (standing.kind === "verified") {
      announcer.interrupt(words.verdict.verified_spoken);
      return void focusOn("send-unlock");
    }
    if (standing.kind === "paused") announcer.interrupt(words.verdict.paused_spoken(comingTime(standing.until, now)));
    void focusOn("standing-heading");
  }

  /** May the unlock email go now, for the first time or again? The desk has the last word. */
  get sendable(): boolean {
    const { view } = this;
    if (view === null || this.sending.busy || view.standing.kind !== "verified") return false;
    return view.delivery === null || (view.delivery.resends_left > 0 && view.delivery.used_at === null);
  }

  async send(): Promise<void> {
    const { view } = this;
    if (view === null || !this.sendable) return;
    const again = view.delivery !== null;
    const end = await this.sending.run<Sent>(
      (requestId) => ask("send_unlock", { call_id: view.call_id, again }, requestId),
      async () => {
        const { answer, failure } = await this.reread();
        if (failure !== null) return { answer: null, failure };
        return answer === null
          ? { answer: null, failure: { code: "signed_out", message: words.call.none } }
          : { answer: { call: answer, call_code: null }, failure: null };
      },
    );
    if (end === "did_not_count") return notices.news(words.failure.not_sent, "bad");
    if (end.failure !== null) return notices.failed(end.failure);
    notices.dismiss();
    this.adopt(end.answer.call);
    this.code = end.answer.call_code ?? (again ? null : this.code);
    void focusOn("delivery-heading");
  }

  async passOn(reason: PassOnReason): Promise<boolean> {
    if (this.view === null) return false;
    const { answer, failure } = await change("pass_on", {
      call_id: this.view.call_id,
      reason,
      notes: this.notes.text,
    });
    if (failure !== null) {
      if (failure.field === "notes") this.notes.refuse(failure.message);
      else notices.failed(failure);
      return false;
    }
    this.adopt(answer);
    announcer.say(words.standing.passed_on);
    return true;
  }

  async flag(): Promise<void> {
    if (this.view === null || this.view.flagged_at !== null) return;
    const { answer, failure } = await change("flag_concern", { call_id: this.view.call_id, notes: this.notes.text });
    if (failure !== null) {
      if (failure.field === "notes") return this.notes.refuse(failure.message);
      return notices.failed(failure);
    }
    this.adopt(answer);
    announcer.say(words.call.flagged_note);
  }

  async end(): Promise<void> {
    if (this.view === null) return;
    if (this.view.state === "ended") return this.leave();
    if (!(await this.notes.save())) return void focusOn("notes");
    const { answer, failure } = await change("end_call", { call_id: this.view.call_id, notes: this.notes.text });
    if (failure !== null) {
      if (failure.field === "notes") return this.notes.refuse(failure.message), void focusOn("notes");
      return notices.failed(failure);
    }
    this.leave();
    notices.news(words.call.ended(words.outcome[answer.outcome].toLowerCase()), "good");
  }

  /** Away from a call that is over. */
  leave(): void {
    this.adopt(null);
    place.go("look_up");
    void myCalls.load();
    void focusOn("look-up-field");
  }

  /** The time shown beside a verdict. */
  get judgedClock(): string {
    return this.judgedAt === null ? "" : clockTime(this.judgedAt);
  }
}

export const call = new CurrentCall();
