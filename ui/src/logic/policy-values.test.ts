import { describe, expect, it } from "vitest";
import type { PolicyRow } from "../contract";
import { grouped, loosens, problemWith, typedValue, unitOf, unitsFor, valueInWords } from "./policy-values";

const hour = 3_600_000;
const row = (more: Partial<PolicyRow>): PolicyRow => ({
  name: "pause_length", unit: "milliseconds", value: 24 * hour, default: 24 * hour, least: hour, most: 7 * 24 * hour, larger_is_looser: false,
  source: "SYSTEM.md 4", changed_by: null, changed_at: null, approval_id: null, ...more,
});

describe("numbers of the policy in words", () => {
  it.each([
    [24 * hour, "24 hours"],
    [hour, "1 hour"],
    [90 * 60_000, "90 minutes"],
    [60_000, "1 minute"],
    [30_000, "30 seconds"],
    [7 * 24 * hour, "7 days"],
    [72 * hour, "3 days"],
  ])("%d ms is %s", (ms, said) => expect(valueInWords({ unit: "milliseconds" }, ms)).toBe(said));

  it("counts and switches have no unit", () => {
    expect(valueInWords({ unit: "count" }, 5_000)).toBe("5,000");
    expect([0, 1].map((value) => valueInWords({ unit: "switch" }, value))).toEqual(["Off", "On"]);
  });

  it("what is typed is read back as the same value", () => {
    for (const ms of [hour, 24 * hour, 90 * 60_000, 7 * 24 * hour]) {
      const unit = unitOf(ms);
      const said = valueInWords({ unit: "milliseconds" }, ms).split(" ")[0] ?? "";
      expect(typedValue(row({}), said, unit)).toBe(ms);
    }
  });

  it("only whole numbers are numbers", () => {
    for (const typed of ["", "x", "1e3", "-5", "0x10", "5 minutes", "9".repeat(13)]) expect(typedValue(row({}), typed, "hour")).toBeNull();
    expect(typedValue(row({ unit: "count" }), " 1,000 ", "hour")).toBe(1_000);
  });

  it("offers no unit that could not hold a value between the bounds", () => {
    expect(unitsFor(row({ least: 30_000, most: 600_000 }))).toEqual(["minute", "second"]);
  });
});

describe("changing a number", () => {
  it("loosens in the direction of its rule, and standing still is no change", () => {
    expect(loosens(row({}), 12 * hour)).toBe(true);
    expect(loosens(row({}), 48 * hour)).toBe(false);
    expect(loosens(row({ larger_is_looser: true }), 48 * hour)).toBe(true);
    expect(problemWith(row({}), 24 * hour)).toBe("This is the value it has.");
  });

  it("stays within the bounds, and says them", () => {
    expect(problemWith(row({}), hour)).toBeNull();
    expect(problemWith(row({}), hour - 1)).toContain("1 hour to 7 days");
    expect(problemWith(row({}), null)).toBe("Type a whole number.");
  });
});

describe("the list of rules", () => {
  const rows = [row({}), row({ name: "checks_a_day", unit: "count", changed_at: 1 }), row({ name: "a_number_of_tomorrow" })];

  it("stands by subject, and loses no rule it doesn't know", () => {
    expect(grouped(rows, "", false).map((group) => [group.group, group.rows.length])).toEqual([["phone", 2], ["other", 1]]);
  });

  it("is found by what a rule does, and narrowed to what was changed", () => {
    expect(grouped(rows, "PAUSES when", false)[0]?.rows.map((one) => one.name)).toEqual(["pause_length"]);
    expect(grouped(rows, "", true)[0]?.rows.map((one) => one.name)).toEqual(["checks_a_day"]);
    expect(grouped(rows, "no such rule", false)).toEqual([]);
  });
});
