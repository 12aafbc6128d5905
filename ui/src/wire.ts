// Written from the types of crates/desk by its test `wire`; don't edit.
// Ids are strings, times are UTC milliseconds.

export type Role = "agent" | "administrator" | "billing";
export type CallState = "open" | "verified" | "passed_on" | "ended";
export type Outcome = "unlocked" | "mail_sent" | "not_verified" | "refused" | "abandoned" | "repudiated";
export type MessageState = "waiting" | "sending" | "accepted" | "deferred" | "failed" | "uncertain" | "superseded" | "expired";

export type AcceptInvitation = { 
/**
 * The address the letter came to.
 */
email: string, 
/**
 * The code in it.
 */
invitation_code: SecretText, 
/**
 * The password to sign in with.
 */
password: SecretText, };

export type Accepted = { 
/**
 * To confirm with.
 */
operator_id: string, 
/**
 * `otpauth://…`
 */
authenticator_uri: string, 
/**
 * Base32, for typing in.
 */
authenticator_secret: string, };

export type AnswerSigns = { 
/**
 * The member.
 */
user_id: string, 
/**
 * The signs that were shown, by name.
 */
signs: Array<string>, 
/**
 * `one_person`, `splitting` or `later`; none takes the answer back.
 */
answer: string | null, };

export type ApprovalRow = { 
/**
 * Its id.
 */
approval_id: string, 
/**
 * `reset_two_step`, `resume_phone`, `unlock_account`, `change_policy`, `change_company`, `change_company_recovery` or
 * `send_unlock`.
 */
kind: string, 
/**
 * The user it is about.
 */
user_id: string | null, 
/**
 * Their name.
 */
user_name: string | null, 
/**
 * Their company.
 */
company: string | null, 
/**
 * Who asks.
 */
asked_by: string, 
/**
 * Why.
 */
reason: string, 
/**
 * The billing user who confirmed it, where it decides a call that was passed on.
 */
contact: string | null, 
/**
 * How the company was reached.
 */
reached: string | null, 
/**
 * Why an unlock e-mail needs it, and it can be both: `frozen`, `no_contact`.
 */
because: Array<string>, 
/**
 * The call was passed on: what is approved is the e-mail of the caller's next verified call.
 */
passed_on: boolean, 
/**
 * The number of the policy it changes.
 */
number: string | null, 
/**
 * Its value now, in its unit.
 */
from: number | null, 
/**
 * Its value afterwards.
 */
to: number | null, 
/**
 * UTC ms.
 */
asked_at: number, 
/**
 * Until when it can be approved, UTC ms.
 */
until: number, 
/**
 * From when a single administrator can finish it alone, UTC ms.
 */
alone_from: number | null, 
/**
 * Whether it is the own request.
 */
mine: boolean, 
/**
 * Why whoever asks can't approve it now; none if they can.
 */
cannot: string | null, 
/**
 * Stands for exactly what is shown here; goes back with the approval.
 */
seal: string, };

export type ApprovalRows = { 
/**
 * Each of them.
 */
requests: Array<ApprovalRow>, 
/**
 * Whether the clock stepped back: codes and links are on hold until an administrator confirms the time.
 */
clock_stands: boolean, };

export type ApproveRequest = { 
/**
 * Which.
 */
approval_id: string, 
/**
 * The seal of what was shown.
 */
seal: string, };

export type AskUnlockApproval = { 
/**
 * The call.
 */
call_id: string, 
/**
 * Why.
 */
reason: string, };

export type AuditChecked = { 
/**
 * The number of the last entry checked.
 */
checked: number, 
/**
 * The number of the last entry there is.
 */
last: number, 
/**
 * Whether this was the last page.
 */
end: boolean, 
/**
 * Entries that wait for the sealer.
 */
waiting: number, 
/**
 * What is wrong, a sentence each.
 */
findings: Array<string>, };

export type AuditEntries = { 
/**
 * Each of them.
 */
entries: Array<AuditEntry>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type AuditEntry = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its number in the chain; none until it is sealed.
 */
number: number | null, 
/**
 * UTC ms.
 */
at: number, 
/**
 * The operation.
 */
operation: string, 
/**
 * `done`, `reserved` or `refused`.
 */
result: string, 
/**
 * The code of a refusal.
 */
code: string | null, 
/**
 * Who acted, by kind.
 */
actor_kind: string, 
/**
 * Their name, of operators and users.
 */
actor: string | null, 
/**
 * Their id, of operators and users: what the log can be filtered by.
 */
actor_id: string | null, 
/**
 * The user it is about.
 */
user_id: string | null, 
/**
 * Their name.
 */
user: string | null, 
/**
 * The call.
 */
call_id: string | null, 
/**
 * Further facts as JSON: of a change, what it was before and what it is now.
 */
detail: string | null, };

export type BillingCodeEntered = { "result": "signed_in" } & SignedIn | { "result": "not_right", 
/**
 * Tries left.
 */
tries_left: number, };

export type BillingSignIn = { 
/**
 * E-mail address.
 */
email: string, 
/**
 * Password.
 */
password: SecretText, };

export type BillingSignedIn = { "result": "signed_in" } & SignedIn | { "result": "code_needed" } & HalfWay;

export type CallUser = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their company.
 */
company: string, 
/**
 * First letter and domain of the address.
 */
masked_email: string, 
/**
 * The whole address, once the caller is verified.
 */
address: string | null, };

export type CallView = { 
/**
 * The call.
 */
call_id: string, 
/**
 * The user.
 */
user: CallUser, 
/**
 * UTC ms.
 */
opened_at: number, 
/**
 * Its state.
 */
state: CallState, 
/**
 * What the desk may do now.
 */
standing: StandingView, 
/**
 * Checks used and left.
 */
checks: Checks, 
/**
 * The call reference it was opened by.
 */
reference: string | null, 
/**
 * The two words the caller's page shows.
 */
check_words: [string, string] | null, 
/**
 * The four questions in their fixed order; none where there is nothing to ask.
 */
questions: Array<QuestionView>, 
/**
 * Calls before this one.
 */
earlier_calls: EarlierCalls, 
/**
 * The operator's notes.
 */
notes: string, 
/**
 * The unlock e-mail, once asked for.
 */
delivery: Delivery | null, 
/**
 * Whether it was passed to the administrators.
 */
passed_on: PassedOn | null, 
/**
 * The approval that was asked for, where the unlock e-mail needs one.
 */
approval: UnlockApproval | null, 
/**
 * When a concern was flagged.
 */
flagged_at: number | null, 
/**
 * Where the notice about a pause is.
 */
user_told: MessageState | null, };

