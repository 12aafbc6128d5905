//! The common start of many stories: Priya Raman was verified by Dana Whitlock, and her letter has arrived.

use super::agent::Agent;
use super::fixtures::NewUser;
use super::world::World;

/// Her address.
pub const PRIYA: &str = "priya.raman@hartwell.example";

/// The letter, its call, and the code that was read out.
pub struct Letter {
    pub dana: Agent,
    pub user: String,
    pub call_id: String,
    pub link: String,
    pub not_me: String,
    pub code: String,
}

/// The same of another user with her address.
pub async fn letter_of(world: &World, new: NewUser<'_>) -> Letter {
    let user = world.user(new).await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&user).await;
    let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
    world.post().await;
    let (link, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
    Letter { dana, user, call_id: call.call_id, link, not_me, code }
}

/// Makes it so.
pub async fn letter(world: &World) -> Letter {
    letter_of(world, NewUser::default()).await
}
