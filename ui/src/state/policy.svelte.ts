// The policy as it stands, and asking to change one number of it.
import type { Failure, PolicyRow } from "../contract";
import { numberTitle, valueInWords } from "../logic/policy-values";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";
import { Reading } from "./reading.svelte";
import { requests } from "./requests.svelte";
import { decidedInWords } from "./user-page.svelte";

class Policy {
  readonly numbers = new Reading<PolicyRow[]>();
  find = $state("");
  changedOnly = $state(false);
  /** What the open dialog is about. */
  chosen = $state<PolicyRow | null>(null);

  async load(): Promise<void> {
    await this.numbers.read(async () => {
      const { answer, failure } = await ask("read_policy", {});
      return failure === null ? { answer: answer.numbers, failure } : { answer: null, failure };
    });
  }

  /** Null when done or asked; else why not. */
  async change(row: PolicyRow, to: number, reason: string): Promise<Failure | null> {
    const { answer, failure } = await change("change_policy", { name: row.name, from: row.value, to, reason });
    if (failure !== null) return failure;
    notices.news(decidedInWords(answer, words.policy.done(numberTitle(row.name), valueInWords(row, to))), "good");
    void requests.load();
    await this.load();
    return null;
  }

  clear(): void {
    this.numbers.clear();
    this.find = "";
    this.changedOnly = false;
    this.chosen = null;
  }
}

export const policy = new Policy();
