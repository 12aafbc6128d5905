// Where a call stands, in one title, one note, one icon and one tone. The desk decides; this only says it.
import type { CallView } from "../contract";
import type { IconName } from "../parts/icons";
import { words } from "../words/en";
import { clockTime, comingTime } from "./times";

export interface StandingInWords {
  title: string;
  note: string;
  icon: IconName;
  tone: "warn" | "good" | "bad";
}

export function describeStanding(view: CallView, now: number): StandingInWords {
  const { standing, checks } = view;
  const s = words.standing;
  if (view.state === "passed_on") return { title: s.passed_on, note: s.nothing_changed, icon: "pass_on", tone: "warn" };
  switch (standing.kind) {
    case "not_verified_yet":
      return {
        title: s.not_verified_yet,
        note: checks.used === 0 ? s.no_checks_used : s.checks_left(checks.left),
        icon: "dashed",
        tone: "warn",
      };
    case "verification_ended":
      return { title: s.verification_ended, note: s.verification_ended_note, icon: "dashed", tone: "warn" };
    case "not_verified":
      return { title: s.not_verified, note: s.checks_left(checks.left), icon: "cross_octagon", tone: "bad" };
    case "verified": {
      const over = standing.until <= now;
      const note = view.delivery !== null ? s.ends_with_call : over ? s.over : s.send_by(clockTime(standing.until));
      return { title: s.verified, note, icon: "shield_tick", tone: "good" };
    }
    case "call_checks_used":
      return { title: s.not_verified, note: s.call_checks_used, icon: "cross_octagon", tone: "bad" };
    case "paused":
      return { title: s.paused, note: s.until(comingTime(standing.until, now)), icon: "pause", tone: "bad" };
    case "cannot_be_verified":
      return { title: s.cannot_be_verified, note: s.nothing_changed, icon: "pause", tone: "bad" };
    case "needs_approval":
      return { title: s.verified, note: s.needs_approval, icon: "shield_tick", tone: "good" };
    case "unlocked":
      return { title: s.unlocked, note: s.unlocked_at(clockTime(standing.at)), icon: "shield_tick", tone: "good" };
    case "repudiated":
      return { title: s.repudiated, note: s.repudiated_note, icon: "cross_octagon", tone: "bad" };
    case "ended":
      return { title: s.ended, note: words.outcome[standing.outcome], icon: "minus_circle", tone: "warn" };
  }
}

/** Which of the four steps is now, from 0. */
export function stepOf(view: CallView): number {
  if (view.state === "ended" || view.state === "passed_on") return 3;
  if (view.standing.kind === "unlocked") return 3;
  return view.standing.kind === "verified" || view.standing.kind === "needs_approval" ? 2 : 1;
}

/** Which of the four steps are done: a call can end without the ones between. */
export function stepsDone(view: CallView): boolean[] {
  const sent = view.delivery !== null;
  const verified = sent || ["verified", "needs_approval", "unlocked"].includes(view.standing.kind);
  return [true, verified, sent, false].map((done, index) => done && index !== stepOf(view));
}
