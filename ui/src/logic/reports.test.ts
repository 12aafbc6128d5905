import { describe, expect, it } from "vitest";
import type { Statistics } from "../contract";
import { dayName, duration, endingRows, findingOf, mostLost, percentOf } from "./reports";

const mails = { domain: "", mails: 0, at_once: 0, later: 0, waiting: 0, failed: 0, unsure: 0 };
const found = (more: Partial<Statistics> = {}): Statistics => ({
  from_day: 20_775, to_day: 20_781, zone: "UTC", enough: 10, endings: [], reached: { opened: 0, checked: 0, verified: 0, accepted: 0, pressed: 0, unlocked: 0 },
  verdicts: [], questions: [], questions_from: 50, times: [], times_by_week: [], mails, mails_by_domain: [], unusual: [], ...more,
});
const reached = { opened: 40, checked: 38, verified: 30, accepted: 29, pressed: 20, unlocked: 19 };

describe("reports", () => {
  it("has every day of the period in a chart, also those without a call", () => {
    const [row] = endingRows(found({ endings: [{ day: 20_777, ending: "unlocked", calls: 3 }, { day: 20_781, ending: "unlocked", calls: 1 }] }));
    expect(row).toEqual({ ending: "unlocked", total: 4, byDay: [0, 0, 3, 0, 0, 0, 1] });
    expect(endingRows(found())).toEqual([]);
  });

  it("says where most are lost, and nothing of few calls", () => {
    expect(mostLost(found({ reached }))).toEqual({ step: "pressed", lost: 9, of: 29 });
    expect(findingOf("reached", found({ reached }))).toContain("9 of 29");
    expect(findingOf("reached", found({ reached: { ...reached, opened: 9 } }))).toContain("too few");
    expect(mostLost(found({ reached: { opened: 5, checked: 5, verified: 5, accepted: 5, pressed: 5, unlocked: 5 } }))).toBeNull();
  });

  it("makes a finding of calls only from enough on", () => {
    expect(findingOf("endings", found())).toBe("No calls in the last 7 days.");
    expect(findingOf("endings", found({ reached: { ...reached, opened: 1 } }))).toBe("1 call in the last 7 days: too few for a finding.");
    expect(findingOf("endings", found({ reached }))).toBe("19 of 40 calls in the last 7 days ended with the account unlocked.");
  });

  it("names a domain only if most failures are there", () => {
    const all = { ...mails, mails: 90, failed: 6 };
    const at = (failed: number) => ({ ...mails, domain: "hartwell.example", mails: 30, failed });
    expect(findingOf("mails", found({ mails: all, mails_by_domain: [at(4)] }))).toBe("6 of 90 emails failed or came back, most of them at hartwell.example.");
    expect(findingOf("mails", found({ mails: all, mails_by_domain: [at(3)] }))).toBe("6 of 90 emails failed or came back.");
    expect(findingOf("mails", found({ mails: { ...all, failed: 0 } }))).toBe("None of 90 emails in the last 7 days failed.");
  });

  it("says times as people do", () => {
    expect([48_000, 99_000, 100_000, 7 * 60_000, 72 * 60_000, 120 * 60_000].map(duration)).toEqual(["48 s", "99 s", "2 min", "7 min", "72 min", "2 h"]);
    const times = [{ monday: null, until: "unlocked", calls: 12, half_ms: 540_000, nine_in_ten_ms: 2_400_000 }];
    expect(findingOf("times", found({ times }))).toContain("9 min");
    expect(findingOf("times", found())).toContain("too few");
  });

  it("counts days from 1970 and parts of nothing as nothing", () => {
    expect(dayName(20_781)).toBe("24 Nov");
    expect([percentOf(0, 0), percentOf(1, 3), percentOf(3, 3)]).toEqual([0, 33, 100]);
  });
});
