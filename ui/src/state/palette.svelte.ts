// Find anything: screens, commands of the menu, own calls, and users by the rules of look-up. Nothing here changes
// anything by itself: a command that does opens its dialog.
import type { MyCall, UserRow } from "../contract";
import { spokenName } from "../logic/names";
import { words } from "../words/en";
import { run } from "./actions";
import { call } from "./call.svelte";
import { myCalls } from "./my-calls.svelte";
import { focusOn, place, type ScreenName } from "./place.svelte";
import { Search, search } from "./search.svelte";
import { session } from "./session.svelte";

export interface Entry {
  id: string;
  group: string;
  title: string;
  note: string;
  go: () => void;
}

const mostCalls = 5;
const mostRecent = 4;

/** What was chosen last, newest first, by id; forgotten with the page. */
let recent: string[] = [];

export function forgetRecent(): void {
  recent = [];
}

/** Commands by whom they are for; the ids are those of the native menu. */
const commandsFor: [when: () => boolean, ids: (keyof typeof words.find.command)[]][] = [
  [() => session.has("look_up"), ["new_call"]],
  [() => call.view !== null && call.view.state !== "ended", ["notes", "spell_back", "pass_on"]],
  [() => session.has("team"), ["invite_member", "send_reminders", "start_review", "sign_off"]],
  [() => session.has("audit_log") || session.has("team"), ["export"]],
  [
    () => true,
    [
      "hide", "lock", "sign_out", "connection", "theme_light", "theme_dark", "theme_system", "density_comfortable", "density_compact",
      "zoom_in", "zoom_out", "zoom_reset", "shortcuts", "about",
    ],
  ],
];

export class Palette {
  readonly users = new Search();
  text = $state("");
  chosen = $state(0);

  readonly entries = $derived.by((): Entry[] => {
    const fixed = [...screens(), ...commands()];
    if (this.text.trim() === "") {
      const last = recent.flatMap((id) => fixed.filter((entry) => entry.id === id)).map((entry) => ({ ...entry, group: words.find.recent }));
      const known = new Set(last.map(({ id }) => id));
      return [...last, ...screens().filter(({ id }) => !known.has(id))];
    }
    return [
      ...fixed.filter(({ title }) => matches(title, this.text)),
      ...calls(this.text),
      ...this.users.users.map((user, index) => userEntry(user, index, this.users)),
    ];
  });

  type(text: string): void {
    this.text = text;
    this.chosen = 0;
    // Whoever takes no calls looks nobody up.
    if (session.has("look_up")) this.users.type(text);
  }

  move(step: 1 | -1): void {
    const { length } = this.entries;
    if (length > 0) this.chosen = (this.chosen + step + length) % length;
  }

  go(index: number = this.chosen): void {
    const entry = this.entries[index];
    if (entry === undefined) return;
    if (entry.id.startsWith("go-") || entry.id.startsWith("do-")) recent = [entry.id, ...recent.filter((id) => id !== entry.id)].slice(0, mostRecent);
    entry.go();
  }
}

const matches = (where: string, what: string): boolean => where.toLowerCase().includes(what.trim().toLowerCase());

function screens(): Entry[] {
  const r = words.rail;
  const names: [ScreenName, string][] = [];
  if (session.has("team")) names.push(["team", r.team], ["shared_log_ins", r.shared_log_ins], ["reminders", r.reminders]);
  if (session.has("look_up")) names.push(["look_up", r.look_up]);
  if (call.view !== null) names.push(["call", r.call]);
  const own: [ScreenName, string][] = [
    ["my_calls", r.my_calls],
    ["users", r.users],
    ["companies", r.companies],
    ["requests", r.requests],
    ["messages", r.messages],
    ["audit_log", r.audit_log],
    ["operators", r.operators],
    ["policy", r.policy],
    ["reports", r.reports],
    ["confirm_time", r.confirm_time],
  ];
  names.push(...own.filter(([screen]) => session.has(screen)));
  if (session.desk?.demo) names.push(["mailbox", words.rail.mailbox]);
  return names.map(([screen, title]) => ({
    id: `go-${screen}`,
    group: words.find.screens,
    title,
    note: "",
    go: () => place.go(screen),
  }));
}

/** As chosen in the menu, once the palette is closed and the focus is back where it was. */
function commands(): Entry[] {
  const ids = commandsFor.filter(([when]) => when()).flatMap(([, ids]) => ids);
  return ids.map((id) => ({
    id: `do-${id}`,
    group: words.find.commands,
    title: words.find.command[id],
    note: "",
    go: () => void place.close().then(() => run(id)),
  }));
}

function calls(text: string): Entry[] {
  if (text.trim() === "") return [];
  const fits = (one: MyCall): boolean => matches(one.name, text) || matches(one.company, text);
  return (myCalls.calls ?? [])
    .filter(fits)
    .slice(0, mostCalls)
    .map((one) => ({
      id: `call-${one.call_id}`,
      group: words.find.calls,
      title: spokenName(one.name),
      note: spokenName(one.company),
      go: () => place.go(one.call_id === call.view?.call_id ? "call" : "my_calls"),
    }));
}

/** A user goes to the look-up, chosen there: starting a call stays a step of its own. */
function userEntry(user: UserRow, index: number, found: Search): Entry {
  return {
    id: `user-${user.user_id}`,
    group: words.find.users,
    title: spokenName(user.name),
    note: `${spokenName(user.company)} · ${spokenName(user.masked_email)}`,
    go: () => {
      search.adopt(found, index);
      place.go("look_up");
      place.dialog = null;
      void focusOn("look-up-field");
    },
  };
}
