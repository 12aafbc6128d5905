import { describe, expect, it } from "vitest";
import type { CallView, Delivery, Standing } from "../contract";
import { deliverySteps, deliveryTitle } from "./delivery";
import { describeStanding, stepOf, stepsDone } from "./standing";

const now = new Date("2026-11-24T10:46:00").getTime();
const delivery: Delivery = {
  message_id: "m1", state: "accepted", address: "p@x.example", mail_host: "x.example", queued_at: now, accepted_at: now,
  deferred_until: null, server_reply: null, link_expires_at: now, opened_at: null, used_at: null, resends_left: 2,
  resend_at: now, code_live: true, contact_code: null,
};
const view = (standing: Standing, more: Partial<CallView> = {}): CallView => ({
  call_id: "c1", user: { user_id: "u1", name: "P", company: "H", masked_email: "p•@x.example", address: null }, opened_at: now,
  state: "open", standing, checks: { used: 1, left: 2, per_call: 3 }, reference: null, check_words: null, questions: [],
  earlier_calls: { count: 0, last_at: null, refused: 0 }, notes: "", delivery: null, passed_on: null, flagged_at: null, approval: null,
  user_told: null, ...more,
});

describe("where a call stands", () => {
  it("differs in icon, word and tone between not yet, not, and verified", () => {
    const said = (["not_verified_yet", "not_verified"] as const).map((kind) => describeStanding(view({ kind }), now));
    said.push(describeStanding(view({ kind: "verified", at: now, until: now + 1, by: "Dana" }), now));
    for (const part of ["title", "icon", "tone"] as const) expect(new Set(said.map((one) => one[part])).size).toBe(3);
  });

  it("says a pause by its clock time", () => {
    const until = new Date("2026-11-25T10:51:00").getTime();
    expect(describeStanding(view({ kind: "paused", until, by_reference: false }), now).note).toBe("Until tomorrow, 10:51");
  });

  it("ticks only the steps that happened", () => {
    expect(stepsDone(view({ kind: "repudiated", at: now }, { state: "ended" }))).toEqual([true, false, false, false]);
    expect(stepsDone(view({ kind: "unlocked", at: now }, { delivery }))).toEqual([true, true, true, false]);
    expect(stepOf(view({ kind: "verified", at: now, until: now, by: "Dana" }))).toBe(2);
  });
});

describe("the unlock email", () => {
  const states = (one: Partial<Delivery>) => deliverySteps({ ...delivery, ...one }, now).map(({ state }) => state);

  it("moves from waiting to used by itself", () => {
    expect(states({ state: "waiting", accepted_at: null })).toEqual(["now", "later", "later", "later"]);
    expect(states({})).toEqual(["done", "done", "now", "later"]);
    expect(states({ opened_at: now })).toEqual(["done", "done", "done", "now"]);
    expect(states({ opened_at: now, used_at: now })).toEqual(["done", "done", "done", "done"]);
  });

  it("says when a delayed one is tried again, and what a server that refused it said", () => {
    const until = new Date("2026-11-24T10:53:00").getTime();
    const delayed = deliverySteps({ ...delivery, state: "deferred", accepted_at: null, deferred_until: until }, now)[1];
    expect(delayed?.note).toContain("10:53");
    const failed = deliverySteps({ ...delivery, state: "failed", accepted_at: null, server_reply: "550 No such user" }, now)[1];
    expect([failed?.state, failed?.note]).toEqual(["bad", expect.stringContaining("550 No such user")]);
  });

  it("names the server that accepted it, and no more once it was used", () => {
    expect(deliveryTitle(delivery)).toBe("Unlock email accepted by x.example");
    expect(deliveryTitle({ ...delivery, used_at: now })).toBe("Account unlocked");
  });
});
