import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Failure, MemberRow, ReviewRow, TeamCounts, TeamPage } from "../contract";

type Answer = unknown | ((request: Record<string, unknown>) => unknown);
const desk = vi.hoisted(() => ({
  asked: [] as [string, Record<string, unknown>][],
  answers: {} as Record<string, Answer>,
  exported: [] as unknown[],
  saved: null as number | null,
  failure: null as Failure | null,
}));
vi.mock("../bridge", () => ({
  newRequestId: () => "id",
  perform: async (name: string, request: Record<string, unknown>) => {
    desk.asked.push([name, request]);
    const answer = desk.answers[name];
    const one = typeof answer === "function" ? await answer(request) : answer;
    if (one === undefined) return { answer: null, failure: { code: "not_played", message: name } };
    return typeof one === "object" && one !== null && "code" in one ? { answer: null, failure: one } : { answer: one, failure: null };
  },
  exportTeamReview: (shown: unknown, format: string) => {
    desk.exported.push([shown, format]);
    return Promise.resolve(desk.failure === null ? { answer: desk.saved, failure: null } : { answer: null, failure: desk.failure });
  },
}));
const { MemberList } = await import("./member-list.svelte");
const { notices } = await import("./notices.svelte");
const { reminding } = await import("./reminding.svelte");
const { team } = await import("./team.svelte");

const counts: TeamCounts = { members: 120, two_step_on: 1, to_be_set_up_again: 0, questions_answered: 0, never_signed_in: 0, fully_protected: 1, one_password_away: 0, no_help_by_phone: 119, reminder_due: 119 };
const member = (n: number, more: Partial<MemberRow> = {}): MemberRow => ({
  user_id: `u${n}`, name: `Member ${n}`, email: `m${n}@x.example`, kind: "standard", account: "active", two_step: "off", two_step_since: 0, questions_answered: false,
  last_sign_in_at: null, joined_at: 0, reminded_at: null, signs: [], sign_answer: null, added: false, ...more,
});
const page = (members: MemberRow[], next: string | null, more: Partial<TeamPage> = {}): TeamPage => ({ company: "Hartwell", may_change: true, reminder_every: 3 * 86_400_000, counts, review: null, members, next, ...more });
const review: ReviewRow = {
  review_id: "r1", started_by: "Grace", started_at: 1, signed_by: null, signed_at: null, digest: "d1", note: "",
  counts: { members: 120, two_step_on: 1, to_be_set_up_again: 0, questions_answered: 0, with_signs: 0, added: 0 },
};
const asked = (name: string) => desk.asked.filter(([one]) => one === name).map(([, request]) => request);
/** A company of 120, fifty a page, as the desk gives it. */
const company = (request: Record<string, unknown>) => {
  const from = request["after"] === null ? 0 : Number(request["after"]);
  const rows = Array.from({ length: Math.min(50, 120 - from) }, (_, i) => member(from + i));
  return page(rows, from + 50 < 120 ? String(from + 50) : null);
};

beforeEach(() => {
  team.clear();
  reminding.clear();
  notices.dismiss();
  Object.assign(desk, { asked: [], answers: { read_team: company, read_reviews: { reviews: [], next: null } }, exported: [], saved: null, failure: null });
});

describe("a list of members", () => {
  it("holds one page, goes on and back, and knows where it is", async () => {
    const list = new MemberList(() => {});
    await list.load();
    expect([list.rows?.length, list.before, list.hasPrevious, list.hasNext]).toEqual([50, 0, false, true]);
    await list.nextPage();
    await list.nextPage();
    expect([list.rows?.length, list.rows?.[0]?.user_id, list.before, list.hasNext]).toEqual([20, "u100", 100, false]);
    expect(await list.nextPage()).toBe(false);
    await list.previousPage();
    expect([list.rows?.[0]?.user_id, list.before, list.hasPrevious]).toEqual(["u50", 50, true]);
    await list.again();
    expect(list.rows?.[0]?.user_id).toBe("u50");
    expect(asked("read_team").map((request) => request["after"])).toEqual([null, "50", "100", "50", "50"]);
  });

  it("never shows a late answer to an older question", async () => {
    const waits: ((page: TeamPage) => void)[] = [];
    desk.answers["read_team"] = () => new Promise((come) => waits.push(come));
    const list = new MemberList(() => {});
    const old = list.load();
    const newer = list.show({ filter: "all" });
    await Promise.resolve();
    waits[1]?.(page([member(2)], null));
    waits[0]?.(page([member(1)], null));
    await Promise.all([old, newer]);
    expect(list.rows?.map((row) => row.user_id)).toEqual(["u2"]);
  });

  it("keeps what shows when it can't be read again, and says why", async () => {
    const list = new MemberList(() => {});
    await list.load();
    desk.answers["read_team"] = { code: "fault", message: "x" };
    await list.nextPage();
    expect([list.rows?.[0]?.user_id, list.failure?.code]).toEqual(["u0", "fault"]);
  });

  it("sorts by a column, again from its other end, and begins with the newest where that is meant", async () => {
    const list = new MemberList(() => {});
    await list.sortBy("email");
    await list.sortBy("email");
    await list.sortBy("last_sign_in");
    expect(asked("read_team").map(({ sort, descending }) => [sort, descending])).toEqual([["email", false], ["email", true], ["last_sign_in", true]]);
  });

  it("asks once for a name typed in one go", async () => {
    vi.useFakeTimers();
    const list = new MemberList(() => {});
    for (const name of ["a", "an", "ann "]) list.type(name);
    await vi.advanceTimersByTimeAsync(400);
    vi.useRealTimers();
    expect(asked("read_team").map(({ name }) => name)).toEqual(["ann"]);
  });
});

