// What the keys do inside the four answer fields.
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { checkAnswers } from "./call-judged";
import { call } from "./call.svelte";
import { notices } from "./notices.svelte";
import { online } from "./online.svelte";
import { focusOn } from "./place.svelte";

const toRow = (index: number): void => {
  call.answers.moveTo(index);
  void focusOn(`answer-${call.answers.current + 1}`);
};

/** Enter: the next question; on the last one, check all four. Null is a click on the button. */
export function answerEnter(press: KeyboardEvent | null): void {
  press?.preventDefault();
  const { answers } = call;
  const waiting = answers.stateOf(answers.current) === "waiting";
  const counts = press === null ? !waiting : answers.enter.counts(press, waiting, performance.now());
  if (!counts || call.checking.busy) {
    if (waiting && press?.repeat !== true) announcer.say(words.questions.row_empty);
    return;
  }
  if (answers.onLast) return answers.complete ? checkAll() : toRow(answers.firstWaiting);
  toRow(answers.current + 1);
  announcer.say(answers.onLast ? words.questions.row_last(answers.rows.length) : words.questions.row_done(answers.current + 1, answers.rows.length, false));
}

export function answerMove(press: KeyboardEvent, step: 1 | -1): void {
  if (press.isComposing) return;
  press.preventDefault();
  toRow(call.answers.current + step);
}

export function checkAll(): void {
  if (!online.is) return notices.news(words.call.offline, "bad");
  void checkAnswers();
}
