// What a billing user knows of the own company: the team as it is or as a review saw it, its reviews, the signs of shared
// log-ins, and changing something about them. What is possible is the desk's word.
import { exportTeamReview } from "../bridge";
import type { Failure, MemberRow, ReviewRow, TeamCounts, TeamPage } from "../contract";
import { canRemind, type SignAnswer } from "../logic/team";
import { fullDate } from "../logic/times";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { clock } from "./clock.svelte";
import { MemberList } from "./member-list.svelte";
import { notices } from "./notices.svelte";
import { Paged } from "./reading.svelte";

interface About {
  company: string;
  /** Whether reminding, inviting, signing off and exporting are possible in this session. */
  mayChange: boolean;
  counts: TeamCounts;
  /** Milliseconds. */
  reminderEvery: number;
}

export type FileFormat = "csv" | "xlsx";

class Team {
  /** The company in numbers, as the last page told. */
  about = $state<About | null>(null);
  readonly list = new MemberList((page, list) => this.#heard(page, list), { filter: "needs_something", sort: "last_sign_in", descending: true });
  /** Log-ins that look shared and wait for an answer; those that are answered. */
  readonly shared = new MemberList((page, list) => this.#heard(page, list), { filter: "signs_open" });
  readonly answered = new MemberList((page, list) => this.#heard(page, list), { filter: "signs_answered" });
  readonly reminders = new MemberList((page, list) => this.#heard(page, list), { filter: "reminder_due" });
  readonly reviews = new Paged<ReviewRow>((before) => this.#reviews(before));
  /** The review that the list shows, with the digest that is signed. */
  review = $state<ReviewRow | null>(null);
  /** Who is ticked for a reminder, over all pages. */
  picked = $state<ReadonlyMap<string, MemberRow>>(new Map());
  exporting = $state(false);
  /** Which of the two lists of log-ins that look shared is on the screen. */
  showsAnswered = $state(false);
  /** About whom an answer is on its way. */
  answering = $state<string | null>(null);

  /** The one review that waits for its sign-off. */
  get open(): ReviewRow | null {
    return this.reviews.rows?.find((row) => row.signed_at === null) ?? null;
  }

  get mayChange(): boolean {
    return this.about?.mayChange ?? false;
  }

  /** After signing in, and when a screen opens: everything the rail counts. */
  async load(): Promise<void> {
    await Promise.all([this.list.load(), this.reviews.load(), this.shared.load()]);
  }

  #heard(page: TeamPage, list: MemberList): void {
    this.about = { company: page.company, mayChange: page.may_change, counts: page.counts, reminderEvery: page.reminder_every };
    if (list !== this.list) return;
    if (list.reviewId === null) this.review = null;
    else if (page.review !== null) this.review = page.review;
  }

  async #reviews(before: string | null) {
    const { answer, failure } = await ask("read_reviews", { before });
    return failure === null ? { answer: { rows: answer.reviews, next: answer.next }, failure } : { answer: null, failure };
  }

  can(row: MemberRow): boolean {
    return this.about !== null && canRemind(row, this.about.reminderEvery, clock.now);
  }

  pick(row: MemberRow): void {
    const picked = new Map(this.picked);
    if (!picked.delete(row.user_id) && this.can(row)) picked.set(row.user_id, row);
    this.picked = picked;
  }

  /** Ticks everybody on the page who can be reminded; if all of them are ticked already, none. */
  pickPage(page: readonly MemberRow[]): void {
    const rows = page.filter((row) => this.can(row));
    const all = rows.every((row) => this.picked.has(row.user_id));
    const picked = new Map(this.picked);
    for (const row of rows) all ? picked.delete(row.user_id) : picked.set(row.user_id, row);
    this.picked = picked;
  }

  unpick(): void {
    this.picked = new Map();
  }

  /** To what a review saw, or back to now. Where it can't be read, what shows stays, and is called what it is. */
  async see(reviewId: string | null): Promise<void> {
    const { list } = this;
    const before = { reviewId: list.reviewId, filter: list.filter };
    this.unpick();
    await list.show({ reviewId, filter: reviewId === null ? "needs_something" : "all" });
    if (list.failure !== null && list.reviewId === reviewId) Object.assign(list, before);
  }

  /** Null when one is open now; else why not. */
  async start(): Promise<Failure | null> {
    const { answer, failure } = await change("start_review", {});
    if (failure !== null && failure.code !== "review_open") return failure;
    await this.reviews.load();
    const id = answer?.review_id ?? this.open?.review_id ?? null;
    if (id === null) return failure;
    await this.see(id);
    notices.news(failure?.message ?? words.reviews.started_now, failure === null ? "good" : "info");
    return null;
  }

  /** Null when it is signed; else why not. What changed meanwhile is read again, to be looked at before it is signed. */
  async signOff(note: string): Promise<Failure | null> {
    const { review } = this;
    if (review === null) return null;
    const { answer, failure } = await change("sign_off_review", { review_id: review.review_id, digest: review.digest, note });
    if (failure?.code === "changed_meanwhile") {
      await this.list.load();
      return { ...failure, message: words.reviews.changed };
    }
    if (failure !== null) return failure;
    this.review = answer;
    notices.news(words.reviews.signed_now, "good");
    void this.reviews.load();
    void this.list.load();
    return null;
  }

  async export(format: FileFormat): Promise<void> {
    if (this.exporting || this.list.reviewId === null) return;
    this.exporting = true;
    const { answer, failure } = await exportTeamReview(this.list.shown, format);
    this.exporting = false;
    if (failure !== null) return notices.failed(failure);
    if (answer === null) notices.news(words.reviews.not_exported);
    else notices.news(words.reviews.exported(answer), "good");
  }

  /** Null when it is done; else why not. The answer is the same for an address that has an account elsewhere. */
  async invite(given_name: string, family_name: string, email: string): Promise<Failure | null> {
    const { failure } = await change("invite_member", { given_name, family_name, email });
    if (failure !== null) return failure;
    notices.news(words.invite_member.done(email), "good");
    void this.list.again();
    return null;
  }

  /** Answers the signs that a row shows, or takes the answer back; the lists show it. True when it was kept. */
  async answerSigns(row: MemberRow, answer: SignAnswer | null): Promise<boolean> {
    if (this.answering !== null) return false;
    this.answering = row.user_id;
    const { answer: kept, failure } = await change("answer_signs", { user_id: row.user_id, signs: row.signs.map(({ sign }) => sign), answer });
    this.answering = null;
    const w = words.shared_log_ins;
    if (failure !== null) notices.failed(failure);
    else if (answer === null || kept.until === null) notices.news(w.taken_back);
    else notices.news(w.kept_until(w.kept[answer] ?? "", fullDate(kept.until)), "good");
    // Also where it was refused: a sign came up, or a colleague answered.
    await Promise.all([this.shared, this.answered, this.list].map((list) => (list.rows === null ? null : list.again())));
    return failure === null;
  }

  /** After reminders: the lists that show them. */
  async remindedSome(): Promise<void> {
    this.unpick();
    await Promise.all([this.list.again(), this.reminders.rows === null ? null : this.reminders.load()]);
  }

  clear(): void {
    this.list.clear();
    this.shared.clear();
    this.answered.clear();
    this.reminders.clear();
    this.reviews.clear();
    this.about = null;
    this.review = null;
    this.exporting = false;
    this.answering = null;
    this.showsAnswered = false;
    this.unpick();
  }
}

export const team = new Team();
