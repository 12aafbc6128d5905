// Every English sentence of the window, in files by screen under en/, put together here. Numbers and clock times come
// in as arguments: the rules hold them, not these files.
import * as audit from "./en/audit";
import * as call from "./en/call";
import * as common from "./en/common";
import * as companies from "./en/companies";
import * as confirmTime from "./en/confirm-time";
import * as entry from "./en/entry";
import * as frame from "./en/frame";
import * as lookUp from "./en/look-up";
import * as messages from "./en/messages";
import * as operations from "./en/operations";
import * as operators from "./en/operators";
import * as policy from "./en/policy";
import * as reports from "./en/reports";
import * as requests from "./en/requests";
import * as team from "./en/team";
import * as users from "./en/users";

export const words = {
  ...common,
  ...entry,
  ...frame,
  ...lookUp,
  ...call,
  ...users,
  ...requests,
  ...policy,
  ...audit,
  ...messages,
  ...companies,
  ...operators,
  ...operations,
  ...confirmTime,
  ...team,
  ...reports,
};
