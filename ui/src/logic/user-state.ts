// One sentence of state on a user's page, and one next step. The most pressing one wins; nothing shows when nothing is
// wrong or waiting.
import type { UserPage } from "../contract";
import type { IconName } from "../parts/icons";
import { words } from "../words/en";
import { clockTime, comingTime } from "./times";

export interface UserState {
  tone: "warn" | "bad" | "good";
  icon: IconName;
  bold: string;
  text: string;
  next: "request" | "messages" | "unlock" | "resume" | null;
}

export function stateOf(page: UserPage, now: number): UserState | null {
  const s = words.user_page.state;
  const can = page.cannot === null;
  const waits = page.waiting[0];
  const made = (tone: UserState["tone"], icon: IconName, said: string[], next: UserState["next"]): UserState => ({
    tone,
    icon,
    bold: said[0] ?? "",
    text: said[1] ?? "",
    next,
  });
  if (page.account === "closed") return made("bad", "cross_octagon", s.closed, null);
  if (waits !== undefined) return made("warn", "clock", [words.user_page.waiting[waits] ?? waits], "request");
  if (page.account === "locked") {
    const said = page.locked_by === "administrator" ? s.locked_administrator : page.locked_by === "owner" ? s.locked_owner : s.locked_recovery;
    return made("bad", "lock", said, can ? "unlock" : null);
  }
  if (page.unlock !== null) return ofUnlock(page.unlock, now, made);
  if (page.stopped_until !== null) return made("bad", "cross_octagon", s.stopped(comingTime(page.stopped_until, now)), can ? "resume" : null);
  if (page.paused_until !== null) return made("bad", "pause", s.paused(comingTime(page.paused_until, now)), can ? "resume" : null);
  if (page.frozen_until !== null) return made("warn", "snow", s.frozen(comingTime(page.frozen_until, now)), null);
  if (page.two_step === "to_be_set_up_again") return made("warn", "again", s.set_up_again, null);
  return null;
}

function ofUnlock(unlock: NonNullable<UserPage["unlock"]>, now: number, made: (tone: UserState["tone"], icon: IconName, said: string[], next: UserState["next"]) => UserState): UserState {
  const s = words.user_page.state;
  if (unlock.opened_at !== null) return made("warn", "clock", s.unlock_opened(clockTime(unlock.opened_at)), "messages");
  if (unlock.state === "failed") return made("bad", "mail", s.unlock_failed, "messages");
  if (unlock.state === "deferred" && unlock.deferred_until !== null) return made("warn", "clock", s.unlock_deferred(comingTime(unlock.deferred_until, now)), "messages");
  if (unlock.accepted_at !== null) return made("warn", "clock", s.unlock_accepted(clockTime(unlock.accepted_at)), "messages");
  return made("warn", "clock", s.unlock_waiting, "messages");
}
