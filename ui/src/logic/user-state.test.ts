import { describe, expect, it } from "vitest";
import type { UserPage } from "../contract";
import { stateOf } from "./user-state";

const at = (local: string): number => new Date(local).getTime();
const now = at("2026-11-24T10:49:00");
const page = (more: Partial<UserPage>): UserPage => ({
  user_id: "u1", name: "Priya Raman", email: "p•@x.example", company: "Hartwell", protected: false, billing: false, account: "active", locked_by: null, unlock_needs_second: false,
  two_step: "on", two_step_since: 0, phone: "•••• 42", recovery_code_at: 0, recovery_code_void: false, answers: 4, answers_at: 0, paused_until: null,
  stopped_until: null, frozen_until: null, last_sign_in_at: null, sessions: 0, browsers: 0, call_with: null, unlock: null, reset_second_because: null,
  waiting: [], cannot: null, ...more,
});
const tomorrow = at("2026-11-25T10:51:00");

describe("one sentence of state", () => {
  it("shows nothing when nothing is wrong or waiting", () => expect(stateOf(page({}), now)).toBeNull());

  it("never calls a pause locked, closed or on hold", () => {
    const paused = stateOf(page({ paused_until: tomorrow }), now);
    expect(paused?.bold).toBe("Phone verification paused until tomorrow, 10:51.");
    expect(`${paused?.bold}${paused?.text}`).not.toMatch(/lock|closed|hold/u);
  });

  it("tells a pause, a stop, a freeze and 2-step to be set up again apart", () => {
    const said = [page({ paused_until: tomorrow }), page({ stopped_until: tomorrow }), page({ frozen_until: tomorrow }), page({ two_step: "to_be_set_up_again" })].map((one) => stateOf(one, now));
    expect(new Set(said.map((one) => one?.bold)).size).toBe(4);
    expect(new Set(said.map((one) => one?.icon)).size).toBe(4);
  });

  it("the most pressing state wins, and what waits comes before acting again", () => {
    expect(stateOf(page({ account: "locked", locked_by: "owner", paused_until: tomorrow }), now)?.next).toBe("unlock");
    expect(stateOf(page({ account: "locked", locked_by: "owner", waiting: ["unlock_account"] }), now)?.next).toBe("request");
    expect(stateOf(page({ account: "closed", waiting: ["reset_two_step"] }), now)?.next).toBeNull();
  });

  it("offers nothing on an account that is the administrator's own", () => {
    expect(stateOf(page({ account: "locked", locked_by: "owner", cannot: "own_account" }), now)?.next).toBeNull();
    expect(stateOf(page({ paused_until: tomorrow, cannot: "own_company" }), now)?.next).toBeNull();
  });

  it("follows the unlock email", () => {
    const unlock = { state: "waiting" as const, queued_at: now, accepted_at: null, deferred_until: null, opened_at: null, link_expires_at: null };
    const accepted = { ...unlock, state: "accepted" as const, accepted_at: at("2026-11-24T10:48:00") };
    const said = [unlock, { ...unlock, state: "deferred" as const, deferred_until: now + 60_000 }, { ...unlock, state: "failed" as const }, accepted, { ...accepted, opened_at: now }].map((one) => stateOf(page({ unlock: one }), now));
    expect(new Set(said.map((one) => one?.bold)).size).toBe(5);
    expect(said[3]?.text).toContain("10:48");
    expect(said.every((one) => one?.next === "messages")).toBe(true);
  });
});
