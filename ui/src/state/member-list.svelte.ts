// A list of members, one page at a time: at most fifty rows are in the window's memory, whatever the company's size. The
// desk filters and sorts; where a page begins is the desk's word, kept here to go back.
import type { Failure, MemberRow, RequestOf, TeamPage } from "../contract";
import { type Filter, mark, type Sort } from "../logic/team";
import { ask } from "./ask";

/** Milliseconds after the last key. */
const askAfter = 150;

type Asked = RequestOf<"read_team">;

export class MemberList {
  filter = $state<Filter>("all");
  name = $state("");
  sort = $state<Sort>("name");
  descending = $state(false);
  /** As this review saw them; null: as they are now. */
  reviewId = $state<string | null>(null);
  /** Null until the first page was read. */
  rows = $state<MemberRow[] | null>(null);
  failure = $state<Failure | null>(null);
  busy = $state(false);
  /** Rows before the first one shown. */
  before = $state(0);
  hasNext = $state(false);
  /** The row that has the focus of the list. */
  at = $state(0);
  /** Where each page up to this one and the next begins. */
  #starts: (string | null)[] = [null];
  #page = 0;
  /** Rows on the pages before. */
  #sizes: number[] = [];
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard: (page: TeamPage, list: MemberList) => void;

  constructor(heard: (page: TeamPage, list: MemberList) => void, more: { filter?: Filter; sort?: Sort; descending?: boolean } = {}) {
    this.#heard = heard;
    this.#first = { filter: "all", sort: "name", descending: false, ...more };
    this.#begin();
  }

  readonly #first: { filter: Filter; sort: Sort; descending: boolean };

  get hasPrevious(): boolean {
    return this.#page > 0;
  }

  /** What the screen shows, as the desk takes it. */
  get shown(): Asked {
    const { reviewId, filter, name, sort, descending } = this;
    return { review_id: reviewId, filter, name: name.trim(), sort, descending, after: null };
  }

  /** From the beginning. What stands there stays until the new first page is there. */
  load = (): Promise<boolean> => this.#read(0);

  /** The page that shows, read anew. */
  again = (): Promise<boolean> => this.#read(this.#page);

  async nextPage(): Promise<boolean> {
    return this.hasNext && !this.busy && (await this.#read(this.#page + 1));
  }

  async previousPage(): Promise<boolean> {
    return this.hasPrevious && !this.busy && (await this.#read(this.#page - 1));
  }

  show(part: { filter?: Filter; reviewId?: string | null }): Promise<boolean> {
    if (part.filter !== undefined) this.filter = part.filter;
    if (part.reviewId !== undefined) this.reviewId = part.reviewId;
    return this.load();
  }

  /** By this column; again by the same one, from its other end. */
  sortBy(sort: Sort): Promise<boolean> {
    this.descending = this.sort === sort ? !this.descending : sort === "last_sign_in" || sort === "reminded";
    this.sort = sort;
    return this.load();
  }

  type(name: string): void {
    this.name = name;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), askAfter);
  }

  async #read(page: number): Promise<boolean> {
    clearTimeout(this.#timer);
    const mine = (this.#asked += 1);
    const asked = { ...this.shown, after: page === 0 ? null : (this.#starts[page] ?? null) };
    this.busy = true;
    mark("team-asked");
    const { answer, failure } = await ask("read_team", asked);
    // A late answer to an older question must never replace a newer one.
    if (mine !== this.#asked) return false;
    this.busy = false;
    this.failure = failure;
    if (failure !== null) return false;
    mark("team-answered");
    if (page === 0) {
      this.#starts = [null];
      this.#sizes = [];
    }
    this.#starts[page + 1] = answer.next;
    this.#sizes[page] = answer.members.length;
    this.before = this.#sizes.slice(0, page).reduce((sum, size) => sum + size, 0);
    if (page !== this.#page) this.at = 0;
    this.#page = page;
    this.hasNext = answer.next !== null;
    this.rows = answer.members;
    this.at = Math.max(0, Math.min(this.at, answer.members.length - 1));
    this.#heard(answer, this);
    return true;
  }

  #begin(): void {
    Object.assign(this, this.#first);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#begin();
    this.name = "";
    this.reviewId = null;
    this.rows = null;
    this.failure = null;
    this.busy = false;
    this.before = 0;
    this.hasNext = false;
    this.at = 0;
    this.#starts = [null];
    this.#sizes = [];
    this.#page = 0;
  }
}
