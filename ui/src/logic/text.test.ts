import { describe, expect, it } from "vitest";
import { inGroups, saidOneByOne } from "./codes";
import { withPassword } from "./database-address";
import { cutByMarks } from "./marks";
import { initials, spokenName } from "./names";
import { holdsAnAnswer } from "./note-check";

describe("marks in a name", () => {
  it("cut it where it matched", () => {
    expect(cutByMarks("Priya Raman", [[0, 3], [6, 3]])).toEqual([
      { text: "Pri", marked: true },
      { text: "ya ", marked: false },
      { text: "Ram", marked: true },
      { text: "an", marked: false },
    ]);
  });

  it("never lose or double a letter, however wrong they are", () => {
    for (const marks of [[[4, 99]], [[3, 4], [0, 5]], [[50, 2]], [[2, 0]], []] as [number, number][][]) {
      expect(cutByMarks("Priya Raman", marks).map(({ text }) => text).join("")).toBe("Priya Raman");
    }
  });
});

describe("hostile names", () => {
  it("give two letters at most, whatever stands in them", () => {
    expect(initials("Priya Raman")).toBe("PR");
    expect(initials("\u202e<b>evil</b> \u200bname")).toBe("BN");
    expect(initials(" \u202e ")).toBe("?");
  });

  it("are spoken on one line and bounded", () => {
    expect(spokenName(`A\nB\u202e${"x".repeat(10_000)}`)).toHaveLength(81);
    expect(spokenName("A\nB\u202eC")).toBe("A B C");
  });
});

describe("codes", () => {
  it("stand in groups and are said one by one", () => {
    expect(inGroups("482913")).toBe("482 913");
    expect(saidOneByOne("482913")).toBe("4 8 2, 9 1 3");
    expect(inGroups("JBSWY3DPEHPK", 4)).toBe("JBSW Y3DP EHPK");
  });
});

describe("a database address", () => {
  it("takes the password from its own field, encoded", () => {
    expect(withPassword("postgres://desk@db.example:5432/auth?x=1", "a/b@c")).toBe(
      "postgres://desk:a%2Fb%40c@db.example:5432/auth?x=1",
    );
  });

  it("keeps what was typed when the field is empty", () => {
    expect(withPassword("postgresql://desk:old@db.example/auth", "")).toBe("postgres://desk:old@db.example/auth");
  });

  it("is refused when it is not one", () => {
    expect(withPassword("https://db.example/auth", "")).toBeNull();
    expect(withPassword("", "x")).toBeNull();
  });
});

describe("notes", () => {
  const answers = ["St. Mary’s, Thornbury", "Pippin"];

  it("must not hold a typed answer, whatever its case and accents", () => {
    expect(holdsAnAnswer("pippin", answers)).toBe(true);
    expect(holdsAnAnswer("Nickname: PIPPIN\nLost phone", answers)).toBe(true);
  });

  it("may hold anything else", () => {
    expect(holdsAnAnswer("Lost phone on Friday, recovery code was on it.", answers)).toBe(false);
    expect(holdsAnAnswer("", answers)).toBe(false);
    expect(holdsAnAnswer("anything", ["", " "])).toBe(false);
  });
});
