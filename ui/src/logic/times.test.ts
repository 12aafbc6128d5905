import { describe, expect, it } from "vitest";
import { callTimer, comingTime, daysBetween, minutesLeft, pastDay, spokenTime } from "./times";

const at = (local: string): number => new Date(local).getTime();
const now = at("2026-11-24T10:46:00");

describe("times in words", () => {
  it("the call timer counts minutes and seconds, and hours once there are any", () => {
    expect(callTimer(now - 222_000, now)).toBe("03:42");
    expect(callTimer(now - 3_822_000, now)).toBe("1:03:42");
  });

  it("the call timer starts at zero when the clocks differ", () => {
    expect(callTimer(now + 5_000, now)).toBe("00:00");
  });

  it("a pause ends at a clock time, with the day when it is another one", () => {
    expect(comingTime(at("2026-11-24T18:05:00"), now)).toBe("18:05");
    expect(comingTime(at("2026-11-25T10:51:00"), now)).toBe("tomorrow, 10:51");
    expect(comingTime(at("2026-11-27T10:51:00"), now)).toBe("Friday 27 November, 10:51");
  });

  it("is read aloud with the clock time first", () => {
    expect(spokenTime(at("2026-11-25T10:51:00"), now)).toBe("10:51 tomorrow");
  });

  it("two minutes across midnight are another day", () => {
    expect(daysBetween(at("2026-11-24T23:59:00"), at("2026-11-25T00:01:00"))).toBe(1);
  });

  it("a day with 25 hours is one day", () => {
    expect(daysBetween(at("2026-10-24T12:00:00"), at("2026-10-25T12:00:00"))).toBe(1);
  });

  it("earlier calls show today’s clock time or the day", () => {
    expect(pastDay(at("2026-11-24T09:32:00"), now)).toBe("today 09:32");
    expect(pastDay(at("2026-08-12T09:32:00"), now)).toBe("12 August");
  });

  it("minutes left are rounded up and never negative", () => {
    expect(minutesLeft(now + 61_000, now)).toBe(2);
    expect(minutesLeft(now - 61_000, now)).toBe(0);
  });
});
