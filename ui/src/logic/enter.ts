// Which presses of Enter count. A doubled Enter must not burn a check, and one meant for an input method
// must not move on.

/** Enter is deaf for this long after the focus moved to another question, in milliseconds. */
export const deafAfterMove = 400;

export interface Press {
  repeat: boolean;
  isComposing: boolean;
}

export class EnterGuard {
  #movedAt = Number.NEGATIVE_INFINITY;

  /** Call it whenever another question becomes the current one. `now` is any steady clock, in milliseconds. */
  moved(now: number): void {
    this.#movedAt = now;
  }

  /** Does this press count? `waiting`: the row is empty and nobody said that the caller doesn't know. */
  counts(press: Press, waiting: boolean, now: number): boolean {
    return !press.repeat && !press.isComposing && !waiting && now - this.#movedAt >= deafAfterMove;
  }
}
