// Messages on their way, by state and domain; trying one again; a test letter to oneself.
import type { AnswerOf, Failure, MessageRow } from "../contract";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask, change } from "./ask";
import { notices } from "./notices.svelte";
import { Paged } from "./reading.svelte";

class Messages {
  state = $state<string | null>(null);
  domain = $state("");
  readonly list = new Paged<MessageRow>((before) => this.#page(before));
  chosen = $state<MessageRow | null>(null);
  /** The last test letter of this desk. */
  test = $state<AnswerOf<"send_test_letter"> | null>(null);
  sending = $state(false);

  load = (): Promise<void> => this.list.load();

  async #page(before: string | null) {
    const domain = this.domain.trim();
    const { answer, failure } = await ask("read_messages", { state: this.state, domain: domain === "" ? null : domain, before });
    return failure === null ? { answer: { rows: answer.messages, next: answer.next }, failure } : { answer: null, failure };
  }

  async show(state: string | null): Promise<void> {
    this.state = state;
    await this.load();
  }

  /** Null when it is on its way again; else why not. */
  async retry(row: MessageRow): Promise<Failure | null> {
    const { failure } = await change("retry_message", { message_id: row.message_id });
    if (failure === null) notices.news(words.messages.retried, "good");
    await this.load();
    return failure;
  }

  async sendTest(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    const { answer, failure } = await change("send_test_letter", {});
    this.sending = false;
    if (failure !== null) return notices.failed(failure);
    this.test = answer;
    announcer.say(words.messages.test_state[answer.state] ?? "");
  }

  /** How far the test letter is, once something moved. */
  async lookAtTest(): Promise<void> {
    if (this.test === null) return;
    const { answer } = await ask("read_test_letter", { message_id: this.test.message_id });
    if (answer === null) return;
    if (answer.state !== this.test.state) announcer.say(words.messages.test_state[answer.state] ?? "");
    this.test = answer;
  }

  clear(): void {
    this.state = null;
    this.domain = "";
    this.list.clear();
    this.chosen = null;
    this.test = null;
    this.sending = false;
  }
}

export const messages = new Messages();
