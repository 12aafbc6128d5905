// Locks the desk when nobody uses it, with a warning before. Times come from the desk's policy; the desk keeps the
// same limit, so it is told once a minute that somebody is here.
import { ask } from "./ask";
import { session } from "./session.svelte";

/** Milliseconds between two words to the desk that somebody is here. */
const tellEvery = 60_000;

class Idle {
  /** Seconds until the lock, once the warning shows; null before. */
  left = $state<number | null>(null);
  #usedAt = Date.now();
  #toldAt = 0;

  watch(): void {
    const used = () => this.used();
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
      window.addEventListener(event, used, { capture: true, passive: true });
    }
    setInterval(() => this.#look(), 1000);
  }

  used(): void {
    this.#usedAt = Date.now();
    const warned = this.left !== null;
    this.left = null;
    if (session.stage === "desk" && (warned || this.#usedAt - this.#toldAt > tellEvery)) {
      this.#toldAt = this.#usedAt;
      void ask("still_here", {});
    }
  }

  #look(): void {
    const policy = session.desk?.policy;
    if (session.stage !== "desk" || policy === undefined) {
      this.#usedAt = Date.now();
      this.left = null;
      return;
    }
    const left = this.#usedAt + policy.idle_lock_ms - Date.now();
    if (left <= 0) {
      this.used();
      void session.lock();
    } else {
      this.left = left <= policy.idle_warning_ms ? Math.ceil(left / 1000) : null;
    }
  }
}

export const idle = new Idle();