describe("ticking", () => {
  it("holds over pages, and never holds whoever can't be reminded", async () => {
    await team.list.load();
    team.pick(member(0));
    await team.list.nextPage();
    team.pick(member(51));
    team.pick(member(52, { two_step: "on" }));
    team.pick(member(53, { reminded_at: Date.now() - 1_000 }));
    expect([...team.picked.keys()]).toEqual(["u0", "u51"]);
    team.pickPage(team.list.rows ?? []);
    expect(team.picked.size).toBe(51);
    team.pickPage(team.list.rows ?? []);
    expect([...team.picked.keys()]).toEqual(["u0"]);
  });
});

describe("reminders", () => {
  it("go to everybody who can be reminded, each once, over all pages", async () => {
    desk.answers["remind_member"] = { reminded_at: 1 };
    reminding.about(null, 119);
    await reminding.run();
    const to = asked("remind_member").map(({ user_id }) => user_id);
    expect([to.length, new Set(to).size, reminding.sent]).toEqual([120, 120, 120]);
    expect(asked("read_team").map(({ filter }) => filter)).toEqual(["reminder_due", "reminder_due", "reminder_due"]);
    expect(notices.current).toMatchObject({ tone: "good", text: "120 reminders are on the way." });
  });

  it("leave out whoever a colleague reminded meanwhile, and say so", async () => {
    desk.answers["remind_member"] = ({ user_id }: Record<string, unknown>) => (user_id === "u2" ? { code: "reminder_wait", message: "Lately." } : { reminded_at: 1 });
    reminding.about([member(1), member(2), member(3)], 3);
    await reminding.run();
    expect(notices.current?.text).toBe("2 reminders are on the way. 1 user was left out: reminded meanwhile, or 2-step is on by now.");
  });

  it("of one person: the desk's own sentence, and when the next is possible", async () => {
    desk.answers["remind_member"] = { code: "reminder_wait", message: "This person was reminded lately.", until: new Date("2099-11-27T10:51").getTime() };
    reminding.about([member(2)], 1);
    await reminding.run();
    expect(notices.current).toMatchObject({ tone: "bad" });
    expect(notices.current?.text).toContain("The next one is possible at");
  });

  it("stop at the day's limit, and say how many went and when the next can", async () => {
    let sent = 0;
    desk.answers["remind_member"] = () => ((sent += 1) > 60 ? { code: "billing_limit", message: "Enough.", until: new Date("2099-11-27T10:51").getTime() } : { reminded_at: 1 });
    reminding.about(null, 119);
    await reminding.run();
    expect(asked("remind_member").length).toBe(61);
    expect(notices.current?.text).toContain("60 reminders are on the way. That is all for today");
  });

  it("stop where the connection is lost, and nothing is sent blind again", async () => {
    desk.answers["remind_member"] = ({ user_id }: Record<string, unknown>) => (user_id === "u3" ? { code: "connection_lost", message: "No connection." } : { reminded_at: 1 });
    reminding.about([member(1), member(2), member(3), member(4)], 4);
    await reminding.run();
    expect(asked("remind_member").map(({ user_id }) => user_id)).toEqual(["u1", "u2", "u3"]);
    expect(notices.current).toMatchObject({ tone: "bad", text: "2 reminders are on the way. No connection." });
  });

  it("can be stopped: whoever comes later gets none", async () => {
    desk.answers["remind_member"] = () => {
      if (asked("remind_member").length === 2) reminding.stop();
      return { reminded_at: 1 };
    };
    reminding.about(null, 119);
    await reminding.run();
    expect(asked("remind_member").length).toBe(2);
    expect(notices.current?.text).toBe("2 reminders are on the way. You stopped it.");
  });
});

