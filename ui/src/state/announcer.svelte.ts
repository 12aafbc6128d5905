// What a screen reader hears beside the focus. Two regions: polite waits for a pause, assertive does not.

class Announcer {
  polite = $state("");
  assertive = $state("");

  say(text: string): void {
    this.polite = again(this.polite, text);
  }

  interrupt(text: string): void {
    this.assertive = again(this.assertive, text);
  }
}

/** The same sentence twice is heard twice only if the text differs: a no-break space does it. */
const again = (before: string, text: string): string => (before === text ? `${text}\u00a0` : text);

export const announcer = new Announcer();
