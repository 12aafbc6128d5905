import { describe, expect, it } from "vitest";
import { type ActionId, actionOf, isKeyOf, isWebViewKey, keyCaps, type KeyPress } from "./keys";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more,
});
const control = { ctrlKey: true };

describe("the keyboard map", () => {
  it.each([
    ["d", control, "doesnt_know"],
    ["F2", {}, "spell_back"],
    ["Enter", control, "send_unlock"],
    ["N", { ...control, shiftKey: true }, "notes"],
    ["F", { ...control, shiftKey: true }, "flag"],
    ["P", { ...control, shiftKey: true }, "pass_on"],
    ["e", control, "end_call"],
    ["l", control, "hide"],
    ["L", { ...control, shiftKey: true }, "lock"],
    ["k", control, "find"],
    ["ArrowLeft", { altKey: true }, "back"],
    ["ArrowRight", { altKey: true }, "forward"],
    ["F6", {}, "next_pane"],
    ["/", control, "shortcuts"],
    ["/", { ...control, shiftKey: true }, "shortcuts"],
  ] as [string, Partial<KeyPress>, ActionId][])("%s with %o is %s", (key, more, action) => {
    expect(actionOf(press(key, more), false)).toBe(action);
  });

  it("leaves plain letters and plain Enter to the fields", () => {
    for (const key of ["d", "e", "l", "k", "/", "Enter"]) expect(actionOf(press(key), false)).toBeNull();
  });

  it("leaves Shift+Enter to its own field", () => {
    expect(actionOf(press("Enter", { shiftKey: true }), false)).toBeNull();
    expect(isKeyOf("user_page", press("Enter", { shiftKey: true }), false)).toBe(true);
    expect(isKeyOf("user_page", press("Enter"), false)).toBe(false);
  });

  it("has nothing on Ctrl+Alt, which types letters on many keyboards", () => {
    for (const key of ["e", "l", "d", "k"]) expect(actionOf(press(key, { ctrlKey: true, altKey: true }), false)).toBeNull();
  });

  it("uses the command key on macOS", () => {
    expect(actionOf(press("d", { metaKey: true }), true)).toBe("doesnt_know");
    expect(actionOf(press("d", control), true)).toBeNull();
    expect(keyCaps("pass_on", true)).toEqual(["⌘", "⇧", "P"]);
  });

  it("leaves the keys of the native menu alone", () => {
    for (const key of ["q", "+", "-", "0"]) expect(actionOf(press(key, control), false)).toBeNull();
    expect(actionOf(press("F11"), false)).toBeNull();
  });

  it("switches off the web view’s own keys, but not copy and paste", () => {
    expect(isWebViewKey(press("F5"), false)).toBe(true);
    expect(isWebViewKey(press("r", control), false)).toBe(true);
    expect(isWebViewKey(press("I", { ...control, shiftKey: true }), false)).toBe(true);
    for (const key of ["c", "v", "x", "a", "z"]) expect(isWebViewKey(press(key, control), false)).toBe(false);
  });
});
