// Spell it back: what the caller said as code words. The words are the same in every language (ICAO), so
// they stand here and not with the sentences.
const codeWords: Record<string, string> = {
  a: "Alfa", b: "Bravo", c: "Charlie", d: "Delta", e: "Echo", f: "Foxtrot", g: "Golf", h: "Hotel", i: "India",
  j: "Juliett", k: "Kilo", l: "Lima", m: "Mike", n: "November", o: "Oscar", p: "Papa", q: "Quebec", r: "Romeo",
  s: "Sierra", t: "Tango", u: "Uniform", v: "Victor", w: "Whiskey", x: "X-ray", y: "Yankee", z: "Zulu",
};
/** Letters that sound alike on the phone: B D P T V, M N, F S, G Z. */
const misheard = new Set("bdptvmnfsgz");
/** Longer ones would push the rest of the help off the screen. */
const mostWords = 8;
const mostLetters = 24;

export interface Spelled {
  /** The letter, drawn strongly. */
  first: string;
  /** The rest of its code word; empty for digits and for letters without one. */
  rest: string;
  misheard: boolean;
}

/** One line a word. Accents fall away, as the comparison ignores them; digits are said one by one. */
export function spellBack(text: string): Spelled[][] {
  return text
    .split(/[\s,;/-]+/u)
    .map((word) => Array.from(plain(word)).filter(isSpoken).slice(0, mostLetters).map(spellOne))
    .filter((word) => word.length > 0)
    .slice(0, mostWords);
}

const plain = (word: string): string => word.normalize("NFKD").replace(/\p{Mn}+/gu, "").replace(/ß/gu, "ss");
const isSpoken = (letter: string): boolean => /[\p{L}\p{N}]/u.test(letter);

function spellOne(letter: string): Spelled {
  const lower = letter.toLowerCase();
  const word = codeWords[lower];
  if (word === undefined) return { first: letter.toUpperCase(), rest: "", misheard: false };
  return { first: word.slice(0, 1), rest: word.slice(1), misheard: misheard.has(lower) };
}
