// Cuts a name into the parts that matched the search and those that did not. Text only: what comes out is
// shown as text nodes, whatever the name holds.
import type { Mark } from "../contract";

export interface Part {
  text: string;
  marked: boolean;
}

/** Marks may come unsorted, overlapping or out of range; a name is never lost or doubled. */
export function cutByMarks(text: string, marks: readonly Mark[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const [start, length] of [...marks].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(at, Math.min(start, text.length));
    const to = Math.max(from, Math.min(start + length, text.length));
    if (to === from) continue;
    if (from > at) parts.push({ text: text.slice(at, from), marked: false });
    parts.push({ text: text.slice(from, to), marked: true });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), marked: false });
  return parts;
}
