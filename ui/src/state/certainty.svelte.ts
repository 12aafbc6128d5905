// One request that must not be lost or doubled, from the key press to a certain end. When the answer is
// slow or breaks, the desk is asked by request id whether it counted; nothing is ever sent again blind.
import { newRequestId } from "../bridge";
import { isFault, type Result } from "../logic/result";
import { ask } from "./ask";

export type Phase = "idle" | "running" | "slow" | "finding_out";

/** Milliseconds until the window says that it is slow, and until it starts to find out. */
export const slowAfter = 3_000;
export const doubtAfter = 10_000;
const askEvery = 1_000;

/** `did_not_count`: nothing happened, and it may be tried again. `counted_only`: it counted and broke off before a result. */
export type End<Answer> = Result<Answer> | "did_not_count" | "counted_only";

const later = <T>(ms: number, value: T): Promise<T> => new Promise((done) => setTimeout(() => done(value), ms));

export class Certainty {
  phase = $state<Phase>("idle");

  get busy(): boolean {
    return this.phase !== "idle";
  }

  /**
   * `send` gets the request id. `reread` fetches where things stand when it counted but its answer is lost.
   */
  async run<Answer>(
    send: (requestId: string) => Promise<Result<Answer>>,
    reread: () => Promise<Result<Answer>>,
  ): Promise<End<Answer>> {
    const requestId = newRequestId();
    this.phase = "running";
    const slow = setTimeout(() => (this.phase = "slow"), slowAfter);
    try {
      const sent = send(requestId);
      const first = await Promise.race([sent, later(doubtAfter, null)]);
      clearTimeout(slow);
      if (first !== null && !doubtful(first)) return first;
      this.phase = "finding_out";
      return await this.#findOut(requestId, first === null ? sent : null, reread);
    } finally {
      clearTimeout(slow);
      this.phase = "idle";
    }
  }

  /** `inFlight` is the request itself while it still may answer; "unknown" is final only once it is gone. */
  async #findOut<Answer>(
    requestId: string,
    inFlight: Promise<Result<Answer>> | null,
    reread: () => Promise<Result<Answer>>,
  ): Promise<End<Answer>> {
    let flying = inFlight;
    for (;;) {
      const asked = ask("request_state", { request_id: requestId }).then((state) => ({ state }));
      const landed = flying?.then((answer) => ({ answer }));
      const got = await Promise.race([asked, landed ?? later<null>(doubtAfter, null), later<null>(doubtAfter, null)]);
      if (got !== null && "answer" in got) {
        if (!doubtful(got.answer)) return got.answer;
        flying = null;
      } else if (got !== null && got.state.failure === null) {
        const { state } = got.state.answer;
        if (state === "done") return reread();
        if (state === "broken_off") return "counted_only";
        if (state === "unknown" && flying === null) return "did_not_count";
      } else if (got !== null && got.state.failure?.code === "signed_out") {
        return { answer: null, failure: got.state.failure };
      }
      await later(askEvery, null);
    }
  }
}

const doubtful = (result: Result<unknown>): boolean => result.failure !== null && isFault(result.failure);
