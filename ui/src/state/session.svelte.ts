// From the empty window to a signed-in desk: connection, passphrase, first administrator, sign-in. Rust
// keeps the session; this only knows which of these is next.
import * as bridge from "../bridge";
import type { CodeOnItsWay, ConnectionChoice, ConnectionState, Desk, Failure, Greeting, RequestOf } from "../contract";
import type { Result } from "../logic/result";
import { words } from "../words/en";
import { forgetAdministration } from "./administration";
import { ask, change } from "./ask";
import { call } from "./call.svelte";
import { demo } from "./demo.svelte";
import { myCalls } from "./my-calls.svelte";
import { notices } from "./notices.svelte";
import { online } from "./online.svelte";
import { focusOn, place } from "./place.svelte";
import { preferences } from "./preferences.svelte";
import { requests } from "./requests.svelte";
import { reminding } from "./reminding.svelte";
import { search } from "./search.svelte";
import { team } from "./team.svelte";

export type Stage = "starting" | "choose" | "passphrase" | "first_administrator" | "sign_in" | "desk";
/** Why the sign-in shows: the operator locked the desk, or the session ended by itself. */
export type Interruption = "locked" | "signed_out" | null;

/** A lock waits this long for the notes to be saved, in milliseconds. */
const waitForNotes = 2_000;

class Session {
  stage = $state<Stage>("starting");
  connection = $state<ConnectionState | null>(null);
  greeting = $state<Greeting | null>(null);
  desk = $state<Desk | null>(null);
  interruption = $state<Interruption>(null);
  /** Who was signed in before a lock, to fill in the field. */
  lastEmail = $state("");
  /** How they signed in: operators and billing users have different accounts. */
  lastEntry = $state<"operator" | "billing">("operator");
  /** A billing user's password was right, and this code is to come. */
  code = $state<CodeOnItsWay | null>(null);
  /** Was there a call when the desk locked or the session ended? */
  callWaits = $state(false);
  /** Said once above the sign-in. */
  welcome = $state("");
  /** Milliseconds without use until the lock, once a desk has told it. */
  lockAfter = $state<number | null>(null);
  busy = $state(false);
  failure = $state<Failure | null>(null);
  /** Notes that were not saved before a lock or the end of the session. */
  #kept: { callId: string; text: string; email: string } | null = null;

  async start(): Promise<void> {
    await this.#connected(await bridge.connectionState());
  }

  choose = (choice: ConnectionChoice): Promise<void> => this.#connecting(() => bridge.chooseConnection(choice));

  setPassphrase = (passphrase: string, confirmation: string): Promise<void> =>
    this.#connecting(() => bridge.setRecoveryPassphrase(passphrase, confirmation));

  openWithPassphrase = (passphrase: string): Promise<void> =>
    this.#connecting(() => bridge.openWithPassphrase(passphrase));

  async leave(): Promise<void> {
    this.#forget();
    await this.#connecting(bridge.leaveConnection);
  }

  async resetDemo(): Promise<void> {
    this.#forget();
    await this.#connecting(bridge.resetDemo);
  }

