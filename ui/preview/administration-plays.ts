// The scenes of the administrators' screens.
import { fewCalls, statistics } from "./report-scene";
import { approvals, companies, happened, log, messages, page, policy, quiet, reports } from "./administration-scene";
import { click, clickText, press, type, wait } from "./hands";
import { choose, tell } from "./played-bridge";
import type { Play } from "./plays";
import { at, desk, found, operators, scene, users } from "./scene";

const all = ["look_up", "my_calls", "users", "companies", "requests", "messages", "audit_log", "operators", "policy", "reports", "confirm_time"];
const fault = { code: "fault", message: "The database doesn’t answer. Nothing was changed. Try again.", reference: "F-7QK2-81" };
const freshCode = { code: "fresh_code_needed", message: "" };

/** Ingrid is signed in, and everything an administrator's screens ask is answered. */
export function administrator(): void {
  const { answers } = scene;
  answers.who_is_in = () => ({ ...desk, operator: { id: "o5", name: "Ingrid Solberg", email: "ingrid.solberg@meridian.example", role: "administrator" }, screens: all });
  answers.read_operators = () => ({ operators });
  answers.look_up = () => found(users.map((user) => ({ ...user, admin_state: user.user_id === "u4" ? "locked" : "active" })));
  answers.read_user = () => page;
  answers.read_audit_log = ({ user_id }) => ({ entries: user_id === null ? log : happened, next: user_id === null ? "m" : "n" });
  answers.read_approvals = () => ({ requests: approvals, clock_stands: false });
  answers.read_reports = () => ({ reports });
  answers.read_policy = () => ({ numbers: policy });
  answers.read_companies = () => ({ companies, next: null });
  answers.read_messages = () => ({ messages, next: "m" });
  answers.read_statistics = () => statistics;
  answers.check_audit_log = () => ({ checked: 18_430, last: 18_430, end: true, waiting: 0, findings: [] });
  answers.send_test_letter = () => ({ message_id: "t1", address: "ingrid.solberg@meridian.example", state: "accepted", server_reply: "250 2.0.0 Ok: queued as 9A77C", queued_at: at("10:49:00"), accepted_at: at("10:49:01"), deferred_until: null });
  answers.confirm_code = () => ({ until: scene.now + 300_000 });
  scene.now = at("10:49:30");
}

const go = (id: string, more: () => Promise<void> = async () => {}) => async (): Promise<void> => {
  choose(`go_${id}`);
  await wait(250);
  await more();
};
const with_ = (set: () => void) => (): void => {
  administrator();
  set();
};
const openPage = async (): Promise<void> => {
  await type("look-up-field", "pri ram");
  await wait(300);
  await press("Enter", { shiftKey: true });
  await wait(250);
};
const userIs = (more: Partial<typeof page>) => with_(() => void (scene.answers.read_user = () => ({ ...quiet, ...more })));
const needsTwo = () => Promise.resolve({ done: false, approval_id: "a4", alone_from: null, until: at("11:04:30") });

