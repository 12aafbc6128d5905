import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../contract";

const desk = vi.hoisted(() => ({ asked: [] as string[] }));
vi.mock("../bridge", () => ({
  newRequestId: () => "id",
  perform: (name: string) => {
    desk.asked.push(name);
    return Promise.resolve({ answer: null, failure: { code: "not_played", message: name } });
  },
  setZoom: () => {},
  setWindowTitle: () => {},
}));
vi.stubGlobal("document", { activeElement: null, querySelector: () => null, getElementById: () => null, documentElement: { dataset: {} }, body: null });
const { forgetRecent, Palette } = await import("./palette.svelte");
const { place } = await import("./place.svelte");
const { preferences } = await import("./preferences.svelte");
const { session } = await import("./session.svelte");
const { team } = await import("./team.svelte");
const { words } = await import("../words/en");

const as = (screens: string[]): void => {
  session.desk = { screens, demo: false, operator: { name: "A", role: "agent" } } as unknown as Desk;
  session.stage = "desk";
};
const titles = (palette: InstanceType<typeof Palette>) => palette.entries.map(({ title }) => title);

beforeEach(() => {
  desk.asked.length = 0;
  forgetRecent();
  place.reset();
  team.clear();
});

describe("the palette", () => {
  it("of a billing user goes to the three screens, finds no calls and looks nobody up", async () => {
    vi.useFakeTimers();
    as(["team"]);
    const palette = new Palette();
    expect(titles(palette)).toEqual([words.rail.team, words.rail.shared_log_ins, words.rail.reminders]);
    palette.type("priya raman");
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    expect(desk.asked).toEqual([]);
    palette.type("shared");
    palette.go();
    expect(place.screen).toBe("shared_log_ins");
  });

  it("offers an agent nothing of billing users or administrators", () => {
    as(["look_up", "my_calls"]);
    const palette = new Palette();
    for (const word of ["team", "remind", "sign off", "audit", "policy", "export"]) {
      palette.text = word;
      expect(titles(palette), word).toEqual([]);
    }
  });

  it("runs a command as the menu does, after the palette is closed", async () => {
    as(["look_up", "my_calls"]);
    const palette = new Palette();
    place.open("find");
    palette.text = "density: compact";
    palette.go();
    await vi.waitFor(() => expect(preferences.density).toBe("compact"));
    expect(place.dialog).toBeNull();
    preferences.density = "comfortable";
  });

  it("what changes something opens its dialog and asks the desk for nothing by itself", async () => {
    as(["team"]);
    team.about = { company: "Hartwell", mayChange: true, reminderEvery: 1, counts: { reminder_due: 3 } as never };
    for (const [text, dialog] of [["invite", "invite_member"], ["start a review", "start_review"]] as const) {
      const palette = new Palette();
      place.open("find");
      palette.text = text;
      palette.go();
      await vi.waitFor(() => expect(place.dialog).toBe(dialog));
      place.dialog = null;
    }
    expect(desk.asked).toEqual([]);
  });

  it("nothing that can't be taken back and asks nothing is among the commands", () => {
    for (const id of ["send_unlock", "flag", "end_call", "quit", "reset_demo"]) expect(Object.keys(words.find.command)).not.toContain(id);
  });

  it("shows what was chosen last, newest first and once, before anything is typed", () => {
    as(["look_up", "my_calls", "audit_log"]);
    const palette = new Palette();
    for (const text of ["audit log", "my calls", "audit log"]) {
      palette.text = text;
      palette.go();
    }
    palette.text = "";
    expect(palette.entries.map(({ group, title }) => [group, title])).toEqual([
      [words.find.recent, words.rail.audit_log],
      [words.find.recent, words.rail.my_calls],
      [words.find.screens, words.rail.look_up],
    ]);
    as(["look_up", "my_calls"]);
    expect(titles(new Palette())).not.toContain(words.rail.audit_log);
  });
});
