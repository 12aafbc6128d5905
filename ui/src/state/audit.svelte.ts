// The audit log as it is read, checked and exported. Each of these is recorded in it.
import { exportAuditLog } from "../bridge";
import type { AuditEntry, Failure } from "../contract";
import { asked, type AuditFilter, everything } from "../logic/audit-filter";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask } from "./ask";
import { notices } from "./notices.svelte";
import { place } from "./place.svelte";
import { Paged } from "./reading.svelte";

export interface ChainCheck {
  running: boolean;
  checked: number;
  last: number;
  waiting: number;
  findings: string[];
}

class Audit {
  filter = $state<AuditFilter>({ ...everything });
  readonly entries = new Paged<AuditEntry>((before) => this.#page(before));
  chosenId = $state<string | null>(null);
  /** Null until the chain is checked. */
  check = $state<ChainCheck | null>(null);
  exporting = $state(false);
  /** One reading of the clock for all pages of a filter. */
  #at = Date.now();
  #checks = 0;

  get chosen(): AuditEntry | null {
    return this.entries.rows?.find((entry) => entry.id === this.chosenId) ?? null;
  }

  async load(): Promise<void> {
    this.#at = Date.now();
    await this.entries.load();
    const { rows } = this.entries;
    if (rows !== null && this.chosen === null) this.chosenId = rows[0]?.id ?? null;
  }

  /** Changes a part of the sentence and reads again. */
  async narrow(part: Partial<AuditFilter>): Promise<void> {
    this.filter = { ...this.filter, ...part };
    this.chosenId = null;
    await this.load();
    if (this.entries.rows !== null) announcer.say(words.audit.count(this.entries.rows.length, this.entries.next !== null));
  }

  async #page(before: string | null) {
    const { answer, failure } = await ask("read_audit_log", asked(this.filter, this.#at, before));
    return failure === null ? { answer: { rows: answer.entries, next: answer.next }, failure } : { answer: null, failure };
  }

  async checkChain(): Promise<void> {
    const mine = (this.#checks += 1);
    const check: ChainCheck = { running: true, checked: 0, last: 0, waiting: 0, findings: [] };
    this.check = { ...check };
    for (;;) {
      const { answer, failure } = await ask("check_audit_log", { after: check.checked });
      if (mine !== this.#checks) return;
      if (failure !== null) {
        this.check = null;
        return notices.failed(failure);
      }
      check.checked = answer.checked;
      check.last = answer.last;
      check.waiting = answer.waiting;
      check.findings.push(...answer.findings);
      check.running = !answer.end;
      this.check = { ...check, findings: [...check.findings] };
      if (answer.end) break;
    }
    const { findings, checked } = check;
    if (findings.length > 0) announcer.interrupt(words.audit.broken(findings.length));
    else announcer.say(words.audit.whole(checked));
  }

  stopCheck(): void {
    this.#checks += 1;
    this.check = null;
  }

  async export(): Promise<void> {
    if (this.exporting) return;
    const failure = await this.exportNow();
    if (failure?.code === "fresh_code_needed") return place.open("export_audit");
    if (failure !== null) notices.failed(failure);
  }

  /** Null when it was written, or the system's dialog was closed; else why not. */
  async exportNow(): Promise<Failure | null> {
    this.exporting = true;
    const now = Date.now();
    const { answer, failure } = await exportAuditLog(asked(this.filter, now, null));
    this.exporting = false;
    if (failure !== null) return failure;
    if (answer === null) notices.news(words.audit.not_exported);
    else notices.news(words.audit.exported(answer), "good");
    return null;
  }

  clear(): void {
    this.stopCheck();
    this.filter = { ...everything };
    this.entries.clear();
    this.chosenId = null;
    this.exporting = false;
  }
}

export const audit = new Audit();
