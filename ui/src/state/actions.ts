// What a shortcut or a menu item does. Both come in here, so that they cannot differ.
import type { ActionId } from "../logic/keys";
import { words } from "../words/en";
import { announcer } from "./announcer.svelte";
import { endCall, flagConcern } from "./call-acts";
import { sendUnlock } from "./call-judged";
import { call } from "./call.svelte";
import { notices } from "./notices.svelte";
import { online } from "./online.svelte";
import { nextPane, toSpelling } from "./panes";
import { focusOn, place, type ScreenName } from "./place.svelte";
import { preferences } from "./preferences.svelte";
import { search } from "./search.svelte";
import { session } from "./session.svelte";
import { exportShown, inviteMember, sendReminders, signOff, startReview } from "./team-acts";

type MenuId =
  | ActionId
  | "new_call" | "connection" | "sign_out" | "about"
  | "zoom_in" | "zoom_out" | "zoom_reset"
  | "theme_light" | "theme_dark" | "theme_system"
  | "density_comfortable" | "density_compact"
  | "go_look_up" | "go_call" | "go_my_calls" | "go_mailbox"
  | "invite_member" | "send_reminders" | "start_review" | "sign_off" | "export"
  | "go_team" | "go_shared_log_ins" | "go_reminders"
  | "go_users" | "go_companies" | "go_requests" | "go_messages" | "go_audit_log" | "go_operators" | "go_policy" | "go_reports";

/** A screen that only some roles have; for others its menu item does nothing. */
const toOwn = (screen: ScreenName, with_: string = screen) => () => {
  if (session.has(with_)) place.go(screen);
};

const during = (act: () => void) => () => {
  if (call.view === null) return;
  place.go("call");
  act();
};

/** The current row becomes "caller doesn't know", or waits again; the first moves on. */
function doesntKnow(): void {
  const { answers, view } = call;
  if (view === null || view.questions.length === 0 || call.checking.busy || place.screen !== "call") return;
  answers.toggleDoesntKnow(answers.current);
  if (answers.stateOf(answers.current) === "doesnt_know" && !answers.onLast) {
    answers.moveTo(answers.current + 1);
    announcer.say(words.questions.row_done(answers.current + 1, answers.rows.length, true));
  }
  void focusOn(`answer-${answers.current + 1}`);
}

const inDesk: Partial<Record<MenuId, () => void>> = {
  doesnt_know: doesntKnow,
  spell_back: during(() => void toSpelling()),
  send_unlock: during(() => (online.is ? void sendUnlock() : notices.news(words.call.offline, "bad"))),
  notes: during(() => void focusOn("notes")),
  flag: during(() => void flagConcern()),
  pass_on: during(() => call.view?.state !== "ended" && place.open("pass_on")),
  end_call: during(() => void endCall()),
  hide: () => (place.hidden ? void place.show() : place.hide()),
  lock: () => void session.lock(),
  find: () => place.open("find"),
  back: () => place.back(),
  forward: () => place.forward(),
  next_pane: () => nextPane(),
  shortcuts: () => place.open("shortcuts"),
  new_call: () => {
    if (!session.has("look_up")) return;
    search.clear();
    place.go("look_up");
    void focusOn("look-up-field");
  },
  sign_out: () => void session.signOut(),
  connection: () => place.open("connection"),
  about: () => place.open("about"),
  go_look_up: toOwn("look_up"),
  go_call: during(() => {}),
  go_my_calls: toOwn("my_calls"),
  invite_member: inviteMember,
  send_reminders: sendReminders,
  start_review: startReview,
  sign_off: () => void signOff(),
  export: () => void exportShown(),
  go_team: toOwn("team"),
  go_shared_log_ins: toOwn("shared_log_ins", "team"),
  go_reminders: toOwn("reminders", "team"),
  go_users: toOwn("users"),
  go_companies: toOwn("companies"),
  go_requests: toOwn("requests"),
  go_messages: toOwn("messages"),
  go_audit_log: toOwn("audit_log"),
  go_operators: toOwn("operators"),
  go_policy: toOwn("policy"),
  go_reports: toOwn("reports"),
  go_mailbox: () => session.desk?.demo && place.go("mailbox"),
};

const anywhere: Partial<Record<MenuId, () => void>> = {
  zoom_in: () => preferences.zoomBy(1),
  zoom_out: () => preferences.zoomBy(-1),
  zoom_reset: () => preferences.zoomBy(0),
  theme_light: () => preferences.chooseTheme("light"),
  theme_dark: () => preferences.chooseTheme("dark"),
  theme_system: () => preferences.chooseTheme("system"),
  density_comfortable: () => preferences.chooseDensity("comfortable"),
  density_compact: () => preferences.chooseDensity("compact"),
};

/** What the menu can do before anybody is signed in. */
function beforeDesk(id: string): void {
  if (id === "about") place.open("about");
  if (id === "connection" && session.stage !== "choose" && session.stage !== "starting") place.open("connection");
}

/** Dialogs own the keyboard while they are open; a hidden screen lets only "show" and "lock" through. */
export function run(id: string): void {
  const always = anywhere[id as MenuId];
  if (always !== undefined) return always();
  if (session.stage !== "desk") return beforeDesk(id);
  if (place.hidden && id !== "hide" && id !== "lock") return;
  if (place.dialog !== null && id !== "lock" && id !== "hide") return;
  inDesk[id as MenuId]?.();
}
