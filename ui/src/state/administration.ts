// Everything the administrators' screens know, forgotten at once when nobody is signed in any more.
import { audit } from "./audit.svelte";
import { companies } from "./companies.svelte";
import { messages } from "./messages.svelte";
import { operators } from "./operators.svelte";
import { policy } from "./policy.svelte";
import { reports } from "./reports.svelte";
import { requests } from "./requests.svelte";
import { openUser } from "./user-page.svelte";
import { userSearch } from "./user-search";

export function forgetAdministration(): void {
  for (const kept of [audit, companies, messages, operators, policy, reports, requests, openUser, userSearch]) kept.clear();
}
