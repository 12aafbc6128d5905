// The scenes: what the desk answers, and what the operator does, to reach each state of each screen.
import type { CallView } from "../src/contract";
import { at, call, calls, connection, delivery, found, greeting, scene, usual, users, verified } from "./scene";
import { choose, tell } from "./played-bridge";
import { administration, administrator } from "./administration-plays";
import { teamPlays } from "./team-plays";
import { click, clickText, press, type, wait } from "./hands";

export interface Play {
  now?: string;
  set?: () => void;
  act?: () => Promise<void>;
}

const onCall = (view: Partial<CallView>, now = "10:46:00"): Play => ({ now, set: () => void (scene.current = { ...call, ...view }) });
const none = { code: "signed_out", message: "Sign in first." };
const nobody = () => Promise.reject(none);
const demo = () => void (scene.connection = { ...connection, mode: "demo", label: "demo data" });
const without = () => void (scene.answers.who_is_in = nobody);
const bad = { checks: { used: 1, left: 2, per_call: 3 } };

async function answer(index: number, text: string | null): Promise<void> {
  if (text === null) await press("d", { ctrlKey: true });
  else {
    await type(`answer-${index}`, text);
    await wait(450);
    if (index < 4) await press("Enter");
  }
  await wait(450);
}
const four = async () => {
  await answer(1, "Vauxhall Corsa");
  await answer(2, null);
  await answer(3, "St. Mary’s, Thornbury");
  await answer(4, "Pippin");
};
const notVerified = () => void (scene.answers.check_answers = () => ({ verified: false, call: (scene.current = { ...call, standing: { kind: "not_verified" }, ...bad }) }));
const sent = (more: Partial<typeof delivery>, now = "10:49:30"): Play => ({
  now,
  set: () => {
    scene.current = verified;
    scene.answers.send_unlock = () => ({ call: (scene.current = { ...verified, delivery: { ...delivery, ...more } }), call_code: "482913", already_done: false });
  },
  act: () => press("Enter", { ctrlKey: true }),
});
const off = async () => { const gone = () => Promise.reject({ code: "connection_lost", message: "No connection." }); scene.answers.who_is_in = gone; scene.answers.current_call = gone; };
const long = "Maximiliana ".repeat(800);

const approving = (more: Partial<CallView>): Play => onCall({ standing: { kind: "needs_approval" }, state: "verified", checks: { used: 1, left: 2, per_call: 3 }, questions: [], ...more }, "10:48:00");

const team = administrator;

