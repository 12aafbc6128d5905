// What a billing user starts from a button, the menu or the palette. Each opens its dialog; where it can't be done now,
// it says why in place of it.
import { words } from "../words/en";
import { audit } from "./audit.svelte";
import { notices } from "./notices.svelte";
import { online } from "./online.svelte";
import { focusOn, place } from "./place.svelte";
import { reminding } from "./reminding.svelte";
import { session } from "./session.svelte";
import { type FileFormat, team } from "./team.svelte";
import type { MemberRow } from "../contract";

/** Whether something can be changed now; if not, the reason shows. */
function ready(): boolean {
  if (!session.has("team")) return false;
  if (!online.is) notices.news(words.team.offline, "bad");
  else if (!team.mayChange) notices.news(words.team.only_shows_why, "bad");
  return online.is && team.mayChange;
}

export function inviteMember(): void {
  if (ready()) place.open("invite_member");
}

/** Those who are ticked, else everybody who can be reminded. */
export function sendReminders(): void {
  if (!ready()) return;
  const picked = [...team.picked.values()];
  const due = team.about?.counts.reminder_due ?? 0;
  if (picked.length === 0 && due === 0) return notices.news(words.reminders.finding(0));
  reminding.about(picked.length === 0 ? null : picked, picked.length === 0 ? due : picked.length);
  place.open("send_reminders");
}

export function remind(row: MemberRow): void {
  if (!ready()) return;
  reminding.about([row], 1);
  place.open("send_reminders");
}

export function startReview(): void {
  if (!ready()) return;
  if (team.open !== null) void seeReview(team.open.review_id);
  else place.open("start_review");
}

/** The review, or with null the team as it is now. */
export async function seeReview(id: string | null): Promise<void> {
  place.go("team");
  await team.see(id);
  void focusOn("team-heading");
}

/** What is signed is what shows: another screen than the open review leads to it first. */
export async function signOff(): Promise<void> {
  if (!ready()) return;
  const { open } = team;
  if (open === null) return startReview();
  if (place.screen !== "team" || team.review?.review_id !== open.review_id) return seeReview(open.review_id);
  place.open("sign_off");
}

/** The list on screen, as a file: the audit log, or a review. */
export async function exportShown(format: FileFormat = "csv"): Promise<void> {
  if (place.screen === "audit_log") return audit.export();
  if (!ready()) return;
  if (team.list.reviewId === null || place.screen !== "team") return notices.news(words.reviews.export_needs_review);
  await team.export(format);
}
