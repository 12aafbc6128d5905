import { describe, expect, it } from "vitest";
import { asked, everything, since } from "./audit-filter";
import { dateField, typedMoment } from "./typed-time";

const at = (local: string): number => new Date(local).getTime();
const now = at("2026-11-24T10:49:30");

describe("the sentence of the audit log", () => {
  it("means whole days of the calendar", () => {
    expect(since("today", now)).toBe(at("2026-11-24T00:00:00"));
    expect(since("week", now)).toBe(at("2026-11-18T00:00:00"));
    expect(since("hour", now)).toBe(now - 3_600_000);
    expect(since("ever", now)).toBeNull();
  });

  it("asks for nothing that stands nowhere in it", () => {
    expect(asked({ ...everything, when: "ever" }, now, null)).toEqual({ user_id: null, actor_id: null, operation: null, result: null, since: null, until: null, before: null });
    expect(asked({ ...everything, actor: { id: "o1", name: "Dana" }, result: "refused" }, now, "x")).toMatchObject({ actor_id: "o1", result: "refused", before: "x" });
  });
});

describe("a time read from a watch", () => {
  it("is a moment of this place", () => {
    expect(typedMoment("2026-11-24", "10:49")).toBe(at("2026-11-24T10:49:00"));
    expect(typedMoment("2026-11-24", " 0905 ")).toBe(at("2026-11-24T09:05:00"));
    expect(typedMoment("2026-11-24", "9.05")).toBe(at("2026-11-24T09:05:00"));
  });

  it("is refused when it is none", () => {
    for (const time of ["", "24:00", "10:60", "10", "noon", "10:49:30"]) expect(typedMoment("2026-11-24", time)).toBeNull();
    expect(typedMoment("2026-02-30", "10:00")).toBeNull();
    expect(typedMoment("", "10:00")).toBeNull();
  });

  it("begins with today", () => expect(dateField(now)).toBe("2026-11-24"));
});
