// Locks the desk when nobody uses it, with a warning before. Times come from the desk's policy.
import { session } from "./session.svelte";

class Idle {
  /** Seconds until the lock, once the warning shows; null before. */
  left = $state<number | null>(null);
  #usedAt = Date.now();

  watch(): void {
    const used = () => this.used();
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
      window.addEventListener(event, used, { capture: true, passive: true });
    }
    setInterval(() => this.#look(), 1000);
  }

  used(): void {
    this.#usedAt = Date.now();
    this.left = null;
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
