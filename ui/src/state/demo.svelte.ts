// What only demo data has: the mailbox and the card of the invented caller.
import type { DemoCard, DemoMessage } from "../contract";
import { openLink } from "../bridge";
import { ask } from "./ask";
import { notices } from "./notices.svelte";

class Demo {
  /** Null until they were read. */
  messages = $state<DemoMessage[] | null>(null);
  card = $state<DemoCard | null>(null);
  chosen = $state<string | null>(null);

  get letter(): DemoMessage | null {
    const { messages, chosen } = this;
    return messages?.find((message) => message.id === chosen) ?? messages?.[0] ?? null;
  }

  async loadMessages(): Promise<void> {
    const { answer } = await ask("demo_mailbox", {});
    if (answer !== null) this.messages = answer.messages;
  }

  async loadCard(): Promise<void> {
    const { answer } = await ask("demo_card", {});
    if (answer !== null) this.card = answer;
  }

  async open(message: DemoMessage, index: number): Promise<void> {
    const { failure } = await openLink(message.id, index);
    if (failure !== null) notices.failed(failure);
  }

  clear(): void {
    this.messages = null;
    this.card = null;
    this.chosen = null;
  }
}

export const demo = new Demo();
