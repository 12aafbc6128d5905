// The search of the users' screen: by the rules of look-up, and counted like it.
import { Search } from "./search.svelte";

export const userSearch = new Search();
