// The further facts of an audit entry: JSON somebody else wrote, so anything may stand there.

export function factsOf(detail: string | null): Record<string, unknown> {
  if (detail === null) return {};
  try {
    const facts: unknown = JSON.parse(detail);
    return typeof facts === "object" && facts !== null && !Array.isArray(facts) ? (facts as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const longest = 400;

/** Name and value as text, without the salt that only protects what was erased. */
export function shownFacts(detail: string | null): [string, string][] {
  return Object.entries(factsOf(detail))
    .filter(([name, value]) => name !== "salt" && value !== null && value !== "")
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
      return [name, text.length > longest ? `${text.slice(0, longest)}…` : text];
    });
}
