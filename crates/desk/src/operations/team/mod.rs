//! What billing users do at the desk: see who in the own company has 2-step on, remind, invite, and sign a review off.
//! The company is the one of the session, in every query; no request names one.

mod answer_signs;
mod export;
mod invite;
mod members;
mod network;
mod preview;
mod remind;
mod reviews;

pub use answer_signs::{AnswerSigns, SignsAnswered};
pub use export::{ExportPage, ExportReview};
pub use invite::{InviteMember, MemberInvited};
pub use members::{MemberRow, MemberSign, MemberSignAnswer, ReadTeam, TeamCounts, TeamPage};
pub use network::{NetworkNoted, NoteNetwork};
pub use preview::{PreviewReminder, ReminderPreview};
pub use remind::{RemindMember, Reminded};
pub use reviews::{ReadReviews, ReviewCounts, ReviewRow, ReviewRows, SignOffReview, StartReview};
