import { describe, expect, it } from "vitest";
import { spellBack } from "./spelling";

const said = (text: string): string[] => spellBack(text).map((word) => word.map(({ first, rest }) => first + rest).join(" "));

describe("spell it back", () => {
  it("is one line a word", () => {
    expect(said("St. Mary’s, Thornbury")).toEqual([
      "Sierra Tango",
      "Mike Alfa Romeo Yankee Sierra",
      "Tango Hotel Oscar Romeo November Bravo Uniform Romeo Yankee",
    ]);
  });

  it("highlights the letters that are often misheard on the phone and no others", () => {
    const letters = spellBack("abcdefghijklm nopqrstuvwxyz").flat().filter(({ misheard }) => misheard);
    expect(letters.map(({ first }) => first).join("")).toBe("BDFGMNPSTVZ");
  });

  it("says digits one by one", () => {
    expect(said("42 a7")).toEqual(["4 2", "Alfa 7"]);
  });

  it("drops accents, as the comparison does", () => {
    expect(said("Zoë ß")).toEqual(["Zulu Oscar Echo", "Sierra Sierra"]);
  });

  it("shows a letter without a code word as it is", () => {
    expect(said("Ж")).toEqual(["Ж"]);
  });

  it("stays short enough for its place whatever is typed", () => {
    const lines = spellBack(`${"x".repeat(10_000)} ${"a ".repeat(500)}`);
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(24);
  });

  it("has nothing to say for an empty row", () => {
    expect(spellBack("  .,")).toEqual([]);
  });
});