export type Card = { 
/**
 * Their name.
 */
name: string, 
/**
 * Their company.
 */
company: string, 
/**
 * Their address.
 */
email: string, 
/**
 * Their call reference.
 */
reference: string, 
/**
 * The two words their page shows.
 */
check_words: [string, string], 
/**
 * What they answer.
 */
answers: Array<CardAnswer>, };

export type CardAnswer = { 
/**
 * The question.
 */
question: string, 
/**
 * The answer.
 */
answer: string, };

export type ChangeCompanyRecovery = { 
/**
 * Which.
 */
company_id: string, 
/**
 * `link` or `link_and_contact_code`.
 */
recovery: string, 
/**
 * Why.
 */
reason: string, };

export type ChangeOperatorRole = { 
/**
 * Who.
 */
operator_id: string, 
/**
 * `agent` or `administrator`.
 */
role: string, };

export type ChangePolicy = { 
/**
 * Which.
 */
name: string, 
/**
 * The value that was shown.
 */
from: number, 
/**
 * The new one.
 */
to: number, 
/**
 * Why.
 */
reason: string, };

export type CheckAnswers = { 
/**
 * The call.
 */
call_id: string, 
/**
 * What the caller said, by slot; none where the caller doesn't know.
 */
answers: [SecretText | null, SecretText | null, SecretText | null, SecretText | null], };

export type CheckAuditLog = { 
/**
 * The number of the last entry that was checked; 0 at the start.
 */
after: number, };

export type Checks = { 
/**
 * Used.
 */
used: number, 
/**
 * Left.
 */
left: number, 
/**
 * In one call.
 */
per_call: number, };

export type CloseReport = { 
/**
 * Which.
 */
report_id: string, 
/**
 * `calls_again`, `not_the_owner`, `no_concern`, `concern_confirmed` or `other`.
 */
outcome: string, 
/**
 * What was found, in a sentence.
 */
note: string, };

export type CodeConfirmed = { 
/**
 * Until when risky operations are possible, UTC ms; none if the code was not right.
 */
until: number | null, };

export type CodeOnItsWay = { 
/**
 * Whether it travels by e-mail (2-step is to be set up again) and not by text message.
 */
by_mail: boolean, 
/**
 * The number as screens may show it: `•••• 42`; empty for an e-mail.
 */
masked: string, 
/**
 * Two characters that stand in the message too.
 */
reference: string, 
/**
 * Until when it works, UTC ms; none until the message is taken for sending.
 */
works_until: number | null, 
/**
 * Days this browser would not be asked again, if its user ticks so.
 */
remember_days: number, };

export type CompanyRow = { 
/**
 * Its id.
 */
company_id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether its users are handled by administrators only.
 */
protected: boolean, 
/**
 * What it asks for before an unlock link opens an account: `link` or `link_and_contact_code`.
 */
recovery: string, 
/**
 * How many users it has.
 */
users: number, 
/**
 * Of them, billing users.
 */
billing_users: number, 
/**
 * The request to take its protection away that waits.
 */
approval_id: string | null, 
/**
 * The request to ask for no contact code any more that waits.
 */
recovery_approval_id: string | null, };

