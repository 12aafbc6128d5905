import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../contract";
import { shownFacts } from "./facts";
import { counts, days, entryTitle, groupOf } from "./timeline";

const at = (local: string): number => new Date(local).getTime();
const now = at("2026-11-24T11:00:00");
const entry = (moment: string, operation: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `${moment} ${operation}`, number: 1, at: at(moment), operation, result: "done", code: null, actor_kind: "user", actor: "Priya Raman",
  actor_id: "u1", user_id: "u1", user: "Priya Raman", call_id: null, detail: null, ...more,
});
const byDana = { actor_kind: "operator", actor: "Dana Okafor" };

describe("what happened", () => {
  it("stands by day in the words of a calendar", () => {
    const shown = days([entry("2026-11-24T10:00", "user_sign_in"), entry("2026-11-23T10:00", "user_sign_in"), entry("2026-11-20T10:00", "user_sign_in"), entry("2025-03-03T10:00", "user_sign_in")], null, now);
    expect(shown.map((day) => day.heading)).toEqual(["Today, Tuesday 24 November", "Yesterday, Monday 23 November", "Friday 20 November", "Monday 3 March 2025"]);
  });

  it("says who did it, but not that the user did", () => {
    const [day] = days([entry("2026-11-24T10:05", "open_call", byDana), entry("2026-11-24T10:00", "user_sign_in")], null, now);
    expect(day?.lines.map((line) => line.who)).toEqual(["by Dana Okafor", null]);
  });

  it("folds what repeats itself, and nothing else", () => {
    const refused = { result: "refused", code: "sign_in_not_right" };
    const shown = days([entry("2026-11-24T10:03", "user_sign_in", refused), entry("2026-11-24T10:02", "user_sign_in", refused), entry("2026-11-24T10:01", "user_sign_in", refused), entry("2026-11-24T10:00", "user_sign_in")], null, now);
    expect(shown[0]?.lines).toHaveLength(2);
    expect(shown[0]?.lines[0]?.note).toBe("3 times, first at 10:01");
  });

  it("does not fold over midnight", () => {
    expect(days([entry("2026-11-24T00:01", "user_sign_in"), entry("2026-11-23T23:59", "user_sign_in")], null, now).map((day) => day.lines.length)).toEqual([1, 1]);
  });

  it("tells a verdict as a verdict, and never which answer", () => {
    const check = entry("2026-11-24T10:00", "check_answers", { ...byDana, detail: JSON.stringify({ salt: "x", check: 1, verdict: "not_verified" }) });
    expect(days([check], null, now)[0]?.lines[0]).toMatchObject({ title: "Not verified", tone: "bad", who: "by Dana Okafor" });
  });

  it("tells what was only asked for from what was done, and says what was approved", () => {
    const asked = entry("2026-11-24T10:00", "reset_user_two_step", { ...byDana, detail: JSON.stringify({ asked: "reset_two_step" }) });
    const done = entry("2026-11-24T10:01", "reset_user_two_step", { ...byDana, detail: JSON.stringify({ what: "reset_two_step" }) });
    const approved = entry("2026-11-24T10:02", "approve_request", { ...byDana, detail: JSON.stringify({ what: "reset_two_step" }) });
    expect([asked, done, approved].map(entryTitle)).toEqual(["2-step reset: asked for", "2-step reset", "Request approved: Reset 2-step"]);
  });

  it("leaves out tries that were only reserved, and how messages are carried", () => {
    expect(groupOf(entry("2026-11-24T10:00", "check_answers", { result: "reserved" }))).toBeNull();
    expect(groupOf(entry("2026-11-24T10:00", "take_message"))).toBeNull();
    expect(counts([entry("2026-11-24T10:00", "take_message"), entry("2026-11-24T10:00", "open_call", byDana), entry("2026-11-24T09:00", "user_sign_in")])).toEqual({ all: 2, sign_in: 1, calls: 1, messages: 0, security: 0, desk: 0 });
  });

  it("shows one group alone", () => {
    const both = [entry("2026-11-24T10:00", "open_call", byDana), entry("2026-11-24T09:00", "user_sign_in")];
    expect(days(both, "calls", now)[0]?.lines.map((line) => line.title)).toEqual(["Call started"]);
    expect(days(both, "messages", now)).toEqual([]);
  });
});

describe("the facts of an entry", () => {
  it("are text, whatever somebody wrote there, without the salt", () => {
    expect(shownFacts('{"salt":"00","reason":"<b>x</b>","shown":["a","b"],"to":5,"none":null}')).toEqual([["reason", "<b>x</b>"], ["shown", "a, b"], ["to", "5"]]);
    expect(shownFacts("not json")).toEqual([]);
    expect(shownFacts("[1]")).toEqual([]);
    expect(shownFacts(null)).toEqual([]);
    expect(shownFacts(JSON.stringify({ a: "x".repeat(5_000) }))[0]?.[1]).toHaveLength(401);
  });
});
