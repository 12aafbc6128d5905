// The operators of this desk, and changing them. Who may is the desk's word; a fresh code is asked for when it says so.
import type { AnswerOf, Failure, OperatorRow } from "../contract";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";

export type OperatorAct = "administrator" | "agent" | "suspend" | "resume" | "sessions" | "invite_again";

class Operators {
  /** Null until they were read. */
  rows = $state<OperatorRow[] | null>(null);
  /** Whom the open dialog is about. */
  chosen = $state<OperatorRow | null>(null);

  async load(): Promise<void> {
    const { answer, failure } = await ask("read_operators", {});
    if (answer !== null) this.rows = answer.operators;
    else if (failure.code !== "signed_out") notices.failed(failure);
  }

  clear(): void {
    this.rows = null;
    this.chosen = null;
  }

  /** What can be done about somebody in their state. */
  actsFor(row: OperatorRow): OperatorAct[] {
    if (row.state === "suspended") return ["resume"];
    const role: OperatorAct = row.role === "agent" ? "administrator" : "agent";
    return row.state === "invited" ? ["invite_again", role, "suspend"] : [role, "suspend", "sessions", "invite_again"];
  }

  /** Null when done; else why not. */
  async act(act: OperatorAct, row: OperatorRow): Promise<Failure | null> {
    const failure = await this.#send(act, row.operator_id);
    if (failure === null) {
      notices.news(words.operators.changed, "good");
      await this.load();
    }
    return failure;
  }

  async invite(name: string, email: string, role: string): Promise<Failure | null> {
    const { failure } = await change("invite_operator", { name, email, role });
    if (failure === null) {
      notices.news(words.operators.invited(name), "good");
      await this.load();
    }
    return failure;
  }

  async #send(act: OperatorAct, operator_id: string): Promise<Failure | null> {
    switch (act) {
      case "administrator":
      case "agent":
        return (await change("change_operator_role", { operator_id, role: act })).failure;
      case "suspend":
        return (await change("suspend_operator", { operator_id })).failure;
      case "resume":
        return (await change("resume_operator", { operator_id })).failure;
      case "sessions":
        return (await change("end_operator_sessions", { operator_id })).failure;
      case "invite_again":
        return (await change("invite_operator_again", { operator_id })).failure;
    }
  }
}

export const operators = new Operators();

/** Gives a fresh code; true if it was right. */
export async function confirmCode(code: string): Promise<boolean | Failure> {
  const { answer, failure }: { answer: AnswerOf<"confirm_code"> | null; failure: Failure | null } = await change("confirm_code", {
    code: code.replace(/\s+/gu, ""),
  });
  return failure ?? answer?.until !== null;
}
