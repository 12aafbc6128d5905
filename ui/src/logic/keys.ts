// The keyboard map of the window, once. Screens, the shortcut dialog and the key strip read it from here.
// Quit, zoom and full screen belong to the native menu: a key has one owner, or it would act twice or never.

export type ActionId =
  | "doesnt_know" | "spell_back" | "send_unlock" | "notes" | "flag" | "pass_on" | "end_call"
  | "user_page" | "hide" | "lock" | "find" | "back" | "forward" | "next_pane" | "shortcuts";

interface Chord {
  /** The `key` of the event, lower case. */
  key: string;
  /** Ctrl, on macOS the command key. */
  command?: boolean;
  shift?: boolean;
  alt?: boolean;
  /** Works in its own field only: elsewhere the key means something else. */
  inField?: boolean;
}

const chords: Record<ActionId, Chord> = {
  doesnt_know: { key: "d", command: true },
  spell_back: { key: "f2" },
  send_unlock: { key: "enter", command: true },
  notes: { key: "n", command: true, shift: true },
  flag: { key: "f", command: true, shift: true },
  pass_on: { key: "p", command: true, shift: true },
  end_call: { key: "e", command: true },
  user_page: { key: "enter", shift: true, inField: true },
  hide: { key: "l", command: true },
  lock: { key: "l", command: true, shift: true },
  find: { key: "k", command: true },
  back: { key: "arrowleft", alt: true },
  forward: { key: "arrowright", alt: true },
  next_pane: { key: "f6" },
  shortcuts: { key: "/", command: true },
};
const macChords: Partial<Record<ActionId, Chord>> = {
  back: { key: "[", command: true },
  forward: { key: "]", command: true },
};

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

export const onMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

const chordOf = (id: ActionId, mac: boolean): Chord => (mac ? macChords[id] : undefined) ?? chords[id];

/** The action of this press, if it is one of ours. Ctrl+Alt is never: it types letters on many keyboards. */
export function actionOf(press: KeyPress, mac: boolean = onMac): ActionId | null {
  const ids = Object.keys(chords) as ActionId[];
  return ids.find((id) => chordOf(id, mac).inField !== true && isKeyOf(id, press, mac)) ?? null;
}

/** Is this press the shortcut of this action? For keys that work in their own field only. */
export function isKeyOf(id: ActionId, press: KeyPress, mac: boolean = onMac): boolean {
  const foreign = mac ? press.ctrlKey : press.metaKey;
  if (foreign) return false;
  const command = mac ? press.metaKey : press.ctrlKey;
  const key = press.key.toLowerCase();
  const chord = chordOf(id, mac);
  // "/" needs Shift on many keyboards: there the character decides.
  const shift = key === "/" || press.shiftKey === (chord.shift ?? false);
  return chord.key === key && command === (chord.command ?? false) && press.altKey === (chord.alt ?? false) && shift;
}

/** Keys of the web view itself that would reload, print, search or show its insides. */
export function isWebViewKey(press: KeyPress, mac: boolean = onMac): boolean {
  const key = press.key.toLowerCase();
  if (["f3", "f5", "f7", "f12", "browserback", "browserforward"].includes(key)) return true;
  const command = mac ? press.metaKey : press.ctrlKey;
  if (command && ["r", "p", "f", "g", "s", "u", "o", "j", "h"].includes(key)) return true;
  return command && press.shiftKey && ["i", "j", "c", "r"].includes(key);
}

const caps: Record<string, string> = { enter: "Enter", arrowleft: "←", arrowright: "→" };

/** The caps of a shortcut, for <kbd>: ["Ctrl", "⇧", "P"]. */
export function keyCaps(id: ActionId, mac: boolean = onMac): string[] {
  const chord = chordOf(id, mac);
  const cap = caps[chord.key] ?? chord.key.toUpperCase();
  return [
    ...(chord.command ? [mac ? "⌘" : "Ctrl"] : []),
    ...(chord.alt ? [mac ? "⌥" : "Alt"] : []),
    ...(chord.shift ? ["⇧"] : []),
    cap,
  ];
}

/** For aria-keyshortcuts: "Control+Shift+P". */
export function ariaKeys(id: ActionId, mac: boolean = onMac): string {
  const chord = chordOf(id, mac);
  const names: Record<string, string> = { enter: "Enter", arrowleft: "ArrowLeft", arrowright: "ArrowRight" };
  return [
    ...(chord.command ? [mac ? "Meta" : "Control"] : []),
    ...(chord.alt ? ["Alt"] : []),
    ...(chord.shift ? ["Shift"] : []),
    names[chord.key] ?? chord.key.toUpperCase(),
  ].join("+");
}
