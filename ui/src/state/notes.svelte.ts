// The notes of the call: saved a moment after typing stops and at the end. What looks like a code is
// refused by the desk; what equals a typed answer is refused here, since only this window knows it.
import { holdsAnAnswer } from "../logic/note-check";
import { words } from "../words/en";
import { ask } from "./ask";
import { newRequestId } from "../bridge";

/** Milliseconds after the last key. */
const saveAfter = 800;

export class Notes {
  text = $state("");
  state = $state<"idle" | "saving" | "saved" | "refused">("idle");
  /** Why it was not saved. */
  problem = $state<string | null>(null);
  #callId: string | null = null;
  #savedText = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typedAnswers: () => string[];

  constructor(typedAnswers: () => string[]) {
    this.#typedAnswers = typedAnswers;
  }

  /** Takes over what the desk has, unless the operator is in the middle of typing for the same call. */
  adopt(callId: string, text: string): void {
    if (this.#callId === callId && this.text !== this.#savedText) return;
    this.#callId = callId;
    this.text = text;
    this.#savedText = text;
    this.state = "idle";
    this.problem = null;
  }

  type(text: string): void {
    this.text = text;
    this.state = "idle";
    this.problem = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), saveAfter);
  }

  /** False if the notes may not be kept as they are; `problem` says why. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    const callId = this.#callId;
    const text = this.text;
    if (callId === null || text === this.#savedText) return true;
    if (holdsAnAnswer(text, this.#typedAnswers())) return this.#refuse(words.notes.answer);
    this.state = "saving";
    const { failure } = await ask("save_notes", { call_id: callId, notes: text }, newRequestId());
    if (this.#callId !== callId) return true;
    if (failure !== null) return this.#refuse(failure.message);
    this.#savedText = text;
    if (this.text === text) this.state = "saved";
    return true;
  }

  /** The desk refused the notes that went along with something else. */
  refuse(message: string): void {
    this.#refuse(message);
  }

  /** What the desk does not have yet, to be put back after the next sign-in. */
  get unsaved(): { callId: string; text: string } | null {
    const callId = this.#callId;
    return callId === null || this.text === this.#savedText ? null : { callId, text: this.text };
  }

  /** Puts unsaved notes back, if this is the same call. */
  restore(kept: { callId: string; text: string }): void {
    if (this.#callId === kept.callId) this.type(kept.text);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#callId = null;
    this.text = "";
    this.#savedText = "";
    this.state = "idle";
    this.problem = null;
  }

  #refuse(message: string): false {
    this.state = "refused";
    this.problem = message;
    return false;
  }
}
