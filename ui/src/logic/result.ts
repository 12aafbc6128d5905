// What comes back from Rust: an answer or a failure, never an exception, so that no caller forgets the second.
import type { Failure } from "../contract";
import { comingTime } from "./times";
import { words } from "../words/en";

export type Result<Answer> = { answer: Answer; failure: null } | { answer: null; failure: Failure };

export async function settle<Answer>(promise: Promise<Answer>): Promise<Result<Answer>> {
  try {
    return { answer: await promise, failure: null };
  } catch (thrown) {
    return { answer: null, failure: asFailure(thrown) };
  }
}

/** Rust rejects with a Failure. Anything else is a fault of the bridge itself and becomes one. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    const { code, message } = thrown;
    if (typeof code === "string" && typeof message === "string") return thrown as Failure;
  }
  return { code: "bridge", message: words.failure.unexpected, reference: "window" };
}

/** The desk's sentence, and when it is possible again, in the clock of this place. */
export const sentenceOf = (failure: Failure, now: number = Date.now()): string =>
  typeof failure.until === "number" ? `${failure.message} ${words.failure.possible(comingTime(failure.until, now))}` : failure.message;

/** A fault is ours, not the operator's: it has a reference to quote. */
export const isFault = (failure: Failure): boolean => failure.reference !== undefined && failure.reference !== null;