export type CompanyRows = { 
/**
 * Each of them.
 */
companies: Array<CompanyRow>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type ComparePreview = { 
/**
 * The call.
 */
call_id: string, 
/**
 * Which of the four.
 */
slot: number, 
/**
 * What was typed.
 */
text: SecretText, };

export type ConfirmCode = { 
/**
 * What the authenticator shows.
 */
code: SecretText, };

export type ConfirmFirstAdministrator = { 
/**
 * Who was made.
 */
operator_id: string, 
/**
 * The code their app shows.
 */
code: SecretText, };

export type ConfirmInvitation = { 
/**
 * The address the letter came to.
 */
email: string, 
/**
 * The code in it, once more: whoever only knows an id gets nowhere.
 */
invitation_code: SecretText, 
/**
 * The code the app shows.
 */
code: SecretText, };

export type ConfirmTime = { 
/**
 * The time the administrator says it is, UTC ms. What is confirmed is this, not whatever the clock shows later.
 */
time: number, };

export type Confirmed = { 
/**
 * Always true; anything else is a refusal.
 */
ok: boolean, };

export type CreateFirstAdministrator = { 
/**
 * Their name.
 */
name: string, 
/**
 * Their address.
 */
email: string, 
/**
 * Their password.
 */
password: SecretText, };

export type Created = { 
/**
 * To confirm with.
 */
operator_id: string, 
/**
 * `otpauth://…`
 */
authenticator_uri: string, 
/**
 * Base32, for typing in.
 */
authenticator_secret: string, };

export type Current = { 
/**
 * The call.
 */
call: CallView | null, };

export type CurrentCall = { 
/**
 * A call of one's own.
 */
call_id?: string, };

export type Decided = { 
/**
 * Whether it is done. If not, it waits for a second administrator.
 */
done: boolean, 
/**
 * The request that waits.
 */
approval_id: string | null, 
/**
 * From when a single administrator can finish it alone, UTC ms; none where there is somebody else.
 */
alone_from: number | null, 
/**
 * Until when it can be approved, UTC ms.
 */
until: number | null, };

export type DeclineRequest = { 
/**
 * Which.
 */
approval_id: string, 
/**
 * Why, for a colleague's request; nothing for the own one.
 */
reason: string | null, };

export type Delivery = { 
/**
 * The message.
 */
message_id: string, 
/**
 * Its state.
 */
state: MessageState, 
/**
 * Where it went.
 */
address: string, 
/**
 * The domain of the address.
 */
mail_host: string, 
/**
 * UTC ms.
 */
queued_at: number, 
/**
 * UTC ms.
 */
accepted_at: number | null, 
/**
 * When it is tried again, while it is put off; UTC ms.
 */
deferred_until: number | null, 
/**
 * What the other server said.
 */
server_reply: string | null, 
/**
 * Until when the link works; UTC ms.
 */
link_expires_at: number | null, 
/**
 * When the button was pressed; UTC ms.
 */
opened_at: number | null, 
/**
 * When the password was set; UTC ms.
 */
used_at: number | null, 
/**
 * How many more can be sent today.
 */
resends_left: number, 
/**
 * When the next one can be sent at the earliest; UTC ms.
 */
resend_at: number, 
/**
 * Whether the link, and the call code with it, can still be used.
 */
code_live: boolean, 
/**
 * Where the letter with the contact code is, where the company asks for one. Never who gets it.
 */
contact_code: MessageState | null, };

export type DemoCard = Record<symbol, never>;

export type DemoMailbox = Record<symbol, never>;

export type DemoOperator = { 
/**
 * The role they have.
 */
role: Role, 
/**
 * Their name.
 */
name: string, };

export type DemoSignIn = { 
/**
 * The role.
 */
role: Role, };

export type DeskView = { 
/**
 * Who runs this desk.
 */
organisation: Organisation, 
/**
 * Who is signed in.
 */
operator: OperatorView, 
/**
 * The screens of their role.
 */
screens: Array<string>, 
/**
 * Whether this is demo data.
 */
demo: boolean, 
/**
 * The version of the wire.
 */
api_version: number, 
/**
 * The numbers the window shows; it decides nothing with them.
 */
policy: Numbers, };

export type EarlierCalls = { 
/**
 * How many.
 */
count: number, 
/**
 * The last one, UTC ms.
 */
last_at: number | null, 
/**
 * How many were not verified, refused or repudiated.
 */
refused: number, };

export type EndCall = { 
/**
 * The call.
 */
call_id: string, 
/**
 * The notes; empty leaves what was saved.
 */
notes: string, };

export type EndOperatorSessions = { 
/**
 * Who.
 */
operator_id: string, };

export type Ended = { 
/**
 * Always true; anything else is a refusal.
 */
ok: boolean, };

export type EndedCall = { 
/**
 * The call.
 */
call_id: string, 
/**
 * How it ended.
 */
outcome: Outcome, };

export type Ending = { 
/**
 * Counted from 1970.
 */
day: number, 
/**
 * `unlocked`, `mail_sent`, `not_verified`, `paused`, `passed_on`, `refused`, `abandoned`, `repudiated` or `going_on`.
 */
ending: string, 
/**
 * How many.
 */
calls: number, };

export type EnterBillingCode = { 
/**
 * What was typed.
 */
code: SecretText, };

export type ExportAuditLog = { 
/**
 * What the screen shows, but for its place: where a page of an export begins is what the page before said, and leads
 * on in that export alone.
 */
shown: ReadAuditLog, };

export type ExportPage = { 
/**
 * The company's name.
 */
company: string, 
/**
 * The review, on the first page.
 */
review: ReviewRow | null, 
/**
 * Each member.
 */
members: Array<MemberRow>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type ExportReview = { 
/**
 * What the screen shows, but for its place; its review must be named. Where a page begins is what the page before
 * said, and leads on in that export alone.
 */
shown: ReadTeam, 
/**
 * `csv` or `xlsx`, for the audit log.
 */
format: string, };

export type ExportStatistics = { 
/**
 * `endings`, `reached`, `times`, `mails` or `unusual`.
 */
report: string, 
/**
 * Days up to and with today: 7, 28 or 91.
 */
days: number, };

export type FlagConcern = { 
/**
 * The call.
 */
call_id: string, 
/**
 * The notes, taken along.
 */
notes: string, };

export type Found = { 
/**
 * At most eight, best first.
 */
users: Array<UserRow>, 
/**
 * Whether more match.
 */
more: boolean, 
/**
 * How many are shown.
 */
count: number, 
/**
 * Searches used in this hour.
 */
used_this_hour: number, 
/**
 * Searches an hour.
 */
limit_per_hour: number, 
/**
 * Whether too little was typed to look for anything.
 */
too_short: boolean, 
/**
 * Whether a call reference was typed.
 */
by_reference: boolean, 
/**
 * The reference, if it leads to an account.
 */
reference: string | null, 
/**
 * Nothing was found because there are no users at all yet.
 */
no_users: boolean, };

export type Greet = Record<symbol, never>;

export type Greeting = { 
/**
 * Who runs this desk.
 */
organisation: Organisation, 
/**
 * Whether this is demo data.
 */
demo: boolean, 
/**
 * Whether there is an active operator; if not, the first administrator is made.
 */
operators_exist: boolean, 
/**
 * The version of the wire.
 */
api_version: number, 
/**
 * ms without use until the desk locks.
 */
idle_lock_ms: number, 
/**
 * One-click sign-in, demo data only.
 */
demo_operators: Array<DemoOperator>, };

export type HalfWay = { 
/**
 * Whether it travels by e-mail (2-step is to be set up again) and not by text message.
 */
by_mail: boolean, 
/**
 * The number as screens may show it: `•••• 42`; empty for an e-mail.
 */
masked: string, 
/**
 * Two characters that stand in the message too.
 */
reference: string, 
/**
 * Until when it works, UTC ms; none until the message is taken for sending.
 */
works_until: number | null, 
/**
 * Days this browser would not be asked again, if its user ticks so.
 */
remember_days: number, };

export type InvitationConfirmed = { 
/**
 * Active from now on.
 */
ok: boolean, };

export type InviteMember = { 
/**
 * Given name.
 */
given_name: string, 
/**
 * Family name.
 */
family_name: string, 
/**
 * E-mail address.
 */
email: string, };

export type InviteOperator = { 
/**
 * Their name.
 */
name: string, 
/**
 * Their address.
 */
email: string, 
/**
 * `agent` or `administrator`.
 */
role: string, };

export type InviteOperatorAgain = { 
/**
 * Who.
 */
operator_id: string, };

export type LockAccount = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Why.
 */
reason: string, };

export type LockDesk = Record<symbol, never>;

export type LookUp = { 
/**
 * What was typed.
 */
query: string, 
/**
 * The client's id of this search: its keystrokes count once.
 */
search_id: string, };

export type Mailbox = { 
/**
 * Letters and texts.
 */
messages: Array<MailboxMessage>, };

export type MailboxLink = { 
/**
 * What the button says.
 */
label: string, 
/**
 * The address.
 */
url: string, };

export type MailboxMessage = { 
/**
 * The message.
 */
id: string, 
/**
 * `mail` or `sms`.
 */
kind: string, 
/**
 * The address or number.
 */
to: string, 
/**
 * The subject; empty for a text.
 */
subject: string, 
/**
 * The text.
 */
text: string, 
/**
 * UTC ms.
 */
at: number, 
/**
 * Links in it, in order; the window names them by number when it asks to open one.
 */
links: Array<MailboxLink>, };

export type MailsOf = { 
/**
 * To which domain; empty for all.
 */
domain: string, 
/**
 * All of them, but those replaced before they left.
 */
mails: number, 
/**
 * Accepted at the first try.
 */
at_once: number, 
/**
 * Accepted later.
 */
later: number, 
/**
 * Still on their way.
 */
waiting: number, 
/**
 * Failed, came back, or too old.
 */
failed: number, 
/**
 * Nobody knows.
 */
unsure: number, };

export type MemberInvited = { 
/**
 * Always true; anything else is a refusal.
 */
ok: boolean, };

export type MemberRow = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their work mail.
 */
email: string, 
/**
 * `standard` or `billing`.
 */
kind: string, 
/**
 * `active` or `locked`.
 */
account: string, 
/**
 * `never`, `on`, `off` or `to_be_set_up_again`.
 */
two_step: string, 
/**
 * Since when, UTC ms.
 */
two_step_since: number, 
/**
 * Whether all four questions are answered.
 */
questions_answered: boolean, 
/**
 * Last sign-in, UTC ms.
 */
last_sign_in_at: number | null, 
/**
 * When the account was made, UTC ms.
 */
joined_at: number, 
/**
 * Last reminder, UTC ms.
 */
reminded_at: number | null, 
/**
 * Signs of a shared log-in.
 */
signs: Array<MemberSign>, 
/**
 * What a billing user answered to them; none where there are no signs now.
 */
sign_answer: MemberSignAnswer | null, 
/**
 * Became a member after the review was started.
 */
added: boolean, };

