// What the invented desk has for a billing user: Hartwell Logistics, 42 users, as in the pictures of the design.
import type { MemberRow, MemberSign, ReviewRow, TeamCounts } from "../src/contract";
import { at } from "./scene";

const on = (date: string): number => new Date(date).getTime();
let made = 0;
const person = (name: string, mailbox: string, two_step: string, questions_answered: boolean, last: number | null, more: Partial<MemberRow> = {}): MemberRow => ({
  user_id: `m${(made += 1)}`, name, email: `${mailbox}@hartwell.example`, kind: "standard", account: "active", two_step, two_step_since: on("2025-03-03T14:06"),
  questions_answered, last_sign_in_at: last, joined_at: on("2024-02-01T09:00"), reminded_at: null, signs: [], sign_answer: null, added: false, ...more,
});
const distant = (counted: number): MemberSign => ({ sign: "distant_networks", counted, takes: 3, days_back: 30 });
const phone = (counted: number): MemberSign => ({ sign: "same_phone", counted, takes: 2, days_back: 30 });

export const members: MemberRow[] = [
  person("Reception desk", "reception", "never", false, at("08:01:00"), { signs: [distant(5)] }),
  person("Priscilla Ramirez", "priscilla.ramirez", "off", false, at("07:44:00")),
  person("Depot 4 tablet", "depot4", "never", false, at("06:30:00"), { signs: [distant(4), phone(2)], sign_answer: { answer: "later", by: "Grace Obi", at: on("2026-11-16T09:12"), until: on("2026-11-23T09:12"), holds: false } }),
  person("Oskar Lindqvist", "oskar.lindqvist", "off", true, on("2026-11-23T16:20")),
  person("Fatima Benali", "fatima.benali", "never", true, on("2026-11-20T09:10"), { reminded_at: on("2026-11-22T10:51") }),
  person("Gareth Hughes", "gareth.hughes", "to_be_set_up_again", true, on("2026-11-18T11:00")),
  person("Sanne de Kok", "sanne.de.kok", "off", false, on("2026-11-17T15:00")),
  person("Moses Adeyemi", "moses.adeyemi", "never", true, on("2026-11-12T15:00"), { signs: [phone(2)], sign_answer: { answer: "one_person", by: "Grace Obi", at: on("2026-11-03T09:12"), until: on("2027-05-02T09:12"), holds: true } }),
  person("Jo Baptiste", "jo.baptiste", "off", true, on("2026-11-11T15:00")),
  person("Wen Li", "wen.li", "never", true, on("2026-11-10T15:00"), { account: "locked" }),
  person("Maximiliana Hohenzollern-Brandenburg-Wolfenbüttel", "maximiliana.hohenzollern.brandenburg.wolfenbuettel", "never", true, on("2026-11-04T15:00")),
  person("Tom Ashdown", "tom.ashdown", "to_be_set_up_again", true, on("2026-10-30T15:00"), { reminded_at: on("2026-11-23T09:10") }),
  person("Nia Cole", "nia.cole", "never", false, null),
];
export const safe: MemberRow[] = [
  person("Marta Nowak", "marta.nowak", "on", true, at("10:40:00"), { kind: "billing" }),
  person("Priya Raman", "priya.raman", "on", true, on("2026-11-20T17:31")),
];
export const counts: TeamCounts = {
  members: 42, two_step_on: 29, to_be_set_up_again: 2, questions_answered: 37, never_signed_in: 1, fully_protected: 29, one_password_away: 6, no_help_by_phone: 5, reminder_due: 10,
};
export const review: ReviewRow = {
  review_id: "r3", started_by: "Marta Nowak", started_at: at("10:41:00"), signed_by: null, signed_at: null, note: "",
  digest: "3f0c5b1e6a9d4f72c8e1b07a55d2f9346c0e8a71b3d94f26e5a8c7d1029be413",
  counts: { members: 42, two_step_on: 29, to_be_set_up_again: 2, questions_answered: 37, with_signs: 3, added: 1 },
};
export const signed: ReviewRow = {
  ...review, review_id: "r2", started_at: on("2026-08-24T09:12"), signed_by: "Grace Obi", signed_at: on("2026-08-24T09:40"), note: "Second quarter, seen with Tom.",
  counts: { members: 40, two_step_on: 25, to_be_set_up_again: 1, questions_answered: 34, with_signs: 4, added: 0 },
};
export const older: ReviewRow = { ...signed, review_id: "r1", started_at: on("2026-06-02T09:12"), signed_by: "Marta Nowak", signed_at: on("2026-06-02T09:20"), note: "", counts: { ...signed.counts, members: 39, two_step_on: 19 } };

export const letter = {
  subject: "Please turn on 2-step for your account at Meridian",
  text: "2-step for your account\n\nMarta Nowak, who looks after your company’s accounts at Meridian, asks you to turn on 2-step.\n\n1. Go to the account pages, as you always do, and sign in.\n2. Open the page 2-step and follow it: it takes three minutes and your phone.\n\nGo to the 2-step page: https://accounts.meridian.example/account/two-step\n\n2-step is also called two-factor or multi-factor authentication. Every person needs an account of their own: adding a colleague costs nothing.\n\n----\nNobody at Meridian will ask you for your password, your recovery code, or a code we sent you. We never call you.\n\nQuestions? Call us: 020 7946 0000. Monday to Friday, 8 to 18.\n",
};
