import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ApprovalRow, Failure } from "../contract";

type Answer = { answer: unknown; failure: Failure | null };
const desk = vi.hoisted(() => ({ answers: {} as Record<string, (request: never) => Answer>, asked: [] as [string, unknown][] }));
vi.mock("../bridge", () => ({
  newRequestId: () => "id",
  perform: (name: string, request: never) => {
    desk.asked.push([name, request]);
    return Promise.resolve(desk.answers[name]?.(request) ?? { answer: null, failure: { code: "not_played", message: name } });
  },
}));
const { requests } = await import("./requests.svelte");
const { notices } = await import("./notices.svelte");
const { Risky } = await import("./risky.svelte");
const { clock } = await import("./clock.svelte");

const now = 1_000_000;
const row = (approval_id: string, more: Partial<ApprovalRow> = {}): ApprovalRow => ({
  approval_id, kind: "reset_two_step", user_id: "u1", user_name: "Priya", company: "Hartwell", asked_by: "Rafael", reason: "Phone stolen", contact: null, because: [], passed_on: false,
  reached: null, number: null, from: null, to: null, asked_at: now - 1, until: now + 900_000, alone_from: null, mine: false, cannot: null, seal: "5e", ...more,
});
const done = { answer: { done: true }, failure: null };
const waiting = (rows: ApprovalRow[], clock_stands = false) => {
  desk.answers["read_approvals"] = () => ({ answer: { requests: rows, clock_stands }, failure: null });
  desk.answers["read_reports"] = () => ({ answer: { reports: [] }, failure: null });
};

beforeEach(() => {
  requests.clear();
  notices.dismiss();
  desk.asked = [];
  desk.answers = {};
  clock.now = now;
});

describe("what waits for administrators", () => {
  it("counts only what this administrator can decide", async () => {
    waiting([row("a"), row("b", { mine: true, cannot: "own_request" }), row("c", { cannot: "made_by_asker" })]);
    await requests.load();
    expect(requests.forMe).toBe(1);
    expect(requests.all).toHaveLength(3);
  });

  it("no longer shows a request whose time is over", async () => {
    waiting([row("a", { until: now + 1_000 })]);
    await requests.load();
    clock.now = now + 1_000;
    expect(requests.all).toHaveLength(0);
    expect(requests.chosen).toBeNull();
  });

  it("says that a request came, but not what waited at the sign-in or the own one", async () => {
    waiting([row("a")]);
    await requests.load();
    expect(notices.current).toBeNull();
    waiting([row("a"), row("b", { mine: true, cannot: "own_request" })]);
    await requests.load();
    expect(notices.current).toBeNull();
    waiting([row("a"), row("c")]);
    await requests.load();
    expect(notices.current?.text).toContain("second administrator");
  });

  it("says that codes and links are on hold", async () => {
    waiting([], true);
    await requests.load();
    expect(requests.clockStands).toBe(true);
    expect(notices.current?.tone).toBe("bad");
  });

  it("sends back the seal of what was shown, and reads again whatever came of it", async () => {
    waiting([row("a")]);
    await requests.load();
    const shown = requests.approvals[0]!;
    waiting([]);
    desk.answers["approve_request"] = () => ({ answer: null, failure: { code: "changed_meanwhile", message: "Changed." } });
    expect((await requests.approve(shown))?.code).toBe("changed_meanwhile");
    expect(desk.asked).toContainEqual(["approve_request", { approval_id: "a", seal: "5e" }]);
    expect(requests.all).toHaveLength(0);
  });

  it("asks for a fresh code when the desk does, and approves after it", async () => {
    waiting([row("a")]);
    let fresh = false;
    desk.answers["approve_request"] = () => (fresh ? done : { answer: null, failure: { code: "fresh_code_needed", message: "" } });
    desk.answers["confirm_code"] = () => ((fresh = true), { answer: { until: 1 }, failure: null });
    const risky = new Risky();
    expect(await risky.run(() => requests.approve(row("a")))).toBe(false);
    expect(risky.asksCode).toBe(true);
    risky.code = "123 456";
    expect(await risky.run(() => requests.approve(row("a")))).toBe(true);
    expect(desk.asked).toContainEqual(["confirm_code", { code: "123456" }]);
    expect(risky.code).toBe("");
  });
});