export type MemberSign = { 
/**
 * `distant_networks` (counted are days) or `same_phone` (counted are accounts of this company, this one included).
 */
sign: string, 
/**
 * What was counted.
 */
counted: number, 
/**
 * How many the policy takes for a sign.
 */
takes: number, 
/**
 * Over how many days back sessions are looked at.
 */
days_back: number, };

export type MemberSignAnswer = { 
/**
 * `one_person`, `splitting` or `later`.
 */
answer: string, 
/**
 * Who answered, by the name they have now.
 */
by: string, 
/**
 * When, UTC ms.
 */
at: number, 
/**
 * Until when it holds, UTC ms.
 */
until: number, 
/**
 * Whether it holds: its time is not over, and no sign came up since that wasn't there when it was given.
 */
holds: boolean, };

export type MessageRow = { 
/**
 * Its id.
 */
message_id: string, 
/**
 * `mail` or `sms`.
 */
kind: string, 
/**
 * Which letter.
 */
letter: string, 
/**
 * Where it goes, masked.
 */
to: string, 
/**
 * Its state.
 */
state: string, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * What the other server said last.
 */
reply: string | null, 
/**
 * UTC ms.
 */
queued_at: number, 
/**
 * When it is tried next, UTC ms.
 */
next_at: number | null, 
/**
 * UTC ms.
 */
accepted_at: number | null, 
/**
 * The user it is about.
 */
user_id: string | null, 
/**
 * Whether it can be sent again.
 */
can_retry: boolean, };

