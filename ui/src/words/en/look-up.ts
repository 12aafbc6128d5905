// Look-up and the operator's own calls.
import { plural } from "./numbers";

export const look_up = {
  label: "Who is calling?",
  tips: ["name", "company", "email", "last 4 digits", "call reference"] as const,
  tip: ["A ", ", ", " or ", ", the ", " of a phone with a name, or a ", "."] as const,
  minimum: (n: number, surname: number, rows: number) =>
    `From ${n} characters, ${surname} for a surname. At most ${rows} users show.`,
  users: (n: number, more: boolean) => (more ? `${n}+ users` : plural(n, "user", "users")),
  no_users: "This database has no users yet. They come from your own system, or by import.",
  clear: "clear",
  best: "Best matches",
  by_reference: "By call reference",
  last_calls: "Your last calls",
  results: "Results",
  list: "Users",
  more: "More users match. Add letters or the company.",
  none: (query: string) => `Nobody matches “${query}”. Try fewer letters or the company.`,
  too_short: (n: number) => `Keep typing: from ${n} characters.`,
  no_calls: "You have no calls yet. Type who is calling.",
  start: "Start call",
  continue: "Go to the call",
  page: "User’s page",
  take_over: "Take over…",
  busy: (name: string) => `On a call with ${name}`,
  busy_me: "Your call",
  selected: "Selected user",
  company: "Company",
  email: "Email",
  call: "Call",
  nobody: "Nobody is on a call about this user",
  opens: "More opens with the call. It is recorded, and shown in the user’s own history.",
  similar: (n: number) => `${n} users here have similar names`,
  similar_hint: "Ask for the company. Don’t read these out.",
  name: "Name",
  reference_title: "Do they see a call reference?",
  reference_text: ["It’s on their Call support page, like ", ". Type it above: it goes straight to the account and gives you both check words."] as const,
  reference_example: "K7-204-QX",
  nobody_chosen: "Nobody chosen",
  nobody_chosen_hint: "Type who is calling. The best match shows here before the call starts.",
  used: (n: number) => `${plural(n, "look-up", "look-ups")} this hour, all recorded`,
  offline: "Look-up is off while there is no connection.",
  opening: "Starting the call…",
  announce: (n: number, more: boolean, first: string, company: string) =>
    n === 0 ? "Nobody matches." : `${more ? "More than " : ""}${plural(n, "user", "users")}. ${first}, ${company}.`,
};

export const take_over = {
  title: (name: string) => `${name} is on a call about this user. Take over?`,
  text: (name: string) => `That ends ${name}’s verification. ${name} sees it at once.`,
  unknown_title: "Somebody is on a call about this user. Take over?",
  confirm: "Take over",
  cancel: "Leave it",
};

export const my_calls = {
  title: "My calls",
  lead: "What came of your calls, newest first.",
  empty: "You have no calls yet.",
  empty_hint: "A call starts with a look-up.",
  when: "When",
  user: "User",
  outcome: "Outcome",
  message: "Unlock email",
  passed_on: "Passed on",
  open: "On the call now",
  passed: { waiting: "Waiting for administrators", approved: "Approved", refused: "Refused" } as Record<string, string>,
};
