// Puts the database password, typed in a field that shows dots, into the address the agent typed in clear.

/** Null if the address is no PostgreSQL address. */
export function withPassword(address: string, password: string): string | null {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(.*)$/u.exec(address.trim());
  if (match === null) return null;
  const [, login = "", host = "", rest = ""] = match;
  if (password === "") return `postgres://${login === "" ? "" : `${login}@`}${host}${rest}`;
  const user = login.split(":")[0] ?? "";
  return `postgres://${user}:${encodeURIComponent(password)}@${host}${rest}`;
}
