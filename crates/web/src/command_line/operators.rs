//! `operators`: who works at the desk, and a lost authenticator.

use clap::Subcommand;
use recovery_desk::operations::list_operators::ListOperators;
use recovery_desk::operations::reset_authenticator::ResetAuthenticator;
use recovery_rules::roles::Door;

use super::database::Opened;
use super::{CALLER, CommandError};
use crate::output::line;

/// What there is to ask about operators.
#[derive(Subcommand)]
pub enum Operators {
    /// Lists them.
    List(Opened),
    /// Gives an operator who lost theirs a new authenticator, shown once; their sessions end.
    ResetAuthenticator {
        /// The address they sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        opened: Opened,
    },
}

/// Runs it.
pub async fn run(asked: Operators) -> Result<(), CommandError> {
    match asked {
        Operators::List(opened) => {
            let desk = opened.desk().await?;
            for operator in desk.perform(&CALLER, Door::System, None, ListOperators {}).await?.operators {
                line(format!(
                    "{:10} {:14} {:32} {}",
                    operator.state, operator.role, operator.email, operator.name
                ));
            }
        }
        Operators::ResetAuthenticator { email, opened } => {
            let desk = opened.desk().await?;
            let new = desk.perform(&CALLER, Door::System, None, ResetAuthenticator { email }).await?;
            line(format!("A new authenticator for {}. It is shown this once:", new.name));
            line(new.authenticator_uri);
            line(format!("or, for typing in: {}", new.authenticator_secret));
        }
    }
    Ok(())
}
