// Find anything: screens, own calls, and users by the rules of look-up. Nothing here changes anything.
import type { MyCall, UserRow } from "../contract";
import { spokenName } from "../logic/names";
import { words } from "../words/en";
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

export class Palette {
  readonly users = new Search();
  text = $state("");
  chosen = $state(0);

  readonly entries = $derived.by((): Entry[] => [
    ...screens().filter(({ title }) => matches(title, this.text)),
    ...calls(this.text),
    ...this.users.users.map((user, index) => userEntry(user, index, this.users)),
  ]);

  type(text: string): void {
    this.text = text;
    this.chosen = 0;
    this.users.type(text);
  }

  move(step: 1 | -1): void {
    const { length } = this.entries;
    if (length > 0) this.chosen = (this.chosen + step + length) % length;
  }

  go(): void {
    this.entries[this.chosen]?.go();
  }
}

const matches = (where: string, what: string): boolean => where.toLowerCase().includes(what.trim().toLowerCase());

function screens(): Entry[] {
  const names: [ScreenName, string][] = [["look_up", words.rail.look_up]];
  if (call.view !== null) names.push(["call", words.rail.call]);
  names.push(["my_calls", words.rail.my_calls]);
  const r = words.rail;
  const own: [ScreenName, string][] = [
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
    id: screen,
    group: words.find.screens,
    title,
    note: "",
    go: () => place.go(screen),
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