export type MessageRows = { 
/**
 * Each of them.
 */
messages: Array<MessageRow>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type MyCall = { 
/**
 * The call.
 */
call_id: string, 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their company.
 */
company: string, 
/**
 * First letter and domain of the address.
 */
masked_email: string, 
/**
 * UTC ms.
 */
opened_at: number, 
/**
 * UTC ms.
 */
ended_at: number | null, 
/**
 * Its state.
 */
state: CallState, 
/**
 * How it ended.
 */
outcome: Outcome | null, 
/**
 * Where the unlock e-mail is.
 */
message_state: MessageState | null, 
/**
 * Whether the button was pressed.
 */
opened: boolean, 
/**
 * Whether the password was set.
 */
used: boolean, 
/**
 * What the administrators said, if it was passed on.
 */
passed_on: string | null, };

export type MyCallList = { 
/**
 * The calls.
 */
calls: Array<MyCall>, };

export type MyCalls = Record<symbol, never>;

export type Noted = { 
/**
 * Always true; a session that ended is a refusal.
 */
ok: boolean, };

export type Numbers = { 
/**
 * Checks of the answers in one call.
 */
checks_per_call: number, 
/**
 * Letters and digits a look-up needs.
 */
look_up_minimum: number, 
/**
 * Letters a family name alone needs.
 */
look_up_surname_minimum: number, 
/**
 * Rows a look-up shows at most.
 */
look_up_rows: number, 
/**
 * Searches an hour.
 */
look_up_limit_per_hour: number, 
/**
 * ms without use until the desk locks.
 */
idle_lock_ms: number, 
/**
 * ms before that, when it warns.
 */
idle_warning_ms: number, 
/**
 * ms a verdict lasts.
 */
verified_ms: number, 
/**
 * ms an unlock link works.
 */
link_ms: number, };

export type OpenCall = { 
/**
 * The user.
 */
user_id: string, 
/**
 * The call reference the caller gave, if there was one.
 */
reference: string | null, };

export type OperatorChanged = { 
/**
 * Who was invited or changed.
 */
operator_id: string, };

export type OperatorRow = { 
/**
 * Their id.
 */
operator_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their address.
 */
email: string, 
/**
 * `agent` or `administrator`.
 */
role: string, 
/**
 * `invited`, `active` or `suspended`.
 */
state: string, 
/**
 * Last seen, UTC ms.
 */
last_seen_at: number | null, 
/**
 * Calls opened in the last seven days.
 */
calls_this_week: number, 
/**
 * When the invitation ends, UTC ms; none before its letter left.
 */
invitation_expires_at: number | null, 
/**
 * Whether it is the one who asks; the own entry can't be changed.
 */
me: boolean, };

export type OperatorRows = { 
/**
 * Each of them.
 */
operators: Array<OperatorRow>, };

export type OperatorSignIn = { 
/**
 * E-mail address.
 */
email: string, 
/**
 * Password.
 */
password: SecretText, 
/**
 * The code the authenticator shows.
 */
code: SecretText, };

export type OperatorSignOut = Record<symbol, never>;

export type OperatorView = { 
/**
 * Their id.
 */
id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their address.
 */
email: string, 
/**
 * Their role.
 */
role: Role, };

export type Organisation = { 
/**
 * The name in letters and on pages.
 */
name: string, 
/**
 * The telephone number users call.
 */
desk_phone: string, 
/**
 * When the line is open, in words.
 */
opening_hours: string, };

export type PassOn = { 
/**
 * The call.
 */
call_id: string, 
/**
 * Why.
 */
reason: string, 
/**
 * The notes, taken along.
 */
notes: string, };

export type PassedOn = { 
/**
 * UTC ms.
 */
at: number, 
/**
 * The reason.
 */
reason: string, 
/**
 * `waiting`, `approved` or `refused`.
 */
state: string, };

export type PolicyRow = { 
/**
 * Its name.
 */
name: string, 
/**
 * `milliseconds`, `count` or `switch`.
 */
unit: string, 
/**
 * The value in force.
 */
value: number, 
/**
 * The value nobody changed.
 */
default: number, 
/**
 * The least that can be set.
 */
least: number, 
/**
 * The most that can be set.
 */
most: number, 
/**
 * Whether a larger value loosens the protection.
 */
larger_is_looser: boolean, 
/**
 * Where the default comes from.
 */
source: string, 
/**
 * Who changed it last.
 */
changed_by: string | null, 
/**
 * When, UTC ms.
 */
changed_at: number | null, 
/**
 * The request to loosen it that waits.
 */
approval_id: string | null, };

export type PolicyRows = { 
/**
 * Each of them.
 */
numbers: Array<PolicyRow>, };

export type Preview = { 
/**
 * Folded.
 */
canonical: string, };

export type PreviewReminder = { 
/**
 * As members get it whose 2-step is to be set up again.
 */
again: boolean, };

export type ProtectCompany = { 
/**
 * Which.
 */
company_id: string, 
/**
 * Whether its users are to be handled by administrators only.
 */
protected: boolean, 
/**
 * Why.
 */
reason: string, };

export type QuestionShare = { 
/**
 * Its words.
 */
question: string, 
/**
 * About how often it was asked, rounded down to tens.
 */
asked_about: number, 
/**
 * How often of a hundred the caller knew no answer, rounded to tens.
 */
not_known_percent: number, };

export type QuestionView = { 
/**
 * 1 to 4.
 */
slot: number, 
/**
 * Its text.
 */
text: string, 
/**
 * A hint for the agent on how to ask; none so far.
 */
help: string | null, };

export type Reached = { 
/**
 * Opened.
 */
opened: number, 
/**
 * With a check.
 */
checked: number, 
/**
 * Verified.
 */
verified: number, 
/**
 * Whose unlock e-mail was accepted by the other server.
 */
accepted: number, 
/**
 * Whose button was pressed.
 */
pressed: number, 
/**
 * Unlocked.
 */
unlocked: number, };

export type ReadApprovals = Record<symbol, never>;

export type ReadAuditLog = { 
/**
 * About this user.
 */
user_id: string | null, 
/**
 * By this operator or user.
 */
actor_id: string | null, 
/**
 * Of this operation.
 */
operation: string | null, 
/**
 * `done`, `reserved` or `refused`.
 */
result: string | null, 
/**
 * Since this moment, UTC ms.
 */
since: number | null, 
/**
 * Before this moment, UTC ms.
 */
until: number | null, 
/**
 * Where the page before ended.
 */
before: string | null, };

export type ReadCompanies = { 
/**
 * How the name begins; empty for all.
 */
name: string, 
/**
 * Where the page before ended.
 */
after: string | null, };

export type ReadMessages = { 
/**
 * Of this state; none for all.
 */
state: string | null, 
/**
 * To this domain; none for all.
 */
domain: string | null, 
/**
 * The last id of the page before.
 */
before: string | null, };

export type ReadOperators = Record<symbol, never>;

export type ReadPolicy = Record<symbol, never>;

export type ReadReports = Record<symbol, never>;

export type ReadReviews = { 
/**
 * The last id of the page before.
 */
before: string | null, };

export type ReadStatistics = { 
/**
 * Days up to and with today: 7, 28 or 91.
 */
days: number, };

export type ReadTeam = { 
/**
 * As this review saw them; none: as they are now.
 */
review_id: string | null, 
/**
 * `all`; one of the four groups that every member is in (`fully_protected`, `to_be_set_up_again`,
 * `one_password_away`, `no_help_by_phone`); or `needs_something`, `without_two_step`, `questions_missing`,
 * `never_signed_in`, `with_signs`, `signs_open` (not answered, or no longer), `signs_answered`, `added`, `reminder_due`,
 * `reminded`.
 */
filter: string, 
/**
 * How a name or the address begins; empty for all.
 */
name: string, 
/**
 * `name`, `email`, `two_step`, `questions`, `last_sign_in`, `joined` or `reminded`.
 */
sort: string, 
/**
 * From the end.
 */
descending: boolean, 
/**
 * Where the page before ended.
 */
after: string | null, };

export type ReadTestLetter = { 
/**
 * The message.
 */
message_id: string, };

export type ReadUser = { 
/**
 * The user.
 */
user_id: string, };

export type RemindMember = { 
/**
 * Whom.
 */
user_id: string, };

export type Reminded = { 
/**
 * When, UTC ms.
 */
reminded_at: number, };

export type ReminderPreview = { 
/**
 * Its subject.
 */
subject: string, 
/**
 * Its text.
 */
text: string, };

export type ReportContact = { 
/**
 * The billing user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, };

export type ReportRow = { 
/**
 * Its id.
 */
report_id: string, 
/**
 * `passed_on` or `flagged`.
 */
kind: string, 
/**
 * The call.
 */
call_id: string, 
/**
 * When it was opened, UTC ms.
 */
called_at: number, 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
user_name: string, 
/**
 * Their address, masked.
 */
email: string, 
/**
 * Their company.
 */
company: string, 
/**
 * The agent.
 */
asked_by: string, 
/**
 * The agent's reason.
 */
reason: string, 
/**
 * The agent's notes.
 */
notes: string, 
/**
 * UTC ms.
 */
asked_at: number, 
/**
 * Billing users of the company who can confirm it; never the caller.
 */
contacts: Array<ReportContact>, 
/**
 * The request for a reset that waits for a second administrator.
 */
approval_id: string | null, 
/**
 * The request to approve its unlock e-mail that waits.
 */
send_approval_id: string | null, };

export type ReportRows = { 
/**
 * Each of them.
 */
reports: Array<ReportRow>, };

export type ReportTable = { 
/**
 * Each line's cells.
 */
lines: Array<Array<string>>, };

export type RequestState = { 
/**
 * Its id.
 */
request_id: string, };

export type ResendBillingCode = Record<symbol, never>;

export type ResetUserTwoStep = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Their address, typed by the administrator: it is not shown in full.
 */
email: string, 
/**
 * Why.
 */
reason: string, 
/**
 * The call passed on or flagged that this decides.
 */
report_id: string | null, 
/**
 * The billing user of the company who confirmed it; needed where there is one beside the caller.
 */
contact_id: string | null, 
/**
 * How the company was reached; needed where this decides a call.
 */
reached: string | null, };

