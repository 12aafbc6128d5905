// Codes for eyes and for the voice.

const digits = (code: string): string => code.replace(/\s+/gu, "");
const cut = (text: string, size: number): string[] => text.match(new RegExp(`.{1,${size}}`, "gu")) ?? [];

/** "482 913" */
export const inGroups = (code: string, size = 3): string => cut(digits(code), size).join(" ");

/** "4 8 2, 9 1 3" */
export const saidOneByOne = (code: string): string =>
  cut(digits(code), 3)
    .map((group) => Array.from(group).join(" "))
    .join(", ");
