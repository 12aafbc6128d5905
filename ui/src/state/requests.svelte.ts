// What waits for administrators: requests of colleagues, and calls that agents passed on or flagged. The desk says who
// may approve; events say when to read again.
import type { ApprovalRow, Failure, ReportRow } from "../contract";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { clock } from "./clock.svelte";
import { notices } from "./notices.svelte";
import { Reading } from "./reading.svelte";

interface Waiting {
  approvals: ApprovalRow[];
  reports: ReportRow[];
}

export type Chosen = { kind: "approval"; row: ApprovalRow } | { kind: "report"; row: ReportRow };

class Requests {
  readonly waiting = new Reading<Waiting>();
  /** Whether codes and links are on hold until somebody confirms the time. */
  clockStands = $state(false);
  /** The id of the row whose details show. */
  chosenId = $state<string | null>(null);
  /** The row the open dialog is about, as it was shown: its seal goes back with the approval. */
  deciding = $state<ApprovalRow | null>(null);
  closing = $state<ReportRow | null>(null);

  /** Those whose time is not over; the window's clock only hides them, the desk decides. */
  get approvals(): ApprovalRow[] {
    return this.waiting.value?.approvals.filter((row) => row.until > clock.now) ?? [];
  }

  get reports(): ReportRow[] {
    return this.waiting.value?.reports ?? [];
  }

  get all(): Chosen[] {
    return [
      ...this.approvals.map((row): Chosen => ({ kind: "approval", row })),
      ...this.reports.map((row): Chosen => ({ kind: "report", row })),
    ];
  }

  get chosen(): Chosen | null {
    return this.all.find((one) => idOf(one) === this.chosenId) ?? this.all[0] ?? null;
  }

  /** Those this administrator can decide now: the number in the rail. */
  get forMe(): number {
    return this.approvals.filter((row) => row.cannot === null).length + this.reports.filter((row) => row.approval_id === null).length;
  }

  /** The request about a user that waits, if it is shown here. */
  ofUser(userId: string): ApprovalRow | undefined {
    return this.approvals.find((row) => row.user_id === userId);
  }

  async load(): Promise<void> {
    const known = new Set(this.approvals.map((row) => row.approval_id));
    const first = this.waiting.value === null;
    const stood = this.clockStands;
    await this.waiting.read(async () => {
      const [approvals, reports] = await Promise.all([ask("read_approvals", {}), ask("read_reports", {})]);
      if (approvals.failure !== null) return approvals;
      if (reports.failure !== null) return reports;
      this.clockStands = approvals.answer.clock_stands;
      return { answer: { approvals: approvals.answer.requests, reports: reports.answer.reports }, failure: null };
    });
    const isNew = this.approvals.some((row) => row.cannot === null && !known.has(row.approval_id));
    if (this.clockStands && !stood) notices.news(words.confirm_time.stands, "bad");
    else if (isNew && !first) notices.news(words.requests.new_request);
  }

  /** Null when done; else why not. Whatever came of it, what waits is read again. */
  async approve(row: ApprovalRow): Promise<Failure | null> {
    const { failure } = await change("approve_request", { approval_id: row.approval_id, seal: row.seal });
    if (failure === null) notices.news(words.requests.approved, "good");
    if (failure?.code !== "fresh_code_needed") await this.load();
    return failure;
  }

  /** A colleague's is declined with a reason; the own one is taken back without. */
  async decline(row: ApprovalRow, reason: string): Promise<Failure | null> {
    const { failure } = await change("decline_request", { approval_id: row.approval_id, reason: row.mine ? null : reason });
    if (failure === null) notices.news(row.mine ? words.requests.taken_back : words.requests.declined, "good");
    if (failure?.field === undefined) await this.load();
    return failure;
  }

  async close(row: ReportRow, outcome: string, note: string): Promise<Failure | null> {
    const { failure } = await change("close_report", { report_id: row.report_id, outcome, note });
    if (failure === null) {
      notices.news(words.requests.closed, "good");
      await this.load();
    }
    return failure;
  }

  clear(): void {
    this.waiting.clear();
    this.clockStands = false;
    this.chosenId = null;
    this.deciding = null;
    this.closing = null;
  }
}

export const idOf = (one: Chosen): string => (one.kind === "approval" ? one.row.approval_id : one.row.report_id);

export const requests = new Requests();
