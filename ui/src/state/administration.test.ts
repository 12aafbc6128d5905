import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Failure, ReportRow } from "../contract";

const desk = vi.hoisted(() => ({ asked: [] as [string, Record<string, unknown>, string | null][], answers: {} as Record<string, unknown>, exported: [] as unknown[], saved: null as number | null, failure: null as Failure | null }));
vi.mock("../bridge", () => ({
  newRequestId: () => "id",
  perform: (name: string, request: Record<string, unknown>, id: string | null) => {
    desk.asked.push([name, request, id]);
    const answer = desk.answers[name];
    const one = Array.isArray(answer) ? answer.shift() : answer;
    return Promise.resolve(one === undefined ? { answer: null, failure: { code: "not_played", message: name } } : { answer: one, failure: null });
  },
  exportAuditLog: (filter: unknown) => {
    desk.exported.push(filter);
    return Promise.resolve(desk.failure === null ? { answer: desk.saved, failure: null } : { answer: null, failure: desk.failure });
  },
}));
const { audit } = await import("./audit.svelte");
const { forgetAdministration } = await import("./administration");
const { notices } = await import("./notices.svelte");
const { Paged } = await import("./reading.svelte");
const { decidedInWords, openUser } = await import("./user-page.svelte");
const { requests } = await import("./requests.svelte");

beforeEach(() => {
  forgetAdministration();
  notices.dismiss();
  Object.assign(desk, { asked: [], answers: {}, exported: [], saved: null, failure: null });
});

describe("a list in pages", () => {
  it("never mixes a late answer with a newer list", async () => {
    const answers: ((rows: string[]) => void)[] = [];
    const list = new Paged<string>(() => new Promise((come) => answers.push((rows) => come({ answer: { rows, next: null }, failure: null }))));
    const old = list.load();
    const newer = list.load();
    answers[1]?.(["new"]);
    answers[0]?.(["old"]);
    await Promise.all([old, newer]);
    expect(list.rows).toEqual(["new"]);
  });

  it("keeps what is shown when a further page can't be read", async () => {
    let fails = false;
    const list = new Paged<string>((before) => Promise.resolve(fails ? { answer: null, failure: { code: "fault", message: "x" } } : { answer: { rows: [before ?? "first"], next: "n" }, failure: null }));
    await list.load();
    await list.more();
    fails = true;
    await list.more();
    expect(list.rows).toEqual(["first", "n"]);
    expect(list.failure?.code).toBe("fault");
  });
});

describe("changing an account", () => {
  const report = { report_id: "r1", user_id: "u9", user_name: "Farida", contacts: [{ user_id: "u7", name: "Grace" }] } as ReportRow;
  const fields = { reason: "Seen in person at the counter", email: "f@x.example", contactId: "u7", reached: "Called back the number on file" };

  it("a reset that decides a call goes with its report, whoever confirmed it, and how", async () => {
    desk.answers = { reset_user_two_step: { done: false, approval_id: "a", alone_from: null, until: Date.now() }, read_approvals: { requests: [], clock_stands: false }, read_reports: { reports: [] } };
    openUser.report = report;
    expect(await openUser.carryOut("reset", "u9", fields)).toBeNull();
    expect(desk.asked[0]?.[1]).toEqual({ user_id: "u9", email: "f@x.example", reason: fields.reason, report_id: "r1", contact_id: "u7", reached: fields.reached });
    expect(notices.current?.text).toContain("A second administrator can approve it");
  });

  it("a reset from the user's page carries no report that was looked at before", async () => {
    desk.answers = { reset_user_two_step: { done: true, approval_id: null, alone_from: null, until: null } };
    openUser.report = report;
    vi.stubGlobal("document", { activeElement: null });
    openUser.start("reset");
    await openUser.carryOut("reset", "u1", fields);
    expect(desk.asked[0]?.[1]).toMatchObject({ report_id: null, contact_id: null, reached: null });
  });

  it("says when a single administrator can finish it, and only then that it is done", () => {
    const now = new Date("2026-11-24T10:49").getTime();
    expect(decidedInWords({ done: true, approval_id: null, alone_from: null, until: null }, "Done.", now)).toBe("Done.");
    expect(decidedInWords({ done: false, approval_id: "a", alone_from: now + 86_400_000, until: now }, "Done.", now)).toContain("tomorrow, 10:49");
    expect(decidedInWords({ done: false, approval_id: "a", alone_from: null, until: now + 900_000 }, "Done.", now)).toContain("11:04");
  });

  it("nothing of it stays when nobody is signed in", async () => {
    desk.answers = { read_approvals: { requests: [], clock_stands: true }, read_reports: { reports: [] } };
    await requests.load();
    openUser.id = "u1";
    openUser.name = "Priya";
    audit.filter = { ...audit.filter, user: { id: "u1", name: "Priya" } };
    forgetAdministration();
    expect([openUser.id, openUser.name, audit.filter.user, requests.waiting.value, requests.clockStands]).toEqual([null, "", null, null, false]);
  });
});

describe("the audit log", () => {
  it("is checked page by page to its end, and every finding is kept", async () => {
    const page = (checked: number, end: boolean, findings: string[]) => ({ checked, last: 4_100, end, waiting: 0, findings });
    desk.answers = { check_audit_log: [page(2_000, false, ["Entry 7 was edited."]), page(4_000, false, []), page(4_100, true, ["Entry 4050 is missing."])] };
    await audit.checkChain();
    expect(desk.asked.map(([, request]) => request["after"])).toEqual([0, 2_000, 4_000]);
    expect(audit.check).toMatchObject({ running: false, checked: 4_100, findings: ["Entry 7 was edited.", "Entry 4050 is missing."] });
  });

  it("a check that fails shows no result", async () => {
    await audit.checkChain();
    expect(audit.check).toBeNull();
    expect(notices.current?.tone).toBe("bad");
  });

  it("exports what the screen filters, and says when no file was chosen or none could be written", async () => {
    audit.filter = { actor: { id: "o1", name: "Dana" }, operation: "open_call", user: null, when: "ever", result: "any" };
    await audit.export();
    expect(desk.exported[0]).toMatchObject({ actor_id: "o1", operation: "open_call", since: null });
    expect(notices.current?.text).toContain("no file was chosen");
    desk.failure = { code: "not_written", message: "/x/log.csv can't be written. Nothing was exported." };
    await audit.export();
    expect(notices.current).toMatchObject({ tone: "bad", text: desk.failure.message });
    Object.assign(desk, { failure: null, saved: 12 });
    await audit.export();
    expect(notices.current?.text).toContain("12 entries are exported");
  });
});
