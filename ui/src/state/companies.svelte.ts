// Companies by the beginning of their name, and protecting one.
import type { CompanyRow, Failure } from "../contract";
import { words } from "../words/en";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";
import { Paged } from "./reading.svelte";
import { requests } from "./requests.svelte";
import { decidedInWords } from "./user-page.svelte";

/** Milliseconds after the last key. */
const askAfter = 150;

class Companies {
  name = $state("");
  readonly list = new Paged<CompanyRow>((after) => this.#page(after));
  /** What the open dialog is about. */
  chosen = $state<CompanyRow | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  load = (): Promise<void> => this.list.load();

  type(name: string): void {
    this.name = name;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), askAfter);
  }

  async #page(after: string | null) {
    const { answer, failure } = await ask("read_companies", { name: this.name, after });
    return failure === null ? { answer: { rows: answer.companies, next: answer.next }, failure } : { answer: null, failure };
  }

  /** Null when done or asked; else why not. */
  async protect(row: CompanyRow, reason: string): Promise<Failure | null> {
    const { answer, failure } = await change("protect_company", { company_id: row.company_id, protected: !row.protected, reason });
    if (failure !== null) return failure;
    notices.news(decidedInWords(answer, words.companies.done), "good");
    void requests.load();
    await this.load();
    return null;
  }

  /** Null when done or asked; else why not. */
  async changeRecovery(row: CompanyRow, reason: string): Promise<Failure | null> {
    const recovery = row.recovery === "link" ? "link_and_contact_code" : "link";
    const { answer, failure } = await change("change_company_recovery", { company_id: row.company_id, recovery, reason });
    if (failure !== null) return failure;
    notices.news(decidedInWords(answer, words.companies.recovery.done), "good");
    void requests.load();
    await this.load();
    return null;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.name = "";
    this.list.clear();
    this.chosen = null;
  }
}

export const companies = new Companies();
