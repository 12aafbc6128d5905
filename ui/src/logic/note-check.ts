// Notes must not hold what the caller answered. Only this window knows the typed answers, so it looks here;
// codes are looked for by the desk.

const fold = (text: string): string =>
  text.normalize("NFKD").replace(/\p{Mn}+/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** True if a line, a sentence or what follows a colon or stands in quotes is one of the typed answers. */
export function holdsAnAnswer(notes: string, answers: readonly string[]): boolean {
  const typed = new Set(answers.map(fold).filter((answer) => answer.length > 1));
  if (typed.size === 0) return false;
  return notes.split(/[\n.,;:!?"“”„«»()=]+/u).some((piece) => typed.has(fold(piece)));
}
