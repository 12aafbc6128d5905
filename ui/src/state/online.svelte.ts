// Is the desk reachable? Rust says when it is lost and back; meanwhile this asks again by itself, and
// nothing is enabled before the call's state was read anew.
import { perform } from "../bridge";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { call } from "./call.svelte";
import { notices } from "./notices.svelte";

const secondsBetweenTries = 8;

class Online {
  is = $state(true);
  /** Seconds until the next try; 0 while trying. */
  nextTry = $state(0);
  /** Whether whoever is in takes calls: then the call is read again before anything is enabled. */
  withCalls = true;
  #ticking: ReturnType<typeof setInterval> | undefined;

  lost(): void {
    if (!this.is) return;
    this.is = false;
    this.nextTry = secondsBetweenTries;
    announcer.interrupt(words.alert.offline);
    this.#ticking = setInterval(() => void this.#tick(), 1000);
  }

  async #tick(): Promise<void> {
    if (this.nextTry > 0) this.nextTry -= 1;
    if (this.nextTry > 0) return;
    const { failure } = await perform("who_is_in", {});
    if (failure === null || failure.code === "signed_out") return this.back();
    this.nextTry = secondsBetweenTries;
  }

  async back(): Promise<void> {
    if (this.is) return;
    clearInterval(this.#ticking);
    const { failure } = await (this.withCalls ? call.reread() : perform("who_is_in", {}));
    if (failure !== null && failure.code !== "signed_out") {
      this.nextTry = secondsBetweenTries;
      this.#ticking = setInterval(() => void this.#tick(), 1000);
      return;
    }
    this.is = true;
    // What was typed meanwhile is not lost, should nobody type on.
    void call.notes.save();
    notices.news(words.alert.back_online, "good");
  }
}

export const online = new Online();
