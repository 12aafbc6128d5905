// News from the desk: ids only, so each is a reason to read again, never a fact to show.
import type { DeskEvent } from "../contract";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { ask } from "./ask";
import { call } from "./call.svelte";
import { companies } from "./companies.svelte";
import { demo } from "./demo.svelte";
import { messages } from "./messages.svelte";
import { myCalls } from "./my-calls.svelte";
import { notices } from "./notices.svelte";
import { online } from "./online.svelte";
import { focusOn, place } from "./place.svelte";
import { policy } from "./policy.svelte";
import { requests } from "./requests.svelte";
import { session } from "./session.svelte";
import { openUser } from "./user-page.svelte";

export async function heard(event: DeskEvent): Promise<void> {
  switch (event.kind) {
    case "connection_lost":
      return online.lost();
    case "connection_back":
      return online.back();
    case "signed_out":
      // It may be about a colleague: asking tells, and a refusal ends the desk.
      await ask("who_is_in", {});
      return;
    default:
      if (session.stage === "desk") await inDesk(event);
  }
}

async function inDesk(event: DeskEvent): Promise<void> {
  // Billing users take no calls: nothing here is about them, but for the demo's letters.
  if (!session.has("look_up")) {
    if (session.desk?.demo) void demo.loadMessages();
    return;
  }
  const mine = event.call_id !== null && event.call_id === call.view?.call_id;
  if (mine) await readCallAgain();
  // The colleague who took it hears of it too, and still has it.
  if (mine && event.kind === "call_taken_over" && call.view === null) {
    place.go("look_up");
    notices.news(words.call.taken_over, "bad");
    void focusOn("look-up-field");
  }
  if (event.kind === "repudiated") {
    if (mine) {
      announcer.interrupt(words.verdict.repudiated_title);
      void focusOn("standing-heading");
    } else notices.news(words.alert.repudiated, "bad");
  }
  if (event.kind === "flagged" && !mine) notices.news(words.alert.flagged);
  if (event.kind === "passed_on" && !mine) notices.news(words.alert.passed_on);
  if (session.has("requests")) administratorHears(event);
  // Only what stands in one's own list is a reason to read the list again.
  if (mine || myCalls.holds(event.call_id)) void myCalls.load();
  if (session.desk?.demo) void demo.loadMessages();
}

/** What an administrator's screens show is read again when it may have changed; nothing on a screen that is not shown. */
function administratorHears(event: DeskEvent): void {
  if (["approvals_changed", "passed_on", "flagged"].includes(event.kind)) void requests.load();
  const about = event.kind === "approvals_changed" || (event.user_id !== null && event.user_id === openUser.id);
  if (place.screen === "user" && about) openUser.loadSoon();
  if (event.kind === "message_changed" && place.screen === "messages") {
    void messages.load();
    void messages.lookAtTest();
  }
  if (event.kind !== "approvals_changed") return;
  if (place.screen === "policy") void policy.load();
  if (place.screen === "companies") void companies.load();
}

/** Reads the call again and says aloud what became of the unlock email, or of its approval. */
async function readCallAgain(): Promise<void> {
  const before = call.view?.delivery ?? null;
  const approval = call.view?.approval?.state ?? null;
  await call.reread();
  decided(approval);
  const after = call.view?.delivery ?? null;
  if (after === null || call.sending.busy) return;
  const spoken = words.delivery.spoken;
  if (after.used_at !== null && before?.used_at == null) announcer.say(spoken.used);
  else if (after.opened_at !== null && before?.opened_at == null) announcer.say(spoken.opened);
  else if (after.state !== before?.state && after.state in spoken) {
    announcer.say(spoken[after.state as keyof typeof spoken]);
  }
}

/** Whoever asked waits for this with the caller on the line: said at once, and the focus is where it goes on. */
function decided(before: string | null): void {
  const { view } = call;
  const now = view?.approval?.state ?? null;
  if (view === null || before !== "waiting" || now === before) return;
  if (now === "approved" && view.standing.kind === "verified") {
    announcer.interrupt(words.ask_approval.approved_spoken);
    if (place.screen === "call" && place.dialog === null) void focusOn("send-unlock");
  } else if (now === "refused") {
    announcer.interrupt(words.verdict.approval_refused);
    if (place.screen === "call" && place.dialog === null) void focusOn("standing-heading");
  }
}
