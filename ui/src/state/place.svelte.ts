// Where the operator is: the screen, the dialog that floats above it, and whether the screen is hidden.
// Nothing here knows what the screens do.
import { tick } from "svelte";

export type ScreenName =
  | "look_up" | "call" | "my_calls" | "mailbox"
  | "users" | "user" | "companies" | "requests" | "messages" | "audit_log" | "operators" | "policy" | "reports" | "confirm_time"
  | "team" | "shared_log_ins" | "reminders";
export type DialogName =
  | "account_act" | "approve_request" | "decline_request" | "close_report" | "change_policy" | "protect_company" | "company_recovery" | "ask_approval" | "export_audit" | "retry_message"
  | "send_reminders" | "invite_member" | "start_review" | "sign_off"
  | "invite_operator" | "change_operator" | "pass_on" | "take_over" | "find" | "shortcuts" | "connection" | "about" | "reset_demo" | "leave_demo" | "demo_card";

class Place {
  screen = $state<ScreenName>("look_up");
  dialog = $state<DialogName | null>(null);
  hidden = $state(false);
  /** Runs when another screen shows, before it does. */
  onLeaving: () => void = () => {};
  #before: ScreenName[] = [];
  #after: ScreenName[] = [];
  #opener: HTMLElement | null = null;

  go(screen: ScreenName): void {
    this.dialog = null;
    if (screen === this.screen) return;
    this.onLeaving();
    this.#before.push(this.screen);
    this.#after = [];
    this.screen = screen;
  }

  back(): void {
    const screen = this.#before.pop();
    if (screen === undefined) return;
    this.#after.push(this.screen);
    this.screen = screen;
  }

  forward(): void {
    const screen = this.#after.pop();
    if (screen === undefined) return;
    this.#before.push(this.screen);
    this.screen = screen;
  }

  open(dialog: DialogName): void {
    if (this.dialog === null) this.#opener = document.activeElement as HTMLElement | null;
    this.dialog = dialog;
  }

  /** Closes the dialog; the focus goes back to what opened it, or to the heading if that is gone. */
  async close(): Promise<void> {
    this.dialog = null;
    await tick();
    if (this.#opener?.isConnected) this.#opener.focus();
    else document.querySelector<HTMLElement>("main h1")?.focus();
  }

  hide(): void {
    this.hidden = true;
  }

  async show(): Promise<void> {
    this.hidden = false;
    await tick();
  }

  /** A new sign-in starts at the beginning. */
  reset(screen: ScreenName = "look_up"): void {
    this.screen = screen;
    this.dialog = null;
    this.hidden = false;
    this.#before = [];
    this.#after = [];
  }
}

export const place = new Place();

/** Milliseconds after which a focus that went nowhere is given again. */
const settleAfter = 60;

/**
 * Moves the focus to an element by id, once the page has caught up with the state. A dialog that closes at that moment
 * can still take it away (WebKitGTK): if nothing has the focus then, it is given again.
 */
export async function focusOn(id: string): Promise<void> {
  await tick();
  document.getElementById(id)?.focus();
  setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById(id)?.focus();
  }, settleAfter);
}
