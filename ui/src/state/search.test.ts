import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LookUpAnswer, UserRow } from "../contract";
import type { Result } from "../logic/result";

vi.mock("../bridge", () => {
  let made = 0;
  return { newRequestId: () => `id-${(made += 1)}`, perform: () => new Promise(() => {}) };
});
const { Search } = await import("./search.svelte");

const user = (name: string): UserRow => ({
  user_id: name, name, company: "Hartwell", masked_email: "p•@x.example", name_marks: [], company_marks: [],
  busy_with: null, busy_with_me: false, similar: [], admin_state: null,
});
const found = (...names: string[]): Result<LookUpAnswer> => ({
  answer: {
    users: names.map(user), more: false, count: names.length, used_this_hour: 1, limit_per_hour: 60,
    too_short: false, by_reference: false, reference: null, no_users: false,
  },
  failure: null,
});

/** A search whose answers come when the test says so. */
function played() {
  const asked: { query: string; id: string; answer: (result: Result<LookUpAnswer>) => void }[] = [];
  const search = new Search((query, id) => new Promise((answer) => asked.push({ query, id, answer })));
  return { search, asked };
}
const settle = () => vi.advanceTimersByTimeAsync(100);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a search", () => {
  it("never lets a late answer to an older question replace a newer one", async () => {
    const { search, asked } = played();
    search.type("pri");
    await settle();
    search.type("pri ram");
    await settle();
    asked[1]?.answer(found("Priya Raman"));
    await settle();
    asked[0]?.answer(found("Wrong One", "Wrong Two"));
    await settle();
    expect(search.users.map(({ name }) => name)).toEqual(["Priya Raman"]);
  });

  it("asks once typing pauses, not at each key", async () => {
    const { search, asked } = played();
    for (const query of ["p", "pr", "pri"]) search.type(query);
    await settle();
    expect(asked.map(({ query }) => query)).toEqual(["pri"]);
  });

  it("is one search until the field was emptied, and then another one", async () => {
    const { search, asked } = played();
    search.type("pri");
    await settle();
    search.type("priy");
    await settle();
    search.type("");
    search.type("sam");
    await settle();
    expect(asked[0]?.id).toBe(asked[1]?.id);
    expect(asked[2]?.id).not.toBe(asked[0]?.id);
  });

  it("starts a call by Enter with the chosen row", async () => {
    const { search, asked } = played();
    const start = vi.fn();
    search.type("pri");
    await settle();
    asked[0]?.answer(found("Priya Raman", "Priya Ramanathan"));
    await settle();
    search.move(1);
    search.enter(start);
    expect(start.mock.calls[0]?.[0].name).toBe("Priya Ramanathan");
  });

  it("lets an early Enter start a call only if one single user comes back", async () => {
    for (const [names, times] of [[["Priya Raman"], 1], [["Priya Raman", "Priya Ramanathan"], 0], [[], 0]] as const) {
      const { search, asked } = played();
      const start = vi.fn();
      search.type("pri");
      search.enter(start);
      await settle();
      asked[0]?.answer(found(...names));
      await settle();
      expect(start).toHaveBeenCalledTimes(times);
    }
  });

  it("forgets an early Enter when typing goes on", async () => {
    const { search, asked } = played();
    const start = vi.fn();
    search.type("pri");
    search.enter(start);
    search.type("priy");
    await settle();
    asked[0]?.answer(found("Priya Raman"));
    await settle();
    expect(start).not.toHaveBeenCalled();
  });

  it("keeps rows that are shown while the next answer is under way, and shows no outline over them", async () => {
    const { search, asked } = played();
    search.type("pri");
    await settle();
    asked[0]?.answer(found("Priya Raman"));
    await settle();
    search.type("priy");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(search.users).toHaveLength(1);
    expect(search.waiting).toBe(false);
    expect(search.settled).toBe(false);
  });
});
