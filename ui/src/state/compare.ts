// "Compared as …": asks the desk how it would compare what was typed, a moment after typing stops. The
// window knows no rule for it.
import { ask } from "./ask";
import { call } from "./call.svelte";

/** Milliseconds after the last key. */
const askAfter = 200;
let timer: ReturnType<typeof setTimeout> | undefined;

export function comparePreview(index: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void compare(index), askAfter);
}

async function compare(index: number): Promise<void> {
  const callId = call.view?.call_id;
  const text = call.answers.rows[index]?.text ?? "";
  const slot = call.view?.questions[index]?.slot;
  if (callId === undefined || slot === undefined || text.trim() === "") return;
  const { answer } = await ask("compare_preview", { call_id: callId, slot, text });
  if (answer !== null && call.view?.call_id === callId) call.answers.compared(index, text, answer.canonical);
}