export type ResumeOperator = { 
/**
 * Who.
 */
operator_id: string, };

export type ResumePhoneVerification = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Why.
 */
reason: string, };

export type RetryMessage = { 
/**
 * Which.
 */
message_id: string, };

export type ReviewCounts = { 
/**
 * Members.
 */
members: number, 
/**
 * With 2-step on.
 */
two_step_on: number, 
/**
 * With 2-step to be set up again.
 */
to_be_set_up_again: number, 
/**
 * With all four questions answered.
 */
questions_answered: number, 
/**
 * With a sign of a shared log-in.
 */
with_signs: number, 
/**
 * Who became members after it was started.
 */
added: number, };

export type ReviewRow = { 
/**
 * Its id.
 */
review_id: string, 
/**
 * Who started it.
 */
started_by: string, 
/**
 * UTC ms.
 */
started_at: number, 
/**
 * Who signed it off; none while it is open.
 */
signed_by: string | null, 
/**
 * UTC ms.
 */
signed_at: number | null, 
/**
 * What it shows, as a hash: SHA-256 in hexadecimal digits over every row.
 */
digest: string, 
/**
 * What it shows, in numbers.
 */
counts: ReviewCounts, 
/**
 * What whoever signed it off wrote.
 */
note: string, };

export type ReviewRows = { 
/**
 * Each of them.
 */
reviews: Array<ReviewRow>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type SaveNotes = { 
/**
 * The call.
 */
call_id: string, 
/**
 * The notes.
 */
notes: string, };

export type Saved = { 
/**
 * Always true; anything else is a refusal.
 */
ok: boolean, };

export type SecretText = string;

export type SendTestLetter = Record<symbol, never>;

export type SendUnlock = { 
/**
 * The call.
 */
call_id: string, 
/**
 * Whether a link that is on its way is to be replaced.
 */
again: boolean, };

export type Sent = { 
/**
 * The call as it is now.
 */
call: CallView, 
/**
 * The call code to read out: shown once, kept nowhere in clear.
 */
call_code: string | null, 
/**
 * Whether this very request was done before; then there is no code to show again.
 */
already_done: boolean, };

export type SignOffReview = { 
/**
 * Which.
 */
review_id: string, 
/**
 * The digest that was shown with it: what is signed is what was seen.
 */
digest: string, 
/**
 * A remark, if there is one.
 */
note: string, };

export type SignedIn = { 
/**
 * Who runs this desk.
 */
organisation: Organisation, 
/**
 * Who is signed in.
 */
operator: OperatorView, 
/**
 * The screens of their role.
 */
screens: Array<string>, 
/**
 * Whether this is demo data.
 */
demo: boolean, 
/**
 * The version of the wire.
 */
api_version: number, 
/**
 * The numbers the window shows; it decides nothing with them.
 */
policy: Numbers, };

export type SignsAnswered = { 
/**
 * Until when the answer holds, UTC ms; none where it was taken back.
 */
until: number | null, };

export type StandingView = { "kind": "not_verified_yet" } | { "kind": "verification_ended" } | { "kind": "not_verified" } | { "kind": "verified", 
/**
 * Since when, UTC ms.
 */
at: number, 
/**
 * Until when, UTC ms.
 */
until: number, 
/**
 * By whom.
 */
by: string, } | { "kind": "call_checks_used" } | { "kind": "paused", 
/**
 * UTC ms.
 */
until: number, 
/**
 * Whether only calls opened by a call reference are paused: those have a budget of their own.
 */
by_reference: boolean, } | { "kind": "cannot_be_verified", 
/**
 * For administrators only.
 */
reason: string | null, 
/**
 * When that ends, for administrators only; UTC ms.
 */
until: number | null, } | { "kind": "needs_approval" } | { "kind": "repudiated", 
/**
 * UTC ms.
 */
at: number, } | { "kind": "unlocked", 
/**
 * UTC ms.
 */
at: number, } | { "kind": "ended", 
/**
 * How.
 */
outcome: Outcome, };

export type StartReview = Record<symbol, never>;

export type StateOfRequest = { 
/**
 * `unknown` (nothing was done), `judging`, `broken_off` (it counted, and there is no result), or `done`.
 */
state: string, };

export type Statistics = { 
/**
 * The first day, counted from 1970.
 */
from_day: number, 
/**
 * Today, counted from 1970.
 */
to_day: number, 
/**
 * The zone of the days.
 */
zone: string, 
/**
 * Fewer than this make no finding.
 */
enough: number, 
/**
 * How the calls of each day ended; days and endings without a call are left out.
 */
endings: Array<Ending>, 
/**
 * How far calls came.
 */
reached: Reached, 
/**
 * Checks by which check of its call it was.
 */
verdicts: Array<Verdicts>, 
/**
 * Questions asked often enough to be told of, of a year; those most often not known first.
 */
questions: Array<QuestionShare>, 
/**
 * From how many on a question is told of.
 */
questions_from: number, 
/**
 * How long it took, over the whole period: until verified, until unlocked.
 */
times: Array<Times>, 
/**
 * The same by week.
 */
times_by_week: Array<Times>, 
/**
 * How e-mails went.
 */
mails: MailsOf, 
/**
 * By domain: those with trouble first.
 */
mails_by_domain: Array<MailsOf>, 
/**
 * What lay above the usual on one of the last days; empty nearly always.
 */
unusual: Array<Unusual>, };

export type StillHere = Record<symbol, never>;

export type SuspendOperator = { 
/**
 * Who.
 */
operator_id: string, };

export type TakeOverCall = { 
/**
 * The user.
 */
user_id: string, };

export type TeamCounts = { 
/**
 * Members.
 */
members: number, 
/**
 * With 2-step on.
 */
two_step_on: number, 
/**
 * With 2-step to be set up again.
 */
to_be_set_up_again: number, 
/**
 * With all four questions answered.
 */
questions_answered: number, 
/**
 * Who never signed in.
 */
never_signed_in: number, 
/**
 * With 2-step on and all four questions answered. This group, `to_be_set_up_again` and the next two hold every
 * member once.
 */
fully_protected: number, 
/**
 * With 2-step off or never on, and all four questions answered.
 */
one_password_away: number, 
/**
 * With questions missing.
 */
no_help_by_phone: number, 
/**
 * Who can be reminded now.
 */
reminder_due: number, };

export type TeamPage = { 
/**
 * The company's name.
 */
company: string, 
/**
 * Whether reminding, inviting, signing off and exporting are possible in this session.
 */
may_change: boolean, 
/**
 * How long after a reminder the next is possible, in ms.
 */
reminder_every: number, 
/**
 * The company in numbers, as it is now.
 */
counts: TeamCounts, 
/**
 * The review, on its first page.
 */
review: ReviewRow | null, 
/**
 * Each member.
 */
members: Array<MemberRow>, 
/**
 * Where the next page begins; none at the end.
 */
next: string | null, };

export type TestLetter = { 
/**
 * The message, to ask again how far it is.
 */
message_id: string, 
/**
 * Where it goes.
 */
address: string, 
/**
 * Its state.
 */
state: MessageState, 
/**
 * What the mail server said, or why it can't be reached.
 */
server_reply: string | null, 
/**
 * UTC ms.
 */
queued_at: number, 
/**
 * UTC ms.
 */
accepted_at: number | null, 
/**
 * When it is tried again, while it is put off; UTC ms.
 */
deferred_until: number | null, };

export type TimeConfirmed = { 
/**
 * By how much the clock had stepped back, ms; 0 if it had not.
 */
stepped_back_by: number, 
/**
 * Links, codes and sessions that had run out before the step and were ended for good.
 */
ended: number, };

export type Times = { 
/**
 * The Monday the week began with, counted from 1970; none for the whole period.
 */
monday: number | null, 
/**
 * `verified` or `unlocked`, counted from when the call was opened.
 */
until: string, 
/**
 * Calls.
 */
calls: number, 
/**
 * ms within which half of them were there.
 */
half_ms: number, 
/**
 * ms within which nine in ten were there.
 */
nine_in_ten_ms: number, };

export type UnlockAccount = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Why.
 */
reason: string, };

