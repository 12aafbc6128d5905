// One search for users: what is typed, what came back for it, which row is chosen. The list of users is
// never here, only the answer to the last question.
import type { Failure, LookUpAnswer, UserRow } from "../contract";
import { newRequestId } from "../bridge";
import { spokenName } from "../logic/names";
import type { Result } from "../logic/result";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask } from "./ask";

/** Milliseconds after a key until the desk is asked, until waiting is shown, until results are spoken. */
const askAfter = 90;
const outlineAfter = 150;
const speakAfter = 400;

type LookUp = (query: string, searchId: string) => Promise<Result<LookUpAnswer>>;
const lookUp: LookUp = (query, searchId) => ask("look_up", { query, search_id: searchId });

export class Search {
  query = $state("");
  answer = $state<LookUpAnswer | null>(null);
  failure = $state<Failure | null>(null);
  chosen = $state(0);
  /** Nothing to show yet, for longer than a blink. */
  waiting = $state(false);
  #answeredQuery = "";
  #searchId = newRequestId();
  #sequence = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #enter: ((user: UserRow) => void) | null = null;
  #lookUp: LookUp;

  constructor(ask: LookUp = lookUp) {
    this.#lookUp = ask;
  }

  get users(): UserRow[] {
    return this.answer?.users ?? [];
  }

  get user(): UserRow | null {
    return this.users[this.chosen] ?? null;
  }

  /** Do the rows belong to what stands in the field? */
  get settled(): boolean {
    return this.answer !== null && this.#answeredQuery === this.query;
  }

  type(query: string): void {
    this.query = query;
    this.#sequence += 1;
    this.#enter = null;
    this.#stopTimers();
    if (query.trim() === "") return this.clear();
    const mine = this.#sequence;
    this.#timers = [
      setTimeout(() => void this.#run(query, mine), askAfter),
      setTimeout(() => (this.waiting = this.answer === null && mine === this.#sequence), outlineAfter + askAfter),
    ];
  }

  async #run(query: string, mine: number): Promise<void> {
    const { answer, failure } = await this.#lookUp(query, this.#searchId);
    // A late answer to an older question must never replace a newer one.
    if (mine !== this.#sequence) return;
    this.waiting = false;
    this.failure = failure;
    this.answer = answer;
    this.#answeredQuery = query;
    this.chosen = 0;
    if (answer === null) return;
    const enter = this.#enter;
    this.#enter = null;
    const only = answer.users.length === 1 ? answer.users[0] : undefined;
    if (enter !== null && only !== undefined) return enter(only);
    this.#timers.push(setTimeout(() => mine === this.#sequence && speak(answer), speakAfter));
  }

  move(step: 1 | -1): void {
    const { length } = this.users;
    if (length > 0) this.chosen = (this.chosen + step + length) % length;
  }

  /**
   * Enter: acts on the chosen row if it belongs to what is typed. Pressed before the answer came, it acts on
   * the answer only if that is one single user: nobody starts a call with somebody they have not seen.
   */
  enter(act: (user: UserRow) => void): void {
    if (this.settled && this.user !== null) return act(this.user);
    if (!this.settled && this.query.trim() !== "") this.#enter = act;
  }

  /** Shows what another search found, e.g. the palette's. */
  adopt(other: Search, chosen: number): void {
    this.clear();
    this.query = other.query;
    this.answer = other.answer;
    this.#answeredQuery = other.query;
    this.#searchId = other.#searchId;
    this.chosen = chosen;
  }

  /** An emptied field ends the search; the next key starts a new one that counts anew. */
  clear(): void {
    this.#stopTimers();
    this.#sequence += 1;
    this.query = "";
    this.answer = null;
    this.failure = null;
    this.waiting = false;
    this.chosen = 0;
    this.#answeredQuery = "";
    this.#searchId = newRequestId();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}

function speak(answer: LookUpAnswer): void {
  if (answer.too_short) return;
  const first = answer.users[0];
  announcer.say(
    words.look_up.announce(
      answer.users.length,
      answer.more,
      spokenName(first?.name ?? ""),
      spokenName(first?.company ?? ""),
    ),
  );
}

/** The search of the look-up screen; it outlives a change of screen. */
export const search = new Search();
