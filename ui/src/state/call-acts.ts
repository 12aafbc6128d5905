// What the operator does with a call: open, take over, pass on, flag, end. Checking and sending, which must
// not be lost or doubled, stand in call-judged.ts.
import type { CallView, Failure, PassOnReason, UserRow } from "../contract";
import { spokenName } from "../logic/names";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { change } from "./ask";
import { call } from "./call.svelte";
import { myCalls } from "./my-calls.svelte";
import { notices } from "./notices.svelte";
import { focusOn, place } from "./place.svelte";
import { search } from "./search.svelte";

export async function openCall(user: Pick<UserRow, "user_id" | "busy_with" | "busy_with_me">, reference: string | null): Promise<void> {
  if (call.opening) return;
  if (user.busy_with_me) return place.go("call");
  if (user.busy_with !== null) return offerTakeOver(user.user_id, user.busy_with, null);
  call.opening = true;
  const { answer, failure } = await change("open_call", { user_id: user.user_id, reference });
  call.opening = false;
  if (failure === null) return started(answer);
  if (failure.code === "busy_with_other") return offerTakeOver(user.user_id, null, failure.message);
  notices.failed(failure);
}

function offerTakeOver(userId: string, name: string | null, message: string | null): void {
  call.rival = { userId, name, message };
  place.open("take_over");
}

export async function takeOver(): Promise<void> {
  if (call.rival === null) return;
  const { answer, failure } = await change("take_over_call", { user_id: call.rival.userId });
  await place.close();
  call.rival = null;
  if (failure === null) return started(answer);
  notices.failed(failure);
}

function started(view: CallView): void {
  notices.dismiss();
  // The next caller is another search: the field is empty, the last calls show, and typing counts anew.
  search.clear();
  call.adopt(view);
  place.go("call");
  const checkWords = view.check_words?.join(" ") ?? null;
  announcer.say(words.call.started(spokenName(view.user.name), checkWords, view.questions.length));
  call.answers.enter.moved(performance.now());
  void focusOn(call.focusId);
}

export async function passOn(reason: PassOnReason): Promise<boolean> {
  if (call.view === null) return false;
  const about = { call_id: call.view.call_id, reason, notes: call.notes.text };
  const { answer, failure } = await change("pass_on", about);
  if (failure !== null) return refused(failure), false;
  call.adopt(answer);
  announcer.say(words.standing.passed_on);
  return true;
}

/** Null when asked; else why not. */
export async function askApproval(reason: string): Promise<Failure | null> {
  if (call.view === null) return null;
  const { answer, failure } = await change("ask_unlock_approval", { call_id: call.view.call_id, reason });
  if (failure !== null) return failure;
  call.adopt(answer);
  announcer.say(words.ask_approval.asked);
  return null;
}

/** Silent: nothing on the screen that a caller could hear about, only the word at the button. */
export async function flagConcern(): Promise<void> {
  if (call.view === null || call.view.flagged_at !== null) return;
  const { answer, failure } = await change("flag_concern", { call_id: call.view.call_id, notes: call.notes.text });
  if (failure !== null) return refused(failure);
  call.adopt(answer);
  announcer.say(words.call.flagged_note);
}

export async function endCall(): Promise<void> {
  if (call.view === null) return;
  if (call.view.state === "ended") return leaveCall();
  if (!(await call.notes.save())) return void focusOn("notes");
  const { answer, failure } = await change("end_call", { call_id: call.view.call_id, notes: call.notes.text });
  if (failure !== null) return refused(failure);
  leaveCall();
  notices.news(words.call.ended(words.outcome[answer.outcome].toLowerCase()), "good");
}

/** Away from a call that is over. */
export function leaveCall(): void {
  call.adopt(null);
  place.go("look_up");
  void myCalls.load();
  void focusOn("look-up-field");
}

/** A refusal about the notes stands at the notes; after any other the call is read again. */
function refused(failure: Failure): void {
  if (failure.field === "notes") {
    call.notes.refuse(failure.message);
    return void focusOn("notes");
  }
  notices.failed(failure);
  void call.reread();
}
