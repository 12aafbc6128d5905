// Names are hostile text: short forms that are safe to show in a circle or to hand to a screen reader.

const invisible = /[\p{C}\p{Z}]+/gu;
const longestSpoken = 80;

/** Two letters for the circle: first of the first and of the last word. Never a control or a bare accent. */
export function initials(name: string): string {
  const letters = name
    .slice(0, 400)
    .split(invisible)
    .map((word) => Array.from(word).find((letter) => /[\p{L}\p{N}]/u.test(letter)))
    .filter((letter) => letter !== undefined);
  const first = letters[0];
  const last = letters.length > 1 ? letters[letters.length - 1] : undefined;
  return first === undefined ? "?" : (first + (last ?? "")).toUpperCase();
}

/** For live regions and labels: one line, bounded, without direction marks. */
export function spokenName(name: string): string {
  const flat = name.slice(0, longestSpoken * 4).replace(invisible, " ").trim();
  return flat.length > longestSpoken ? `${flat.slice(0, longestSpoken)}…` : flat;
}
