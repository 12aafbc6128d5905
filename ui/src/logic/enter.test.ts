import { describe, expect, it } from "vitest";
import { EnterGuard } from "./enter";

const press = { repeat: false, isComposing: false };

describe("a press of Enter in an answer field", () => {
  it("counts in a typed row that has been current for a while", () => {
    const guard = new EnterGuard();
    guard.moved(1_000);
    expect(guard.counts(press, false, 1_400)).toBe(true);
  });

  it("does not count within 400 ms of a move, so a doubled Enter burns no check", () => {
    const guard = new EnterGuard();
    guard.moved(1_000);
    expect(guard.counts(press, false, 1_399)).toBe(false);
  });

  it("does not count while the key is held down", () => {
    expect(new EnterGuard().counts({ ...press, repeat: true }, false, 9_000)).toBe(false);
  });

  it("does not count in an empty row that is still waiting", () => {
    expect(new EnterGuard().counts(press, true, 9_000)).toBe(false);
  });

  it("belongs to the input method while a word is being composed", () => {
    expect(new EnterGuard().counts({ ...press, isComposing: true }, false, 9_000)).toBe(false);
  });
});
