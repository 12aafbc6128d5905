// F6 goes round the panes, F2 between the current question and its spelling. Panes are the elements with
// `data-pane`; the first thing in one that takes the focus gets it.
import { call } from "./call.svelte";
import { focusOn } from "./place.svelte";

const order = ["questions", "help", "rail"];
const focusable = "input:not([disabled]),textarea,button:not([tabindex='-1']),a[href],[tabindex='0'],summary";

export function nextPane(): void {
  const here = document.activeElement?.closest<HTMLElement>("[data-pane]")?.dataset["pane"];
  const start = here === undefined ? -1 : order.indexOf(here);
  for (let step = 1; step <= order.length; step += 1) {
    const name = order[(start + step + order.length) % order.length];
    const pane = document.querySelector<HTMLElement>(`[data-pane="${name}"]`);
    const target = pane?.querySelector<HTMLElement>("[data-first]") ?? pane?.querySelector<HTMLElement>(focusable);
    if (target) return target.focus();
  }
}

export function toSpelling(): Promise<void> {
  const there = document.activeElement?.id === "spelling";
  return focusOn(there ? `answer-${call.answers.current + 1}` : "spelling");
}
