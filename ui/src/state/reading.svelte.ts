// Something read from the desk for a screen: what came, or why not. A late answer to an older question is dropped.
import type { Failure } from "../contract";
import type { Result } from "../logic/result";

export class Reading<Value> {
  /** Null until it was read. */
  value = $state<Value | null>(null);
  failure = $state<Failure | null>(null);
  #asked = 0;

  /** True when this answer is what stands now. */
  async read(ask: () => Promise<Result<Value>>): Promise<boolean> {
    const mine = (this.#asked += 1);
    const { answer, failure } = await ask();
    if (mine !== this.#asked) return false;
    this.failure = failure;
    if (answer !== null) this.value = answer;
    return failure === null;
  }

  clear(): void {
    this.#asked += 1;
    this.value = null;
    this.failure = null;
  }
}

export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

/** A list that comes in pages, each behind the one before. */
export class Paged<Row> {
  /** Null until the first page was read. */
  rows = $state<Row[] | null>(null);
  next = $state<string | null>(null);
  failure = $state<Failure | null>(null);
  busy = $state(false);
  #asked = 0;
  #page: (before: string | null) => Promise<Result<Page<Row>>>;

  constructor(page: (before: string | null) => Promise<Result<Page<Row>>>) {
    this.#page = page;
  }

  /** From the beginning. What stands there stays until the new first page is there. */
  load = (): Promise<void> => this.#read(null);

  async more(): Promise<void> {
    if (this.next !== null && !this.busy) await this.#read(this.next);
  }

  async #read(before: string | null): Promise<void> {
    const mine = (this.#asked += 1);
    this.busy = true;
    const { answer, failure } = await this.#page(before);
    if (mine !== this.#asked) return;
    this.busy = false;
    this.failure = failure;
    if (answer === null) return;
    this.rows = before === null ? answer.rows : [...(this.rows ?? []), ...answer.rows];
    this.next = answer.next;
  }

  clear(): void {
    this.#asked += 1;
    this.rows = null;
    this.next = null;
    this.failure = null;
    this.busy = false;
  }
}