describe("an answer to signs", () => {
  const shared = member(1, { signs: [{ sign: "same_phone", counted: 2, takes: 2, days_back: 30 }] });

  it("is given to the signs that were shown, and the lists are read again", async () => {
    await team.list.load();
    desk.answers["answer_signs"] = { until: Date.now() + 180 * 86_400_000 };
    expect(await team.answerSigns(shared, "one_person")).toBe(true);
    expect(asked("answer_signs")).toEqual([{ user_id: "u1", signs: ["same_phone"], answer: "one_person" }]);
    // Of a list that nobody looked at yet nothing is read.
    expect(asked("read_team").map(({ filter }) => filter)).toEqual(["needs_something", "needs_something"]);
    expect(notices.current).toMatchObject({ tone: "good" });
    expect(notices.current?.text).toContain("Kept: one person.");
  });

  it("that is refused says why, and what is so now is read", async () => {
    await team.shared.load();
    desk.answers["answer_signs"] = { code: "changed_meanwhile", message: "Look again." };
    expect(await team.answerSigns(shared, "later")).toBe(false);
    expect(notices.current).toMatchObject({ tone: "bad", text: "Look again." });
    expect(asked("read_team").map(({ filter }) => filter)).toEqual(["signs_open", "signs_open"]);
    expect(team.answering).toBeNull();
  });

  it("can be taken back", async () => {
    desk.answers["answer_signs"] = { until: null };
    await team.answerSigns(shared, null);
    expect(asked("answer_signs")[0]).toMatchObject({ answer: null });
    expect(notices.current?.text).toBe("The answer is taken back.");
  });
});

describe("a review", () => {
  it("is shown as it was saved, and signed with the digest that was shown", async () => {
    desk.answers["start_review"] = review;
    desk.answers["read_reviews"] = { reviews: [review], next: null };
    desk.answers["read_team"] = (request: Record<string, unknown>) => page([member(1)], null, { review: request["review_id"] === null ? null : review });
    expect(await team.start()).toBeNull();
    expect([team.list.reviewId, team.list.filter, team.review?.digest]).toEqual(["r1", "all", "d1"]);
    desk.answers["sign_off_review"] = { ...review, signed_by: "Grace", signed_at: 2 };
    expect(await team.signOff("Third quarter")).toBeNull();
    expect(asked("sign_off_review")).toEqual([{ review_id: "r1", digest: "d1", note: "Third quarter" }]);
    expect(notices.current?.tone).toBe("good");
  });

  it("that changed meanwhile is read anew before it can be signed", async () => {
    let digest = "d1";
    desk.answers["read_team"] = () => page([member(1)], null, { review: { ...review, digest } });
    await team.see("r1");
    digest = "d2";
    desk.answers["sign_off_review"] = { code: "changed_meanwhile", message: "x" };
    expect((await team.signOff(""))?.message).toContain("look again");
    expect(team.review?.digest).toBe("d2");
  });

  it("that can't be read leaves what shows, under its own name", async () => {
    await team.list.load();
    desk.answers["read_team"] = { code: "not_found", message: "x" };
    await team.see("r9");
    expect([team.list.reviewId, team.list.filter, team.list.rows?.length]).toEqual([null, "needs_something", 50]);
  });

  it("that a colleague opened already is the one that shows", async () => {
    desk.answers["start_review"] = { code: "review_open", message: "A review is open already." };
    desk.answers["read_reviews"] = { reviews: [review], next: null };
    expect(await team.start()).toBeNull();
    expect(team.list.reviewId).toBe("r1");
    expect(notices.current?.text).toBe("A review is open already.");
  });

  it("is exported as it shows; no choice, no space and no right each say so", async () => {
    await team.export("csv");
    expect(desk.exported).toEqual([]);
    desk.answers["read_team"] = () => page([member(1)], null, { review });
    await team.see("r1");
    await team.list.sortBy("email");
    await team.export("xlsx");
    expect(desk.exported).toEqual([[{ review_id: "r1", filter: "all", name: "", sort: "email", descending: false, after: null }, "xlsx"]]);
    expect(notices.current?.text).toContain("no file was chosen");
    desk.failure = { code: "not_written", message: "/x/team.csv can't be written: No space left on device. Nothing was exported. Choose another folder." };
    await team.export("csv");
    expect(notices.current).toMatchObject({ tone: "bad", text: desk.failure.message });
    Object.assign(desk, { failure: null, saved: 42 });
    await team.export("csv");
    expect(notices.current?.text).toContain("42 users are in the file");
    expect(team.exporting).toBe(false);
  });
});

describe("nobody signed in", () => {
  it("nothing of the company stays in the window", async () => {
    await team.load();
    team.pick(member(0));
    team.list.name = "ann";
    team.clear();
    expect([team.about, team.list.rows, team.shared.rows, team.reviews.rows, team.review, team.picked.size, team.list.name, team.list.reviewId]).toEqual([null, null, null, null, null, 0, "", null]);
    expect([team.list.filter, team.shared.filter, team.reminders.filter]).toEqual(["needs_something", "signs_open", "reminder_due"]);
  });
});
