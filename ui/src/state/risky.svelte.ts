// A risky act in a dialog: tried, and where the desk asks for a fresh code, tried again once it was given.
import type { Failure } from "../contract";
import { words } from "../words/en";
import { confirmCode } from "./operators.svelte";

export class Risky {
  busy = $state(false);
  failure = $state<Failure | null>(null);
  /** Whether the desk asked for a fresh code. */
  asksCode = $state(false);
  code = $state("");

  /** True when it was done. */
  async run(act: () => Promise<Failure | null>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = await this.#try(act);
    this.busy = false;
    return this.failure === null && !this.asksCode;
  }

  async #try(act: () => Promise<Failure | null>): Promise<Failure | null> {
    if (this.asksCode) {
      const confirmed = await confirmCode(this.code);
      this.code = "";
      if (confirmed !== true) {
        return confirmed === false ? { code: "code_not_right", message: words.operators.fresh_code_wrong, field: "code" } : confirmed;
      }
      this.asksCode = false;
    }
    const failure = await act();
    if (failure?.code !== "fresh_code_needed") return failure;
    this.asksCode = true;
    return null;
  }
}