export type UnlockApproval = { 
/**
 * `waiting`, `approved`, `refused`, or `expired`: too old, or used.
 */
state: string, 
/**
 * Until when it can be approved, or the e-mail can be sent after it was; UTC ms.
 */
until: number, };

export type Unusual = { 
/**
 * `not_verified` (checks), `paused` (phone verifications) or `mail_failed`.
 */
kind: string, 
/**
 * Counted from 1970.
 */
day: number, 
/**
 * How many there were.
 */
counted: number, 
/**
 * The most that is usual.
 */
usual_up_to: number, };

export type UserPage = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their address, masked: whoever resets 2-step types it.
 */
email: string, 
/**
 * Their company.
 */
company: string, 
/**
 * Whether the company is protected.
 */
protected: boolean, 
/**
 * Whether they are a billing user.
 */
billing: boolean, 
/**
 * `active`, `locked` or `closed`.
 */
account: string, 
/**
 * `recovery`, `owner` or `administrator`.
 */
locked_by: string | null, 
/**
 * `never`, `on`, `off` or `to_be_set_up_again`.
 */
two_step: string, 
/**
 * When that began, UTC ms.
 */
two_step_since: number, 
/**
 * Where text messages go, as screens may show it: `•••• 42`; none unless 2-step is on.
 */
phone: string | null, 
/**
 * When the recovery code was made, UTC ms; none unless 2-step is on.
 */
recovery_code_at: number | null, 
/**
 * Whether that code is void because its owner never confirmed that it was saved.
 */
recovery_code_void: boolean, 
/**
 * How many questions are answered.
 */
answers: number, 
/**
 * When they were answered, UTC ms.
 */
answers_at: number | null, 
/**
 * Until when phone verification is paused, UTC ms; with and without a call reference, the later of them.
 */
paused_until: number | null, 
/**
 * Until when phone recovery is stopped after "this wasn't me", UTC ms.
 */
stopped_until: number | null, 
/**
 * Until when a contact change is frozen, UTC ms.
 */
frozen_until: number | null, 
/**
 * Last sign-in, UTC ms.
 */
last_sign_in_at: number | null, 
/**
 * Live sessions, which a reset ends.
 */
sessions: number, 
/**
 * Remembered browsers, which a reset forgets.
 */
browsers: number, 
/**
 * Who is on a call about this user.
 */
call_with: string | null, 
/**
 * The unlock e-mail that can still be used.
 */
unlock: UserUnlock | null, 
/**
 * Why a reset needs a second administrator; none if one suffices.
 */
reset_second_because: string | null, 
/**
 * Whether opening the account needs a second administrator: somebody else locked it, alone or before.
 */
unlock_needs_second: boolean, 
/**
 * Requests about this user that wait, by kind.
 */
waiting: Array<string>, 
/**
 * Why whoever asks can't change this account: it is the own one, or one of the own company.
 */
cannot: string | null, };

export type UserRow = { 
/**
 * The user.
 */
user_id: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Their company.
 */
company: string, 
/**
 * First letter and domain of the address.
 */
masked_email: string, 
/**
 * Where the name matches: start and length in UTF-16 units.
 */
name_marks: Array<[number, number]>, 
/**
 * Where the company matches.
 */
company_marks: Array<[number, number]>, 
/**
 * The colleague who is on a call about this user.
 */
busy_with: string | null, 
/**
 * Whether that is the one who asks.
 */
busy_with_me: boolean, 
/**
 * Other rows that could be mistaken for this one on the phone.
 */
similar: Array<number>, 
/**
 * The state of the account; administrators only.
 */
admin_state: string | null, };

