// The reports of a period as they are read, shown as charts or tables, and exported. Each reading is recorded.
import { exportReport } from "../bridge";
import type { Statistics } from "../contract";
import type { ReportName } from "../logic/reports";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask } from "./ask";
import { notices } from "./notices.svelte";
import { Reading } from "./reading.svelte";

/** The periods there are, in days. */
export const periods = [7, 28, 91];
const usualPeriod = 28;

class Reports {
  days = $state(usualPeriod);
  readonly found = new Reading<Statistics>();
  /** The reports that show as a table. */
  tables = $state<Partial<Record<ReportName, boolean>>>({});
  exporting = $state<ReportName | null>(null);

  async load(): Promise<void> {
    const { days } = this;
    if (await this.found.read(() => ask("read_statistics", { days }))) announcer.say(words.reports.read(days));
  }

  async show(days: number): Promise<void> {
    this.days = days;
    await this.load();
  }

  turn(report: ReportName): void {
    this.tables = { ...this.tables, [report]: !this.tables[report] };
  }

  async export(report: ReportName): Promise<void> {
    if (this.exporting !== null) return;
    this.exporting = report;
    const { answer, failure } = await exportReport(report, this.days);
    this.exporting = null;
    if (failure !== null) return notices.failed(failure);
    if (answer === null) notices.news(words.reports.not_exported);
    else notices.news(words.reports.exported(answer), "good");
  }

  clear(): void {
    this.days = usualPeriod;
    this.found.clear();
    this.tables = {};
    this.exporting = null;
  }
}

export const reports = new Reports();