  async #connecting(act: () => Promise<Result<ConnectionState>>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    const result = await act();
    await this.#connected(result);
    this.busy = false;
  }

  async #connected({ answer, failure }: Result<ConnectionState>): Promise<void> {
    this.failure = failure;
    if (answer === null) {
      if (this.stage === "starting") this.stage = "choose";
      return;
    }
    this.connection = answer;
    preferences.systemIs(answer.theme);
    if (answer.mode === "none") this.stage = "choose";
    else if (answer.needs_passphrase) this.stage = "passphrase";
    else await this.#greet();
  }

  async #greet(): Promise<void> {
    const { answer, failure } = await ask("greeting", {});
    if (failure !== null) {
      this.failure = failure;
      this.stage = "choose";
      return;
    }
    this.greeting = answer;
    this.lockAfter = answer.idle_lock_ms;
    const who = await bridge.perform("who_is_in", {});
    if (who.answer !== null) return this.#enter(who.answer);
    // The first administrator of a server is made beside its database, never over the network.
    const elsewhere = this.connection?.mode === "server";
    this.stage = answer.operators_exist || answer.demo || elsewhere ? "sign_in" : "first_administrator";
  }

  signIn = (email: string, password: string, code: string): Promise<boolean> =>
    this.#signingIn(() => change("operator_sign_in", { email, password, code }));

  demoSignIn = (role: RequestOf<"demo_sign_in">["role"]): Promise<boolean> => this.#signingIn(() => change("demo_sign_in", { role }));

  async #signingIn(act: () => Promise<Result<Desk>>): Promise<boolean> {
    return this.#trying(async () => {
      const { answer, failure } = await act();
      if (answer !== null) await this.#enter(answer);
      return failure;
    });
  }

  /** A billing user's own account: in at once, or half way, with a code to come. */
  billingSignIn = (email: string, password: string): Promise<boolean> =>
    this.#trying(async () => {
      const { answer, failure } = await change("billing_sign_in", { email, password });
      if (failure !== null) return failure;
      if (answer.result === "signed_in") await this.#enter(answer);
      else this.code = answer;
      return null;
    });

  enterCode = (code: string): Promise<boolean> =>
    this.#trying(async () => {
      const { answer, failure } = await change("enter_billing_code", { code });
      if (failure !== null) return failure;
      if (answer.result === "not_right") return { code: "code_not_right", message: words.billing_sign_in.wrong(answer.tries_left) };
      await this.#enter(answer);
      return null;
    });

  resendCode = (): Promise<boolean> =>
    this.#trying(async () => {
      const { answer, failure } = await change("resend_billing_code", {});
      if (answer !== null) this.code = answer;
      return failure;
    });

  async #trying(act: () => Promise<Failure | null>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    const failure = await act();
    // Half a sign-in that is over begins anew.
    if (failure?.code === "signed_out") this.code = null;
    this.busy = false;
    this.failure = failure;
    return failure === null;
  }

  administratorMade(email: string): void {
    this.lastEmail = email;
    this.welcome = words.first_administrator.done;
    this.stage = "sign_in";
  }

  /** The same call with its notes shows again after a lock; without one, the look-up. Billing users see their team. */
  async #enter(desk: Desk): Promise<void> {
    this.desk = desk;
    this.code = null;
    this.lastEntry = this.has("team") ? "billing" : "operator";
    this.lastEmail = desk.operator.email;
    this.lockAfter = desk.policy.idle_lock_ms;
    this.welcome = "";
    this.interruption = null;
    notices.dismiss();
    online.withCalls = this.has("look_up");
    if (this.has("team")) return this.#enterTeam(desk);
    await call.reread();
    if (this.#kept !== null && this.#kept.email === desk.operator.email) call.notes.restore(this.#kept);
    this.#kept = null;
    place.reset(call.view === null ? "look_up" : "call");
    this.stage = "desk";
    void myCalls.load();
    if (this.has("requests")) void requests.load();
    if (desk.demo) void demo.loadMessages().then(() => demo.loadCard());
    void focusOn(call.focusId);
  }

  #enterTeam(desk: Desk): void {
    this.#kept = null;
    place.reset("team");
    this.stage = "desk";
    if (desk.demo) void demo.loadMessages();
  }

  async lock(): Promise<void> {
    if (this.stage !== "desk") return;
    const saving = call.notes.save();
    const kept = call.notes.unsaved;
    const email = this.lastEmail;
    // The window locks at once, also while the desk is out of reach.
    this.#out("locked");
    this.#kept = kept === null ? null : { ...kept, email };
    await Promise.race([saving, new Promise((done) => setTimeout(done, waitForNotes))]);
    // Somebody may be signed in again meanwhile: that desk stays open.
    if (this.desk === null) await change("lock_desk", {});
  }

  async signOut(): Promise<void> {
    if (this.stage !== "desk") return;
    await call.notes.save();
    const { failure } = await change("operator_sign_out", {});
    if (failure !== null && failure.code !== "signed_out") return notices.failed(failure);
    this.#out(null);
  }

  /** The session ended elsewhere: by time, by an administrator, by a newer sign-in. */
  ended(): void {
    if (this.stage !== "desk") return;
    const kept = call.notes.unsaved;
    const email = this.lastEmail;
    this.#out("signed_out");
    this.#kept = kept === null ? null : { ...kept, email };
  }

  #out(interruption: Interruption): void {
    this.callWaits = call.view !== null && call.view.state !== "ended";
    this.#forget();
    this.interruption = interruption;
    this.failure = null;
    this.stage = "sign_in";
  }

  /** Nothing of a desk stays in the window's memory once nobody is signed in. */
  #forget(): void {
    call.adopt(null);
    search.clear();
    myCalls.clear();
    forgetAdministration();
    team.clear();
    reminding.clear();
    demo.clear();
    notices.dismiss();
    place.reset();
    this.desk = null;
    this.code = null;
    this.interruption = null;
  }

  /** Whether the role that is signed in has this screen, by the desk's word. */
  has(screen: string): boolean {
    return this.desk?.screens.includes(screen) ?? false;
  }

  get windowTitle(): string {
    if (this.stage !== "desk") return this.stage === "sign_in" ? words.title.sign_in : "";
    return words.title[place.screen];
  }
}

export const session = new Session();