export type UserUnlock = { 
/**
 * Its state.
 */
state: MessageState, 
/**
 * UTC ms.
 */
queued_at: number, 
/**
 * UTC ms.
 */
accepted_at: number | null, 
/**
 * When it is tried again, while it is put off; UTC ms.
 */
deferred_until: number | null, 
/**
 * When the button was pressed, UTC ms.
 */
opened_at: number | null, 
/**
 * Until when the link works, UTC ms.
 */
link_expires_at: number | null, };

export type Verdict = { 
/**
 * Verified or not.
 */
verified: boolean, 
/**
 * The call as it is now.
 */
call: CallView, };

export type Verdicts = { 
/**
 * Which check of the call.
 */
check: number, 
/**
 * How many.
 */
checks: number, 
/**
 * Of these, verified.
 */
verified: number, };

export type WhoIsIn = Record<symbol, never>;

export type WireFailure = { 
/**
 * Stable code.
 */
code: string, 
/**
 * A finished sentence that says what to do.
 */
message: string, 
/**
 * The field of the request it is about.
 */
field?: string, 
/**
 * The reference of a fault.
 */
reference?: string, 
/**
 * UTC ms: when it is possible again. The window says it in the clock of its place.
 */
until?: number, };

/** Every operation of the desk: what is asked and what is answered. */
export interface Operations {
  greeting: { request: Greet; answer: Greeting };
  create_first_administrator: { request: CreateFirstAdministrator; answer: Created };
  confirm_first_administrator: { request: ConfirmFirstAdministrator; answer: Confirmed };
  operator_sign_in: { request: OperatorSignIn; answer: SignedIn };
  demo_sign_in: { request: DemoSignIn; answer: SignedIn };
  billing_sign_in: { request: BillingSignIn; answer: BillingSignedIn };
  enter_billing_code: { request: EnterBillingCode; answer: BillingCodeEntered };
  resend_billing_code: { request: ResendBillingCode; answer: CodeOnItsWay };
  who_is_in: { request: WhoIsIn; answer: DeskView };
  still_here: { request: StillHere; answer: Noted };
  operator_sign_out: { request: OperatorSignOut; answer: Ended };
  lock_desk: { request: LockDesk; answer: Ended };
  look_up: { request: LookUp; answer: Found };
  open_call: { request: OpenCall; answer: CallView };
  take_over_call: { request: TakeOverCall; answer: CallView };
  current_call: { request: CurrentCall; answer: Current };
  compare_preview: { request: ComparePreview; answer: Preview };
  check_answers: { request: CheckAnswers; answer: Verdict };
  send_unlock: { request: SendUnlock; answer: Sent };
  save_notes: { request: SaveNotes; answer: Saved };
  pass_on: { request: PassOn; answer: CallView };
  flag_concern: { request: FlagConcern; answer: CallView };
  end_call: { request: EndCall; answer: EndedCall };
  my_calls: { request: MyCalls; answer: MyCallList };
  confirm_code: { request: ConfirmCode; answer: CodeConfirmed };
  read_operators: { request: ReadOperators; answer: OperatorRows };
  invite_operator: { request: InviteOperator; answer: OperatorChanged };
  invite_operator_again: { request: InviteOperatorAgain; answer: OperatorChanged };
  accept_invitation: { request: AcceptInvitation; answer: Accepted };
  confirm_invitation: { request: ConfirmInvitation; answer: InvitationConfirmed };
  change_operator_role: { request: ChangeOperatorRole; answer: OperatorChanged };
  suspend_operator: { request: SuspendOperator; answer: OperatorChanged };
  resume_operator: { request: ResumeOperator; answer: OperatorChanged };
  end_operator_sessions: { request: EndOperatorSessions; answer: OperatorChanged };
  read_user: { request: ReadUser; answer: UserPage };
  reset_user_two_step: { request: ResetUserTwoStep; answer: Decided };
  resume_phone_verification: { request: ResumePhoneVerification; answer: Decided };
  lock_account: { request: LockAccount; answer: Decided };
  unlock_account: { request: UnlockAccount; answer: Decided };
  read_approvals: { request: ReadApprovals; answer: ApprovalRows };
  approve_request: { request: ApproveRequest; answer: Decided };
  decline_request: { request: DeclineRequest; answer: Decided };
  read_reports: { request: ReadReports; answer: ReportRows };
  close_report: { request: CloseReport; answer: Decided };
  read_policy: { request: ReadPolicy; answer: PolicyRows };
  change_policy: { request: ChangePolicy; answer: Decided };
  read_companies: { request: ReadCompanies; answer: CompanyRows };
  protect_company: { request: ProtectCompany; answer: Decided };
  change_company_recovery: { request: ChangeCompanyRecovery; answer: Decided };
  ask_unlock_approval: { request: AskUnlockApproval; answer: CallView };
  read_messages: { request: ReadMessages; answer: MessageRows };
  retry_message: { request: RetryMessage; answer: Decided };
  read_audit_log: { request: ReadAuditLog; answer: AuditEntries };
  export_audit_log: { request: ExportAuditLog; answer: AuditEntries };
  check_audit_log: { request: CheckAuditLog; answer: AuditChecked };
  read_statistics: { request: ReadStatistics; answer: Statistics };
  export_statistics: { request: ExportStatistics; answer: ReportTable };
  read_team: { request: ReadTeam; answer: TeamPage };
  start_review: { request: StartReview; answer: ReviewRow };
  sign_off_review: { request: SignOffReview; answer: ReviewRow };
  read_reviews: { request: ReadReviews; answer: ReviewRows };
  preview_reminder: { request: PreviewReminder; answer: ReminderPreview };
  remind_member: { request: RemindMember; answer: Reminded };
  answer_signs: { request: AnswerSigns; answer: SignsAnswered };
  invite_member: { request: InviteMember; answer: MemberInvited };
  export_review: { request: ExportReview; answer: ExportPage };
  request_state: { request: RequestState; answer: StateOfRequest };
  confirm_time: { request: ConfirmTime; answer: TimeConfirmed };
  send_test_letter: { request: SendTestLetter; answer: TestLetter };
  read_test_letter: { request: ReadTestLetter; answer: TestLetter };
  demo_mailbox: { request: DemoMailbox; answer: Mailbox };
  demo_card: { request: DemoCard; answer: Card };
}
