// Companies, and which are protected.
import { plural } from "./numbers";

export const companies = {
  title: "Companies",
  lead: "Protected companies: only administrators take calls about their users.",
  find: "Name begins with",
  columns: { name: "Company", users: "Users", billing: "Billing users", state: "Protection", act: "Change" },
  protected: "Protected",
  open: "Not protected",
  waits: "Waits for a second administrator",
  no_billing: "No billing user",
  protect: "Protect…",
  unprotect: "Take away…",
  act_of: (act: string, name: string) => `${act} ${name}`,
  see_request: "See the request",
  protect_title: (name: string) => `Protect ${name}`,
  unprotect_title: (name: string) => `Take the protection of ${name} away`,
  protect_effects: ["Agents can’t start calls about its users any more; administrators can.", "It holds at once. Taking it away needs a second administrator."],
  unprotect_effects: ["Agents can take calls about its users again.", "Needs a second administrator."],
  protect_do: "Protect it",
  unprotect_do: "Ask to take it away",
  done: "The company is protected.",
  empty: "No company begins like that.",
  empty_all: "There are no companies yet.",
  unreadable: "The companies can’t be read.",
  older: "Show more",
  count: (n: number, more: boolean) => (more ? `The first ${n}` : plural(n, "company", "companies")),
};
