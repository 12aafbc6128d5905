// Numbers in English.

export const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const numerals = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
export const spelled = (n: number): string => numerals[n] ?? String(n);
