// The operator's one call: where it stands by the desk's last word, what was typed, and what is under way.
// What may be done is `view.standing`; nothing here decides it. Opening, checking and the rest: call-acts.ts.
import type { CallView } from "../contract";
import type { Result } from "../logic/result";
import { clockTime } from "../logic/times";
import { Answers } from "./answers.svelte";
import { ask } from "./ask";
import { Certainty } from "./certainty.svelte";
import { Notes } from "./notes.svelte";

class CurrentCall {
  view = $state<CallView | null>(null);
  /** Shown once by the desk; kept for this call in this window only. */
  code = $state<string | null>(null);
  opening = $state(false);
  /** Whose call could be taken over; `message` is the desk's own sentence, where the name isn't known. */
  rival = $state<{ userId: string; name: string | null; message: string | null } | null>(null);
  /** When the last verdict came. */
  judgedAt = $state<number | null>(null);
  readonly answers = new Answers();
  readonly notes = new Notes(() => this.answers.texts);
  readonly checking = new Certainty();
  readonly sending = new Certainty();
  #adopted = 0;

  /** The desk's word about the call replaces what the window thought. */
  adopt(view: CallView | null): void {
    this.#adopted += 1;
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

  /**
   * Reads the call again, by its id, so that one that ended meanwhile says how. What was asked before something
   * newer came is not adopted.
   */
  async reread(): Promise<Result<CallView | null>> {
    const asked = this.#adopted;
    const { answer, failure } = await ask("current_call", this.view === null ? {} : { call_id: this.view.call_id });
    if (failure !== null) {
      // A colleague has it now.
      if (failure.code === "call_not_open" && asked === this.#adopted) this.adopt(null);
      return { answer: null, failure };
    }
    if (asked === this.#adopted) this.adopt(answer.call);
    return { answer: this.view, failure: null };
  }

  /** May the unlock email go now, for the first time or again? The desk has the last word. */
  get sendable(): boolean {
    const { view } = this;
    if (view === null || this.sending.busy || view.standing.kind !== "verified") return false;
    return view.delivery === null || (view.delivery.resends_left > 0 && view.delivery.used_at === null);
  }

  /** Where the focus belongs when this call comes on the screen. */
  get focusId(): string {
    const { view } = this;
    if (view === null) return "look-up-field";
    if (view.delivery !== null) return "delivery-heading";
    if (view.standing.kind === "verified") return "send-unlock";
    return view.questions.length > 0 ? `answer-${this.answers.current + 1}` : "standing-heading";
  }

  /** The time shown beside a verdict. */
  get judgedClock(): string {
    return this.judgedAt === null ? "" : clockTime(this.judgedAt);
  }
}

export const call = new CurrentCall();
