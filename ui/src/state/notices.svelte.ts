// One notice at a time, above the screen: a failure with what to do, or a piece of news. It stays until it
// is dismissed (its cross, Esc), replaced, or the screen changes, so that nobody has to be quick.
import type { Failure } from "../contract";
import { isFault, sentenceOf } from "../logic/result";
import { announcer } from "./announcer.svelte";

export interface Notice {
  tone: "bad" | "good" | "info";
  text: string;
  reference: string | null;
}

class Notices {
  current = $state<Notice | null>(null);

  failed(failure: Failure): void {
    const reference = isFault(failure) ? (failure.reference ?? null) : null;
    const text = sentenceOf(failure);
    this.current = { tone: "bad", text, reference };
    announcer.interrupt(text);
  }

  news(text: string, tone: "good" | "info" | "bad" = "info"): void {
    this.current = { tone, text, reference: null };
    if (tone === "bad") announcer.interrupt(text);
    else announcer.say(text);
  }

  dismiss(): void {
    this.current = null;
  }
}

export const notices = new Notices();