export const plays: Record<string, Play> = {
  ...administration,
  ...teamPlays,
  operators: { set: team, act: async () => { choose("go_operators"); await wait(200); } },
  "operators-change": { set: team, act: async () => { choose("go_operators"); await wait(200); clickText("Change…", "button"); await wait(100); click("act-suspend"); } },
  "operators-invite-code": {
    set: () => { team(); scene.answers.invite_operator = () => Promise.reject({ code: "fresh_code_needed", message: "" }); },
    act: async () => { choose("go_operators"); await wait(200); click("invite-operator"); await wait(100); await type("invite-name", "Noor Haddad"); await type("invite-email", "noor.haddad@meridian.example"); click("dialog-confirm"); await wait(200); },
  },
  invitation: { set: without, act: async () => { click("invited"); await wait(100); await type("invitation-email", "noor.haddad@meridian.example"); await type("invitation-code", "7QRS-M2VX-04TY-KH8P-ZZ3D-9WCA"); } },
  "first-run": { set: () => void (scene.connection = { ...connection, mode: "none" }) },
  "first-run-database": { set: () => void (scene.connection = { ...connection, mode: "none", keyring: "absent" }), act: async () => click("choice-database") },
  "first-run-postgres": { set: () => void (scene.connection = { ...connection, mode: "none" }), act: async () => { click("choice-database"); await wait(50); clickText("PostgreSQL", "label.kind"); } },
  passphrase: { set: () => void (scene.connection = { ...connection, needs_passphrase: true, first_run: true }) },
  "passphrase-open": { set: () => void (scene.connection = { ...connection, needs_passphrase: true }) },
  "first-administrator": { set: () => { without(); scene.answers.greeting = () => ({ ...greeting, operators_exist: false }); } },
  "first-administrator-secret": {
    set: () => {
      without();
      scene.answers.greeting = () => ({ ...greeting, operators_exist: false });
      scene.answers.create_first_administrator = () => ({ operator_id: "o1", authenticator_uri: "otpauth://totp/x", authenticator_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" });
    },
    act: async () => { await type("administrator-name", "Ingrid Solberg"); await type("administrator-email", "ingrid@meridian.example"); await type("administrator-password", "correct horse battery"); click("administrator-create"); },
  },
  "sign-in": { set: without, act: async () => { await type("email", "dana.okafor@meridian.example"); await type("password", "correct horse battery"); } },
  "sign-in-code": { set: () => { without(); scene.connection.keyring = "absent"; }, act: async () => { await type("email", "dana.okafor@meridian.example"); await type("password", "correct horse battery"); click("continue"); } },
  "sign-in-wrong": { set: () => { without(); scene.answers.operator_sign_in = () => Promise.reject({ code: "sign_in_not_right", message: "Email, password or code is not right. Try again." }); }, act: async () => { await type("email", "dana@meridian.example"); await type("password", "x"); click("continue"); await wait(60); await type("code", "123456"); click("sign-in-go"); } },
  "sign-in-demo": { set: () => { demo(); without(); } },
  "sign-in-locked": { act: () => press("L", { ctrlKey: true, shiftKey: true }) },
  "look-up": { act: () => type("look-up-field", "pri ram") },
  "look-up-empty": {},
  "look-up-demo": { set: demo },
  "look-up-none": { set: () => void (scene.answers.look_up = () => found([])), act: () => type("look-up-field", "pri rma") },
  "look-up-reference": { set: () => void (scene.answers.look_up = () => found(users.slice(0, 1).map((user) => ({ ...user, name_marks: [], similar: [] })), { by_reference: true, reference: "K7-204-QX" })), act: () => type("look-up-field", "K7-204-QX") },
  "look-up-limit": { set: () => void (scene.answers.look_up = () => Promise.reject({ code: "look_up_limit", message: "All look-ups of this hour are used.", until: at("11:04") })), act: () => type("look-up-field", "pri ram") },
  "look-up-waiting": { set: () => void (scene.answers.look_up = () => new Promise(() => {})), act: () => type("look-up-field", "pri") },
  "look-up-long": { set: () => void (scene.answers.look_up = () => found(users.map((user) => ({ ...user, name: `\u202e${long}`, company: long, name_marks: [[0, 5]] as [number, number][] })))), act: () => type("look-up-field", "max") },
  "look-up-offline": { act: async () => off().then(() => tell("connection_lost")) },
  "look-up-fault": { set: () => void (scene.answers.open_call = () => Promise.reject({ code: "fault", message: "The call could not be started. Nothing was changed. Try again.", reference: "F-7QK2-81" })), act: async () => { await type("look-up-field", "pri ram"); await wait(300); await press("Enter"); } },
  "take-over": { act: async () => { await type("look-up-field", "pri ram"); await wait(300); await press("ArrowDown"); await press("Enter"); } },
  call: { ...onCall({}), act: async () => { await answer(1, "Vauxhall Corsa"); await answer(2, null); await type("answer-3", "St. Mary’s, Thornbury"); } },
  "call-start": onCall({ reference: null, check_words: null }, "10:42:20"),
  "call-check": { ...onCall({}, "10:46:45"), act: four },
  "call-checking": { ...onCall({}), set: () => { scene.current = call; scene.answers.check_answers = () => new Promise(() => {}); }, act: async () => { await four(); await press("Enter"); } },
  "call-finding-out": { ...onCall({}), set: () => { scene.current = call; scene.answers.check_answers = () => new Promise(() => {}); }, act: async () => { await four(); await press("Enter"); await wait(10_500); } },
  "call-not-verified": { now: "10:46:50", set: () => { scene.current = call; notVerified(); }, act: async () => { await four(); await press("Enter"); await wait(400); } },
  "call-verified": { now: "10:47:30", set: () => void (scene.current = verified) },
  "call-sent": sent({}),
  "call-sent-waiting": sent({ state: "waiting", accepted_at: null }, "10:48:03"),
  "call-sent-deferred": sent({ state: "deferred", accepted_at: null, deferred_until: at("10:53"), server_reply: "450 4.7.1 Greylisted, try again later" }),
  "call-sent-failed": sent({ state: "failed", accepted_at: null, server_reply: "550 5.1.1 No such user here" }),
  "call-sent-opened": sent({ opened_at: at("10:49:10") }),
  "call-sent-used": sent({ opened_at: at("10:49:10"), used_at: at("10:50:20"), code_live: false }, "10:51:00"),
  "call-unlocked": onCall({ state: "verified", standing: { kind: "unlocked", at: at("10:50:20") }, questions: [], checks: { used: 1, left: 2, per_call: 3 }, delivery: { ...delivery, opened_at: at("10:49:10"), used_at: at("10:50:20"), code_live: false } }, "10:51:00"),
  "call-sent-code-gone": { now: "10:50:00", set: () => void (scene.current = { ...verified, delivery }) },
  "call-used-up": onCall({ standing: { kind: "call_checks_used" }, checks: { used: 3, left: 0, per_call: 3 }, questions: [] }, "10:50:10"),
  "call-paused": onCall({ standing: { kind: "paused", until: at("10:51:00") + 86_400_000, by_reference: false }, checks: { used: 2, left: 0, per_call: 3 }, questions: [], reference: null, check_words: null, earlier_calls: { count: 1, last_at: at("09:32"), refused: 0 }, user_told: "accepted", notes: "Says the phone was stolen on Friday. Wants to call again tomorrow." }, "10:51:38"),
  "call-cannot": onCall({ standing: { kind: "cannot_be_verified", reason: null, until: null }, questions: [] }),
  "call-cannot-reason": onCall({ standing: { kind: "cannot_be_verified", reason: "stopped", until: at("12:00") + 86_400_000 }, questions: [] }),
  "call-needs-approval": onCall({ standing: { kind: "needs_approval" }, state: "verified", checks: { used: 1, left: 2, per_call: 3 }, questions: [] }, "10:48:00"),
  "call-ask-approval": { ...approving({}), act: async () => { click("ask-approval"); await wait(100); await type("approval-reason", "Address changed on Monday, she says by herself"); } },
  "call-approval-waits": approving({ approval: { state: "waiting", until: at("11:03:00") } }),
  "call-approval-declined": approving({ approval: { state: "refused", until: at("11:03:00") } }),
  "call-approved": onCall({ ...verified, approval: { state: "approved", until: at("11:04:00") } }, "10:49:00"),
  "call-repudiated": onCall({ standing: { kind: "repudiated", at: at("10:52") }, state: "ended", questions: [] }, "10:52:40"),
  "call-ended": onCall({ standing: { kind: "ended", outcome: "abandoned" }, state: "ended", questions: [] }, "11:02:40"),
  "call-passed-on": { ...onCall({}), act: async () => { await press("P", { ctrlKey: true, shiftKey: true }); await wait(100); click("dialog-confirm"); } },
  "call-pass-on-dialog": { ...onCall({}), act: () => press("P", { ctrlKey: true, shiftKey: true }) },
  "call-flagged": { ...onCall({}), act: () => press("F", { ctrlKey: true, shiftKey: true }) },
  "call-behind": { ...onCall({}), act: async () => { await answer(1, "Vauxhall Corsa"); await type("answer-2", "Whitby"); await wait(300); window.dispatchEvent(new Event("blur")); } },
  "call-offline": { ...onCall({}), act: async () => { await four(); await off(); tell("connection_lost"); } },
  "call-notes-refused": { ...onCall({}), act: async () => { await type("answer-1", "Vauxhall Corsa"); await type("notes", "First car: Vauxhall Corsa"); await wait(1_000); } },
  "call-demo": { now: "10:46:50", set: () => { demo(); scene.current = call; notVerified(); }, act: async () => { await four(); await press("Enter"); await wait(400); } },
  "call-long": { ...onCall({ user: { ...call.user, name: `\u202e${long}`, company: long }, questions: call.questions.map((question) => ({ ...question, text: "What was the very long name of the first school that you and your older brothers and sisters went to?" })) }), act: async () => { await type("answer-1", "x".repeat(300)); await wait(300); } },
  "call-taken-over": { ...onCall({}), act: async () => { await answer(1, "Vauxhall Corsa"); scene.answers.current_call = () => Promise.reject({ code: "call_not_open", message: "This call is over, or a colleague has taken it over. Look the user up again." }); tell("call_taken_over", "c1"); } },
  "call-repudiated-now": { ...onCall({}), act: async () => { await answer(1, "Vauxhall Corsa"); scene.current = { ...call, state: "ended", standing: { kind: "repudiated", at: at("10:52") }, questions: [] }; tell("repudiated", "c1"); } },
  "my-calls": { act: async () => choose("go_my_calls") },
  "my-calls-empty": { set: () => void (scene.answers.my_calls = () => ({ calls: [] })), act: async () => choose("go_my_calls") },
  mailbox: { set: demo, act: async () => choose("go_mailbox") },
  hidden: { act: () => press("l", { ctrlKey: true }) },
  shortcuts: { act: () => press("/", { ctrlKey: true }) },
  find: { act: async () => { await press("k", { ctrlKey: true }); await wait(60); await type("find-field", "pri"); } },
  "reset-demo": { set: demo, act: async () => click("demo-reset") },
  idle: { set: () => void (scene.answers.who_is_in = () => Promise.resolve({ ...idleDesk })), act: () => wait(2_500) },
};
const idleDesk = { ...(usual().who_is_in!({}) as Awaited<ReturnType<NonNullable<ReturnType<typeof usual>["who_is_in"]>>>), policy: { checks_per_call: 3, look_up_minimum: 3, look_up_surname_minimum: 2, look_up_rows: 8, look_up_limit_per_hour: 60, idle_lock_ms: 50_000, idle_warning_ms: 49_000, verified_ms: 600_000, link_ms: 3_600_000 } };
void calls;
