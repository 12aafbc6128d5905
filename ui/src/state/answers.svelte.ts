// What the caller says, row by row. It lives in this object only, and goes when `clear` is called: on
// verified, the last check, end of call, lock, take-over and sign-out.
import type { RequestOf } from "../contract";
import { EnterGuard } from "../logic/enter";

export interface Row {
  text: string;
  doesntKnow: boolean;
  /** "Compared as …", from the desk, for exactly this text. */
  canonical: string | null;
}

export type RowState = "typed" | "doesnt_know" | "waiting";

type FourAnswers = RequestOf<"check_answers">["answers"];

const rowsPerCall = 4;
const emptyRows = (): Row[] =>
  Array.from({ length: rowsPerCall }, () => ({ text: "", doesntKnow: false, canonical: null }));

export class Answers {
  rows = $state<Row[]>(emptyRows());
  /** The row that is read aloud now. */
  current = $state(0);
  /** True after a check that failed, until an answer changes. */
  unchanged = $state(false);
  readonly enter = new EnterGuard();

  stateOf(index: number): RowState {
    const row = this.rows[index];
    if (row === undefined) return "waiting";
    if (row.doesntKnow) return "doesnt_know";
    return row.text.trim() === "" ? "waiting" : "typed";
  }

  get firstWaiting(): number {
    return this.rows.findIndex((_, index) => this.stateOf(index) === "waiting");
  }

  get complete(): boolean {
    return this.firstWaiting === -1;
  }

  get onLast(): boolean {
    return this.current === this.rows.length - 1;
  }

  /** Everything typed, for the look into the notes. */
  get texts(): string[] {
    return this.rows.map((row) => row.text).filter((text) => text.trim() !== "");
  }

  moveTo(index: number, now: number = performance.now()): void {
    const next = Math.max(0, Math.min(index, this.rows.length - 1));
    if (next === this.current) return;
    this.current = next;
    this.enter.moved(now);
  }

  type(index: number, text: string): void {
    const row = this.rows[index];
    if (row === undefined) return;
    row.text = text;
    row.doesntKnow = false;
    row.canonical = null;
    this.unchanged = false;
  }

  toggleDoesntKnow(index: number): void {
    const row = this.rows[index];
    if (row === undefined) return;
    row.doesntKnow = !row.doesntKnow;
    row.text = "";
    row.canonical = null;
    this.unchanged = false;
  }

  /** A preview counts only if it is for what stands there now. */
  compared(index: number, text: string, canonical: string): void {
    const row = this.rows[index];
    if (row !== undefined && row.text === text) row.canonical = canonical;
  }

  /** By slot, as they are sent. */
  get forCheck(): FourAnswers {
    const [a = null, b = null, c = null, d = null] = this.rows.map((row) => (row.doesntKnow ? null : row.text));
    return [a, b, c, d];
  }

  /** After a check that failed with checks left: the rows stay, from the first one again. */
  again(now: number = performance.now()): void {
    this.current = 0;
    this.unchanged = true;
    this.enter.moved(now);
  }

  clear(): void {
    this.rows = emptyRows();
    this.current = 0;
    this.unchanged = false;
  }
}
