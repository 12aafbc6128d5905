// Asks the desk, for the screens: as `perform`, and whoever is signed out meanwhile is told once, here.
import { newRequestId, perform } from "../bridge";
import type { AnswerOf, OperationName, RequestOf } from "../contract";
import type { Result } from "../logic/result";

let whenSignedOut: () => void = () => {};
let whenUnreachable: () => void = () => {};

export function onLosing(handlers: { signedOut: () => void; unreachable: () => void }): void {
  whenSignedOut = handlers.signedOut;
  whenUnreachable = handlers.unreachable;
}

/** Reads something. */
export async function ask<N extends OperationName>(
  name: N,
  request: RequestOf<N>,
  requestId: string | null = null,
): Promise<Result<AnswerOf<N>>> {
  const result = await perform(name, request, requestId);
  if (result.failure?.code === "signed_out") whenSignedOut();
  if (result.failure?.code === "connection_lost") whenUnreachable();
  return result;
}

/** Changes something: as `ask`, with a request id of its own. */
export function change<N extends OperationName>(name: N, request: RequestOf<N>): Promise<Result<AnswerOf<N>>> {
  return ask(name, request, newRequestId());
}
