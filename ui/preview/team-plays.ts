// The scenes of billing users.
import type { MemberRow, Operations } from "../src/contract";
import { click, clickText, press, type, wait } from "./hands";
import { choose } from "./played-bridge";
import type { Play } from "./plays";
import { at, desk, scene } from "./scene";
import { counts, letter, members, older, review, safe, signed } from "./team-scene";

const fault = { code: "fault", message: "The database doesn’t answer. Nothing was changed. Try again.", reference: "F-7QK2-81" };
const every = 3 * 86_400_000;

type Asked = Operations["read_team"]["request"];
function shown({ filter, name }: Asked): MemberRow[] {
  const fits: Record<string, (row: MemberRow) => boolean> = {
    no_help_by_phone: (row) => !row.questions_answered, one_password_away: (row) => row.questions_answered && row.two_step !== "to_be_set_up_again",
    to_be_set_up_again: (row) => row.two_step === "to_be_set_up_again", with_signs: (row) => row.signs.length > 0, signs_open: (row) => row.signs.length > 0 && row.sign_answer?.holds !== true, signs_answered: (row) => row.sign_answer?.holds === true, reminded: (row) => row.reminded_at !== null,
    reminder_due: (row) => row.reminded_at === null && row.account === "active", never_signed_in: (row) => row.last_sign_in_at === null,
  };
  const all = filter === "fully_protected" ? safe : filter === "all" ? [...safe, ...members] : members.filter(fits[filter] ?? (() => true));
  return all.filter((row) => row.name.toLowerCase().startsWith(name.toLowerCase()));
}

/** Marta is signed in, and everything her screens ask is answered. */
export function billing(): void {
  const { answers } = scene;
  scene.connection = { ...scene.connection, mode: "server", label: "desk.meridian.example" };
  scene.now = at("10:46:00");
  answers.who_is_in = () => ({ ...desk, operator: { id: "b1", name: "Marta Nowak", email: "marta.nowak@hartwell.example", role: "billing" }, screens: ["team"] });
  answers.read_team = (asked) => {
    const rows = shown(asked);
    return { company: "Hartwell Logistics", may_change: true, reminder_every: every, counts, review: asked.review_id === null ? null : asked.review_id === "r3" ? review : signed, members: rows, next: asked.filter === "all" ? "n" : null };
  };
  answers.read_reviews = () => ({ reviews: [signed, older], next: null });
  answers.preview_reminder = () => letter;
  answers.remind_member = () => ({ reminded_at: scene.now });
  answers.answer_signs = ({ answer }) => ({ until: answer === null ? null : scene.now + 180 * 86_400_000 });
  answers.start_review = () => review;
  answers.sign_off_review = ({ note }) => ({ ...review, note, signed_by: "Marta Nowak", signed_at: scene.now });
  answers.invite_member = () => ({ ok: true });
}

const with_ = (set: () => void) => (): void => {
  billing();
  set();
};
const page = (more: Partial<Operations["read_team"]["answer"]>) => with_(() => {
  const usual = scene.answers.read_team!;
  scene.answers.read_team = async (asked) => ({ ...(await usual(asked)), ...more });
});
const go = (id: string, more: () => Promise<void> = async () => {}) => async (): Promise<void> => {
  await wait(250);
  choose(`go_${id}`);
  await wait(250);
  await more();
};
const then = (more: () => Promise<void>) => go("team", more);
const opened = with_(() => void (scene.answers.read_reviews = () => ({ reviews: [review, signed, older], next: null })));
const none = Object.fromEntries(Object.keys(counts).map((name) => [name, 0])) as unknown as typeof counts;
const many = { ...counts, members: 5_003, two_step_on: 3_104, to_be_set_up_again: 12, questions_answered: 4_604, fully_protected: 3_104, one_password_away: 1_488, no_help_by_phone: 399, reminder_due: 1_871, never_signed_in: 208 };
const nobody = () => Promise.reject({ code: "signed_out", message: "Sign in first." });
const arriving = (by_mail: boolean) => with_(() => {
  scene.answers.who_is_in = nobody;
  scene.answers.billing_sign_in = () => ({ result: "code_needed", by_mail, masked: by_mail ? "" : "•••• 42", reference: "QT", works_until: at("10:56:00"), remember_days: 30 });
  scene.answers.enter_billing_code = () => ({ result: "not_right", tries_left: 4 });
});
const password = async (): Promise<void> => {
  click("as-billing");
  await wait(50);
  await type("email", "marta.nowak@hartwell.example");
  await type("password", "wandering teacup meridian 9");
  click("continue");
  await wait(200);
};

