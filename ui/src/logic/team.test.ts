import { describe, expect, it } from "vitest";
import type { MemberRow, TeamCounts } from "../contract";
import { words } from "../words/en";
import { canRemind, evidence, filtersNow, filtersOfReview, groups, nextReminder, squares, totalOf } from "./team";

const day = 86_400_000;
const now = new Date("2026-11-24T10:49").getTime();
const counts: TeamCounts = {
  members: 42, two_step_on: 29, to_be_set_up_again: 2, questions_answered: 37, never_signed_in: 3, fully_protected: 29, one_password_away: 6, no_help_by_phone: 5, reminder_due: 12,
};
const row: MemberRow = {
  user_id: "u1", name: "Ann Berg", email: "ann@x.example", kind: "standard", account: "active", two_step: "off", two_step_since: 0, questions_answered: true,
  last_sign_in_at: null, joined_at: 0, reminded_at: null, signs: [], sign_answer: null, added: false,
};

describe("the map", () => {
  it("has every member in one group, and a square a user", () => {
    expect(groups.reduce((sum, group) => sum + counts[group], 0)).toBe(counts.members);
    expect(squares(counts)).toEqual({ each: 1, of: { fully_protected: 29, to_be_set_up_again: 2, one_password_away: 6, no_help_by_phone: 5 } });
  });

  it("stays a picture in a large company: a square stands for several, and nobody's group looks empty", () => {
    const large = squares({ ...counts, members: 5_000, fully_protected: 3_100, to_be_set_up_again: 1, one_password_away: 1_500, no_help_by_phone: 399 });
    expect(large.each).toBe(100);
    expect(large.of).toEqual({ fully_protected: 31, to_be_set_up_again: 1, one_password_away: 15, no_help_by_phone: 4 });
    for (let members = 0; members < 400_000; members = members * 2 + 1) {
      const { of } = squares({ ...counts, members, fully_protected: members, to_be_set_up_again: 0, one_password_away: 0, no_help_by_phone: 0 });
      expect(of.fully_protected).toBeLessThanOrEqual(48);
      expect(of.to_be_set_up_again).toBe(0);
    }
  });

  it("a company without users has no squares", () => {
    const none = Object.fromEntries(Object.keys(counts).map((name) => [name, 0])) as unknown as TeamCounts;
    expect(squares(none)).toMatchObject({ each: 1, of: { fully_protected: 0 } });
  });
});

describe("the sentence", () => {
  it("says how many each filter shows where the counts tell", () => {
    const said = (filter: (typeof filtersNow)[number]) => totalOf(filter, counts);
    expect([said("needs_something"), said("without_two_step"), said("questions_missing"), said("all"), said("reminder_due")]).toEqual([13, 13, 5, 42, 12]);
    expect(said("with_signs")).toBeNull();
  });

  it("has words for every filter", () => {
    for (const filter of [...filtersNow, ...filtersOfReview]) expect(words.team.filters[filter]).toBeTypeOf("string");
  });
});

describe("the finding", () => {
  it.each([
    [0, 0, "Your company has no users yet."],
    [1, 1, "The only user is fully protected."],
    [42, 42, "All 42 users are fully protected."],
    [29, 42, "29 of 42 users are fully protected. 13 need something."],
    [1, 2, "1 of 2 users is fully protected. 1 needs something."],
    [0, 1, "0 of 1 user are fully protected. 1 needs something."],
    [3_100, 5_000, "3,100 of 5,000 users are fully protected. 1,900 need something."],
  ])("%s of %s", (safe, all, sentence) => expect(words.team.finding(safe, all)).toBe(sentence));
});

describe("a reminder", () => {
  it("is possible at once, and not again before its time", () => {
    expect(canRemind(row, 3 * day, now)).toBe(true);
    const reminded = { ...row, reminded_at: now - 2 * day };
    expect(canRemind(reminded, 3 * day, now)).toBe(false);
    expect(nextReminder(reminded, 3 * day, now)).toBe(now + day);
    expect(canRemind({ ...row, reminded_at: now - 3 * day }, 3 * day, now)).toBe(true);
  });

  it("is not offered to whoever has 2-step on, nor to a locked account", () => {
    expect(canRemind({ ...row, two_step: "on" }, 3 * day, now)).toBe(false);
    expect(canRemind({ ...row, account: "locked" }, 3 * day, now)).toBe(false);
    expect(canRemind({ ...row, two_step: "to_be_set_up_again" }, 3 * day, now)).toBe(true);
  });
});

describe("a sign of a shared log-in", () => {
  it("says what was counted, in words that blame nobody", () => {
    expect(evidence({ sign: "distant_networks", counted: 5, takes: 3, days_back: 30 })).toBe("In use from distant networks at once, on 5 of the last 30 days");
    expect(evidence({ sign: "same_phone", counted: 3, takes: 2, days_back: 30 })).toBe("3 accounts of this company have the same phone");
  });
});
