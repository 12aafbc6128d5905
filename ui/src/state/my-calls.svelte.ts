// The operator's own calls, newest first: for the list, the look-up's empty field and the count in the rail.
import type { MyCall } from "../contract";
import { ask } from "./ask";

class MyCalls {
  /** Null until they were read. */
  calls = $state<MyCall[] | null>(null);

  async load(): Promise<void> {
    const { answer } = await ask("my_calls", {});
    if (answer !== null) this.calls = answer.calls;
  }

  holds(callId: string | null): boolean {
    return callId !== null && (this.calls?.some((mine) => mine.call_id === callId) ?? false);
  }

  clear(): void {
    this.calls = null;
  }
}

export const myCalls = new MyCalls();