export const teamPlays: Record<string, Play> = {
  "sign-in-billing": { set: arriving(false), act: async () => { click("as-billing"); await wait(50); await type("email", "marta.nowak@hartwell.example"); } },
  "sign-in-billing-code": { set: arriving(false), act: password },
  "sign-in-billing-mail": { set: arriving(true), act: password },
  "sign-in-billing-wrong": { set: arriving(false), act: async () => { await password(); await type("billing-code", "123 456"); click("billing-code-go"); await wait(150); } },
  team: { set: billing, act: then(async () => {}) },
  "team-group": { set: billing, act: then(async () => { click("group-no_help_by_phone"); await wait(150); }) },
  "team-picked": { set: billing, act: then(async () => { click("team-table-pick-page"); await wait(100); document.getElementById("team-table-3")?.focus(); await press(" "); }) },
  "team-all": { set: billing, act: then(async () => { const who = document.getElementById("team-who") as HTMLSelectElement; who.value = "all"; who.dispatchEvent(new Event("change", { bubbles: true })); await wait(150); }) },
  "team-find": { set: billing, act: then(async () => { await type("team-find", "zz"); await wait(300); }) },
  "team-large": { set: page({ counts: many, next: "n" }), act: then(async () => {}) },
  "team-nobody": { set: page({ counts: none, members: [] }), act: then(async () => {}) },
  "team-all-well": { set: page({ counts: { ...none, members: 42, two_step_on: 42, questions_answered: 42, fully_protected: 42 }, members: [] }), act: then(async () => {}) },
  "team-only-shows": { set: page({ may_change: false }), act: then(async () => {}) },
  "team-failed": { set: with_(() => void (scene.answers.read_team = () => Promise.reject(fault))), act: then(async () => {}) },
  "team-offline": { set: billing, act: then(async () => { const gone = () => Promise.reject({ code: "connection_lost", message: "No connection." }); scene.answers.who_is_in = gone; scene.answers.read_team = gone; click("team-refresh"); await wait(1_300); }) },
  "team-remind": { set: billing, act: then(async () => { document.getElementById("team-table-1")?.focus(); await press("Enter"); await wait(200); }) },
  "team-remind-all": { set: billing, act: then(async () => { click("send-reminders"); await wait(200); }) },
  "team-reminded": { set: billing, act: then(async () => { click("send-reminders"); await wait(200); click("dialog-confirm"); await wait(400); }) },
  "team-remind-refused": {
    set: with_(() => void (scene.answers.remind_member = () => Promise.reject({ code: "reminder_wait", message: "This person was reminded less than three days ago. Give them a little time.", until: at("10:51:00") + 86_400_000 }))),
    act: then(async () => { document.getElementById("team-table-1")?.focus(); await press("Enter"); await wait(200); click("dialog-confirm"); await wait(300); }),
  },
  "team-invite": { set: billing, act: then(async () => { click("team-invite"); await wait(150); await type("invite-given_name", "Nia"); await type("invite-family_name", "Cole"); await type("invite-email", "nia.cole@hartwell.example"); }) },
  "team-invite-wrong": {
    set: with_(() => void (scene.answers.invite_member = () => Promise.reject({ code: "bad_field", field: "email", message: "This address is in your company already." }))),
    act: then(async () => { click("team-invite"); await wait(150); await type("invite-given_name", "Nia"); await type("invite-family_name", "Cole"); await type("invite-email", "nia.cole@hartwell.example"); click("dialog-confirm"); await wait(150); }),
  },
  "team-review-start": { set: billing, act: then(async () => { click("review-start"); await wait(150); }) },
  "team-review-open": { set: opened, act: then(async () => { click("review-start"); await wait(250); }) },
  "team-review-signed": { set: opened, act: then(async () => { clickText("Grace Obi", ".reviews button"); await wait(250); }) },
  "team-export": { set: opened, act: then(async () => { click("review-start"); await wait(250); click("export-review"); await wait(100); }) },
  "team-exported": { set: opened, act: then(async () => { click("review-start"); await wait(250); click("export-review"); await wait(100); click("export-csv"); await wait(150); }) },
  "team-sign-off": { set: opened, act: then(async () => { click("review-start"); await wait(250); click("sign-off"); await wait(150); await type("sign-off-note", "Third quarter"); }) },
  "team-signed-off": { set: opened, act: then(async () => { click("review-start"); await wait(250); click("sign-off"); await wait(150); click("dialog-confirm"); await wait(250); }) },
  "team-find-anything": { set: billing, act: then(async () => { await press("k", { ctrlKey: true }); await wait(80); await type("find-field", "re"); }) },
  "team-shortcuts": { set: billing, act: then(async () => { await press("/", { ctrlKey: true }); await wait(80); }) },
  "team-demo": { set: with_(() => void (scene.connection = { ...scene.connection, mode: "demo", label: "demo data" })), act: then(async () => {}) },
  "shared-log-ins": { set: billing, act: go("shared_log_ins") },
  "shared-log-ins-answered": { set: billing, act: go("shared_log_ins", async () => { click("shared-answered"); await wait(200); }) },
  "shared-log-ins-said": { set: billing, act: go("shared_log_ins", async () => { click("answer-0-splitting"); await wait(300); }) },
  "shared-log-ins-changed": { set: with_(() => void (scene.answers.answer_signs = () => Promise.reject({ code: "changed_meanwhile", message: "It was changed meanwhile, so nothing was done. Look at it again and ask anew." }))), act: go("shared_log_ins", async () => { click("answer-0-one_person"); await wait(300); }) },
  "shared-log-ins-only-shows": { set: page({ may_change: false }), act: go("shared_log_ins") },
  "shared-log-ins-none": { set: page({ members: [] }), act: go("shared_log_ins") },
  reminders: { set: billing, act: go("reminders") },
  "reminders-sent": { set: billing, act: go("reminders", async () => { click("reminders-reminded"); await wait(150); }) },
  "reminders-none": { set: page({ members: [], counts: { ...counts, reminder_due: 0 } }), act: go("reminders") },
};
