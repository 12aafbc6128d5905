// The filter of the audit log, which reads as a sentence.
import type { RequestOf } from "../contract";

export type When = "hour" | "today" | "week" | "month" | "ever";
export const whens: readonly When[] = ["hour", "today", "week", "month", "ever"];
export type ResultFilter = "any" | "done" | "refused" | "reserved";
export const results: readonly ResultFilter[] = ["any", "done", "refused", "reserved"];

export interface Person {
  id: string;
  name: string;
}

export interface AuditFilter {
  actor: Person | null;
  operation: string | null;
  user: Person | null;
  when: When;
  result: ResultFilter;
}

export const everything: AuditFilter = { actor: null, operation: null, user: null, when: "week", result: "any" };

/** Since when, UTC ms. A week is seven days, so that Monday morning still shows Friday. */
export function since(when: When, now: number): number | null {
  if (when === "ever") return null;
  if (when === "hour") return now - 3_600_000;
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const back = { today: 0, week: 6, month: 29 }[when];
  midnight.setDate(midnight.getDate() - back);
  return midnight.getTime();
}

export function asked(filter: AuditFilter, now: number, before: string | null): RequestOf<"read_audit_log"> {
  return {
    user_id: filter.user?.id ?? null,
    actor_id: filter.actor?.id ?? null,
    operation: filter.operation,
    result: filter.result === "any" ? null : filter.result,
    since: since(filter.when, now),
    until: null,
    before,
  };
}
