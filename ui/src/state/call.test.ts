import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CallView, Standing } from "../contract";
import type { Result } from "../logic/result";

const desk = vi.hoisted(() => ({ current: [] as ((result: unknown) => void)[] }));
vi.mock("../bridge", () => ({
  newRequestId: () => "id",
  perform: () => new Promise((answer) => desk.current.push(answer)),
}));
const { call } = await import("./call.svelte");

const view = (standing: Standing, more: Partial<CallView> = {}): CallView => ({
  call_id: "c1",
  user: { user_id: "u1", name: "Priya Raman", company: "Hartwell", masked_email: "p•@x.example", address: null },
  opened_at: 0,
  state: "open",
  standing,
  checks: { used: 0, left: 3, per_call: 3 },
  reference: null,
  check_words: null,
  questions: [1, 2, 3, 4].map((slot) => ({ slot, text: `Question ${slot}?`, help: null })),
  earlier_calls: { count: 0, last_at: null, refused: 0 },
  notes: "",
  delivery: null,
  passed_on: null,
  approval: null,
  flagged_at: null,
  user_told: null,
  ...more,
});

beforeEach(() => {
  call.adopt(null);
  call.adopt(view({ kind: "not_verified_yet" }));
  call.answers.type(0, "Vauxhall Corsa");
  call.code = "482913";
  desk.current = [];
});

describe("what the caller said", () => {
  it("stays while the same call is read again", () => {
    call.adopt(view({ kind: "not_verified" }));
    expect(call.answers.texts).toEqual(["Vauxhall Corsa"]);
  });

  it.each([
    ["verified", view({ kind: "verified", at: 0, until: 1, by: "Dana" })],
    ["the last check", view({ kind: "call_checks_used" }, { questions: [] })],
    ["a pause", view({ kind: "paused", until: 1, by_reference: false }, { questions: [] })],
    ["the end of the call", view({ kind: "ended", outcome: "abandoned" }, { questions: [], state: "ended" })],
    ["another call", view({ kind: "not_verified_yet" }, { call_id: "c2" })],
    ["a take-over, a lock or a sign-out", null],
  ])("is gone after %s", (_when, next) => {
    call.adopt(next);
    expect(call.answers.texts).toEqual([]);
  });

  it("and the call code are gone with the call", () => {
    call.adopt(null);
    expect(call.code).toBeNull();
  });
});

describe("reading the call again", () => {
  it("never puts an older view over a newer one", async () => {
    const reading = call.reread();
    call.adopt(view({ kind: "verified", at: 0, until: 1, by: "Dana" }));
    desk.current[0]?.({ answer: { call: view({ kind: "not_verified_yet" }) }, failure: null } satisfies Result<unknown>);
    await reading;
    expect(call.view?.standing.kind).toBe("verified");
  });
});