export const administration: Record<string, Play> = {
  "look-up-administrator": { set: administrator, act: () => type("look-up-field", "pri ram") },
  "find-administrator": { set: administrator, act: async () => { await press("k", { ctrlKey: true }); await wait(80); } },
  "find-requests": { set: administrator, act: async () => { await openPage(); (document.activeElement as HTMLElement).blur(); await press("k", { ctrlKey: true }); await wait(80); await type("find-field", "requests"); await press("Enter"); await wait(100); } },
  "users-empty": { set: administrator, act: go("users") },
  users: { set: administrator, act: go("users", () => type("users-field", "pri ram")) },
  user: { set: administrator, act: openPage },
  "user-quiet": { set: userIs({}), act: openPage },
  "user-paused": { set: userIs({ paused_until: at("10:51:00") + 86_400_000, reset_second_because: "frozen", frozen_until: at("10:51:00") + 3 * 86_400_000 }), act: openPage },
  "user-locked": { set: userIs({ account: "locked", locked_by: "owner", unlock_needs_second: true, two_step: "to_be_set_up_again", phone: null, recovery_code_at: null, answers: 2 }), act: openPage },
  "user-waiting": { set: userIs({ waiting: ["reset_two_step"], billing: true, protected: true, reset_second_because: "privileged", call_with: "Sam Ortiz" }), act: openPage },
  "user-own": { set: userIs({ cannot: "own_company" }), act: openPage },
  "user-menu": { set: userIs({}), act: async () => { await openPage(); click("account-more"); await wait(80); } },
  "user-filtered": { set: administrator, act: async () => { await openPage(); click("filter-calls"); } },
  "user-failed": { set: with_(() => void (scene.answers.read_user = () => Promise.reject(fault))), act: openPage },
  "user-reset": { set: administrator, act: async () => { await openPage(); click("ask-reset"); await wait(120); await type("act-email", "priya.raman@hartwell.example"); } },
  "user-reset-code": {
    set: with_(() => void (scene.answers.reset_user_two_step = () => Promise.reject(freshCode))),
    act: async () => { await openPage(); click("ask-reset"); await wait(120); await type("act-email", "priya.raman@hartwell.example"); await type("act-reason", "Phone stolen, seen in person at the counter"); click("dialog-confirm"); await wait(200); },
  },
  "user-reset-asked": {
    set: with_(() => void (scene.answers.reset_user_two_step = needsTwo)),
    act: async () => { await openPage(); click("ask-reset"); await wait(120); await type("act-email", "priya.raman@hartwell.example"); await type("act-reason", "Phone stolen, seen in person at the counter"); click("dialog-confirm"); await wait(200); },
  },
  "user-reset-wrong": {
    set: with_(() => void (scene.answers.reset_user_two_step = () => Promise.reject({ code: "bad_field", field: "email", message: "This is not the address on file. Ask for it again." }))),
    act: async () => { await openPage(); click("ask-reset"); await wait(120); await type("act-email", "priya@hartwell.example"); await type("act-reason", "Phone stolen, seen in person at the counter"); click("dialog-confirm"); await wait(200); },
  },
  requests: { set: administrator, act: go("requests") },
  "requests-policy": { set: administrator, act: go("requests", async () => { document.getElementById("request-list")?.focus(); await press("ArrowDown"); await wait(150); }) },
  "requests-own": { set: administrator, act: go("requests", async () => { document.getElementById("request-list")?.focus(); await press("ArrowDown"); await press("ArrowDown"); }) },
  "requests-report": { set: administrator, act: go("requests", async () => { document.getElementById("request-list-3")?.click(); await wait(50); }) },
  "requests-flagged": { set: administrator, act: go("requests", async () => { document.getElementById("request-list-4")?.click(); await wait(50); }) },
  "requests-approve": { set: with_(() => void (scene.answers.approve_request = () => Promise.reject(freshCode))), act: go("requests", async () => { click("approve"); await wait(100); click("dialog-confirm"); await wait(150); }) },
  "requests-decline": { set: administrator, act: go("requests", async () => { click("decline"); await wait(100); }) },
  "requests-close": { set: administrator, act: go("requests", async () => { document.getElementById("request-list-3")?.click(); await wait(50); click("close-report"); await wait(100); click("outcome-calls_again"); }) },
  "requests-reset": { set: administrator, act: go("requests", async () => { document.getElementById("request-list-3")?.click(); await wait(50); click("reset-by-report"); await wait(100); }) },
  "requests-empty": { set: with_(() => { scene.answers.read_approvals = () => ({ requests: [], clock_stands: false }); scene.answers.read_reports = () => ({ reports: [] }); }), act: go("requests") },
  "requests-failed": { set: with_(() => void (scene.answers.read_approvals = () => Promise.reject(fault))), act: go("requests") },
  "requests-arrives": {
    set: with_(() => { scene.answers.read_approvals = () => ({ requests: approvals.slice(1), clock_stands: false }); }),
    act: async () => { await wait(200); scene.answers.read_approvals = () => ({ requests: approvals, clock_stands: false }); tell("approvals_changed"); await wait(150); },
  },
  policy: { set: administrator, act: go("policy") },
  "policy-find": { set: administrator, act: go("policy", () => type("policy-find", "code")) },
  "policy-looser": { set: administrator, act: go("policy", async () => { click("change-checks_a_call"); await wait(100); await type("policy-value", "4"); }) },
  "policy-tighter": { set: administrator, act: go("policy", async () => { click("change-pause_length"); await wait(100); await type("policy-value", "48"); }) },
  "policy-bounds": { set: administrator, act: go("policy", async () => { click("change-checks_a_call"); await wait(100); await type("policy-value", "9"); }) },
  "policy-switch": { set: administrator, act: go("policy", async () => { click("change-call_code_asked"); await wait(100); click("policy-off"); }) },
  "audit-log": { set: administrator, act: go("audit_log") },
  "audit-entry": { set: administrator, act: go("audit_log", async () => { clickText("Policy changed", "#audit-list li"); await wait(60); }) },
  "audit-narrowed": { set: administrator, act: go("audit_log", async () => { clickText("Unlock email sent off", "#audit-list li"); await wait(60); click("only-by"); await wait(100); clickText("Unlock email sent off", "#audit-list li"); await wait(60); click("only-about"); await wait(100); }) },
  "audit-checked": { set: administrator, act: go("audit_log", async () => { click("check-chain"); await wait(150); }) },
  "audit-broken": { set: with_(() => void (scene.answers.check_audit_log = () => ({ checked: 18_430, last: 18_430, end: true, waiting: 2, findings: ["Entry 7 was edited.", "Entries 9 to 10 are missing."] }))), act: go("audit_log", async () => { click("check-chain"); await wait(150); }) },
  "audit-exported": { set: administrator, act: go("audit_log", async () => { click("export-audit"); await wait(150); }) },
  "audit-empty": { set: with_(() => void (scene.answers.read_audit_log = () => ({ entries: [], next: null }))), act: go("audit_log") },
  messages: { set: administrator, act: go("messages") },
  "messages-test": { set: administrator, act: go("messages", async () => { click("send-test"); await wait(150); }) },
  "messages-retry": { set: administrator, act: go("messages", async () => { clickText("Try again", "button"); await wait(100); }) },
  "messages-empty": { set: with_(() => void (scene.answers.read_messages = () => ({ messages: [], next: null }))), act: go("messages", async () => { click("state-failed"); await wait(100); }) },
  companies: { set: administrator, act: go("companies") },
  "companies-protect": { set: administrator, act: go("companies", async () => { clickText("Protect…", "button"); await wait(100); }) },
  "companies-unprotect": { set: administrator, act: go("companies", async () => { clickText("Take away…", "button"); await wait(100); }) },
  "companies-recovery": { set: administrator, act: go("companies", async () => { clickText("Ask for a code…", "button"); await wait(100); await type("recovery-reason", "The company asked for it in writing last week"); }) },
  "companies-recovery-nobody": { set: with_(() => void (scene.answers.read_companies = () => ({ companies: companies.filter((row) => row.billing_users === 0 && row.recovery === "link"), next: null }))), act: go("companies", async () => { clickText("Ask for a code…", "button"); await wait(100); }) },
  "companies-recovery-back": { set: administrator, act: go("companies", async () => { clickText("Do without…", "button"); await wait(100); }) },
  "audit-export-code": { set: with_(() => void (scene.answers.export_audit_log = () => Promise.reject(freshCode))), act: go("audit_log", async () => { click("export-audit"); await wait(200); await type("fresh-code", "482 913"); }) },
  reports: { set: administrator, act: go("reports") },
  "reports-table": { set: administrator, act: go("reports", async () => { for (const report of ["endings", "reached", "times", "mails"]) click(`table-${report}`); await wait(80); }) },
  "reports-unusual": { set: with_(() => void (scene.answers.read_statistics = () => ({ ...statistics, unusual: [{ kind: "not_verified", day: statistics.to_day - 1, counted: 31, usual_up_to: 19 }, { kind: "mail_failed", day: statistics.to_day, counted: 12, usual_up_to: 4 }] }))), act: go("reports") },
  "reports-empty": { set: with_(() => void (scene.answers.read_statistics = () => fewCalls)), act: go("reports") },
  "reports-exported": { set: administrator, act: go("reports", async () => { click("export-mails"); await wait(150); }) },
  "reports-failed": { set: with_(() => void (scene.answers.read_statistics = () => Promise.reject(fault))), act: go("reports") },
  "confirm-time": { set: with_(() => void (scene.answers.read_approvals = () => ({ requests: [], clock_stands: true }))), act: async () => { await wait(200); clickText("Confirm the time", ".rail-link"); await wait(150); await type("time-clock", "10:49"); } },
  "confirm-time-wrong": {
    set: with_(() => { scene.answers.read_approvals = () => ({ requests: [], clock_stands: true }); scene.answers.confirm_time = () => Promise.reject({ code: "bad_field", field: "time", message: "This is more than two minutes from the time the system has. Look at a clock, and set the system’s if it is wrong." }); }),
    act: async () => { await wait(200); clickText("Confirm the time", ".rail-link"); await wait(150); await type("time-clock", "12:49"); click("time-confirm"); await wait(100); },
  },
  "demo-administrator": { set: with_(() => void (scene.connection = { ...scene.connection, mode: "demo", label: "demo data" })), act: go("users") },
};
