// Checking the answers and sending the unlock email: one request each, which must not be lost or doubled, and
// no result is shown before the desk has said it.
import type { CallView, Failure } from "../contract";
import type { Result } from "../logic/result";
import { comingTime } from "../logic/times";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask } from "./ask";
import { call } from "./call.svelte";
import { notices } from "./notices.svelte";
import { focusOn } from "./place.svelte";

type Checked = { verified: boolean; call: CallView };
type Sent = { call: CallView; call_code: string | null };

export async function checkAnswers(): Promise<void> {
  const { view, answers, checking } = call;
  if (view === null || checking.busy || !answers.complete || answers.unchanged) return;
  const end = await checking.run<Checked>(
    (requestId) => ask("check_answers", { call_id: view.call_id, answers: answers.forCheck }, requestId),
    () => reread((now) => ({ verified: now.standing.kind === "verified", call: now })),
  );
  if (call.view?.call_id !== view.call_id) return;
  if (end === "did_not_count") return notices.news(words.failure.did_not_count, "bad");
  if (end === "counted_only") return countedOnly();
  if (end.failure !== null) return failed(end.failure);
  judged(end.answer.call);
}

function judged(view: CallView): void {
  const now = Date.now();
  const { answers } = call;
  call.judgedAt = now;
  notices.dismiss();
  call.adopt(view);
  // A doubled Enter must not press what has the focus next.
  answers.enter.moved(performance.now());
  const { standing } = view;
  if (standing.kind === "not_verified") {
    answers.again();
    announcer.interrupt(words.verdict.not_verified_spoken(view.checks.left));
  } else {
    answers.clear();
    if (standing.kind === "verified") announcer.interrupt(words.verdict.verified_spoken);
    if (standing.kind === "paused") announcer.interrupt(words.verdict.paused_spoken(comingTime(standing.until, now)));
  }
  void focusOn(call.focusId);
}

export async function sendUnlock(): Promise<void> {
  const { view } = call;
  if (view === null || !call.sendable) {
    if (view !== null && view.questions.length > 0) announcer.say(words.questions.send_off_hint);
    return;
  }
  const again = view.delivery !== null;
  const end = await call.sending.run<Sent>(
    (requestId) => ask("send_unlock", { call_id: view.call_id, again }, requestId),
    () => reread((now) => ({ call: now, call_code: null })),
  );
  if (call.view?.call_id !== view.call_id) return;
  if (end === "did_not_count" || end === "counted_only") return notices.news(words.failure.not_sent, "bad");
  if (end.failure !== null) return failed(end.failure);
  notices.dismiss();
  call.adopt(end.answer.call);
  // Sent again, the first code is dead; a code that got lost on the way is not shown as if it were alive.
  call.code = end.answer.call_code ?? (again ? null : call.code);
  void focusOn("delivery-heading");
}

function countedOnly(): void {
  notices.news(words.failure.counted_only, "bad");
  void call.reread();
}

/** After a refusal the call is read again: it may stand elsewhere than this window thought. */
function failed(failure: Failure): void {
  notices.failed(failure);
  void call.reread();
}

async function reread<Answer>(read: (view: CallView) => Answer): Promise<Result<Answer>> {
  const { answer, failure } = await call.reread();
  if (failure !== null) return { answer: null, failure };
  return answer === null
    ? { answer: null, failure: { code: "call_not_open", message: words.call.none } }
    : { answer: read(answer), failure: null };
}
