import { describe, expect, it } from "vitest";
import { Answers } from "./answers.svelte";

function filled(): Answers {
  const answers = new Answers();
  answers.type(0, "Vauxhall Corsa");
  answers.toggleDoesntKnow(1);
  answers.type(2, "St. Mary’s");
  answers.type(3, "Pippin");
  return answers;
}

describe("typed answers", () => {
  it("wait until something is typed or the caller doesn't know", () => {
    const answers = new Answers();
    expect(answers.stateOf(0)).toBe("waiting");
    answers.type(0, "  ");
    expect(answers.stateOf(0)).toBe("waiting");
    answers.type(0, "x");
    expect(answers.stateOf(0)).toBe("typed");
    answers.toggleDoesntKnow(0);
    expect(answers.stateOf(0)).toBe("doesnt_know");
    expect(answers.firstWaiting).toBe(1);
  });

  it("are sent by slot, with null where the caller doesn't know", () => {
    expect(filled().forCheck).toEqual(["Vauxhall Corsa", null, "St. Mary’s", "Pippin"]);
  });

  it("leave nothing behind when cleared", () => {
    const answers = filled();
    answers.moveTo(3);
    answers.clear();
    expect(JSON.stringify(answers.rows)).toBe(JSON.stringify(new Answers().rows));
    expect(answers.texts).toEqual([]);
    expect(answers.current).toBe(0);
  });

  it("cannot be checked again unchanged after a check that failed", () => {
    const answers = filled();
    answers.again();
    expect([answers.unchanged, answers.current, answers.complete]).toEqual([true, 0, true]);
    answers.type(2, "St. Marys");
    expect(answers.unchanged).toBe(false);
  });

  it("take a comparison only if it is for what stands there now", () => {
    const answers = filled();
    answers.compared(0, "Vauxhall", "vauxhall");
    expect(answers.rows[0]?.canonical).toBeNull();
    answers.compared(0, "Vauxhall Corsa", "vauxhall corsa");
    expect(answers.rows[0]?.canonical).toBe("vauxhall corsa");
    answers.type(0, "Vauxhall Corsa 2");
    expect(answers.rows[0]?.canonical).toBeNull();
  });

  it("make Enter deaf for a moment after each move", () => {
    const answers = filled();
    const press = { repeat: false, isComposing: false };
    answers.moveTo(1, 5_000);
    expect(answers.enter.counts(press, false, 5_100)).toBe(false);
    answers.moveTo(1, 5_200);
    expect(answers.enter.counts(press, false, 5_400)).toBe(true);
  });
});
