//! Who gets through which door to which operation: computed by trying every line of the table, compared with a
//! file that people review. A new operation can't be added without appearing there.

use std::collections::BTreeMap;

use recovery_desk::caller::Caller;
use recovery_desk::failure::Failure;
use recovery_desk::operations::{Listed, TABLE};
use recovery_rules::roles::{Door, Role};

use crate::harness::api::{ApiDesk, Served, served};
use crate::harness::biller;
use crate::harness::fixtures::NewUser;
use crate::harness::pages;
use crate::harness::world::request_id;
use crate::harness::{Engine, PASSWORD, World, on_both_databases};
use recovery_desk::operations::billing_sign_in::BillingSignedIn;
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_rules::states::TwoStep;

const REVIEWED: &str = include_str!("role_matrix.txt");

/// Billing users: of the company of everybody else here, of another, and one who was demoted a second ago.
const BILLING: [(&str, &str, &str); 3] = [
    ("billing", "grace.obi@hartwell.example", "Hartwell Logistics"),
    ("other_billing", "sten@osprey.example", "Osprey"),
    ("demoted_billing", "ida@hartwell.example", "Hartwell Logistics"),
];

/// The same over the network, people of their own: the newest session of a billing user ends the others.
const BILLING_AT_A_SERVER: [(&str, &str, &str); 3] = [
    ("billing", "gus@hartwell.example", "Hartwell Logistics"),
    ("other_billing", "siv@osprey.example", "Osprey"),
    ("demoted_billing", "ivy@hartwell.example", "Hartwell Logistics"),
];

/// What stops somebody before the operation itself is asked anything.
const STOPPED: [&str; 2] = ["signed_out", "not_allowed"];

on_both_databases! {
    async fn the_matrix_of_roles_doors_and_operations_is_the_reviewed_one(engine: Engine) {
        let (world, served) = served(engine).await;
        let mut network = Network::new(&world, &served);
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        for (_, email, company) in BILLING.into_iter().chain(BILLING_AT_A_SERVER) {
            let kind = "billing";
            world.user(NewUser { email, company, kind, two_step: TwoStep::Never, ..NewUser::default() }).await;
        }
        let people = [
            "nobody", "user", "agent", "administrator", "billing", "other_billing", "demoted_billing", "system",
        ];
        let doors = [("desk", Door::Desk), ("pages", Door::Pages), ("system", Door::System)];
        let mut table = String::from("# operation | who gets through, as who@door; everybody else is stopped before the operation\n");
        for listed in TABLE {
            let mut through = Vec::new();
            for (door_name, door) in doors {
                for who in people {
                    // Each try with a session of its own: some operations end it.
                    let caller = sign_in(&world, who).await;
                    if gets_through(&world, &caller, door, listed.name).await {
                        through.push(format!("{who}@{door_name}"));
                    }
                }
            }
            through.extend(network.who_gets_through(listed).await);
            table.push_str(&format!("{} | {}\n", listed.name, through.join(" ")));
        }
        if std::env::var_os("RECOVERY_DESK_WRITE_MATRIX").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/stories/role_matrix.txt"), &table).unwrap();
            return;
        }
        assert!(table == REVIEWED, "tests/stories/role_matrix.txt is not what is built; computed:\n{table}");
    }
}

/// Somebody of that kind, signed in just now.
async fn sign_in(world: &World, who: &str) -> Caller {
    match who {
        "nobody" => Caller::Nobody,
        "user" => {
            let signed_in = pages::sign_in(&world.desk, "priya.raman@hartwell.example", PASSWORD).await;
            let UserSignedIn::Done(SignedIn { token, .. }) = signed_in.unwrap() else {
                panic!("no code is asked for")
            };
            Caller::Session(token)
        }
        "agent" => world.agent(&format!("Agent {}", request_id())).await.caller,
        "administrator" => {
            let name = format!("Administrator {}", request_id());
            world.operator(Role::Administrator, &name).await.caller
        }
        "billing" | "other_billing" | "demoted_billing" => {
            let (_, email, _) = BILLING.iter().find(|billing| billing.0 == who).unwrap();
            world.change("UPDATE users SET kind = 'billing' WHERE email = $1", email).await;
            let Ok(BillingSignedIn::SignedIn(signed_in)) = biller::password(&world.desk, email).await else {
                panic!("no code is asked for")
            };
            if who == "demoted_billing" {
                world.change("UPDATE users SET kind = 'standard' WHERE email = $1", email).await;
            }
            Caller::Session(signed_in.token)
        }
        _ => Caller::System("story"),
    }
}

/// Everybody who may try the desk API, each at a desk of their own over TLS.
struct Network<'a> {
    world: &'a World,
    served: &'a Served,
    desks: BTreeMap<&'static str, ApiDesk>,
}

impl<'a> Network<'a> {
    fn new(world: &'a World, served: &'a Served) -> Self {
        Self { world, served, desks: BTreeMap::new() }
    }

    /// Every kind of caller tries; where the desk API doesn't lead, those who come furthest elsewhere suffice.
    async fn who_gets_through(&mut self, listed: &Listed) -> Vec<String> {
        let everybody: &[_] = if listed.doors.contains(&Door::Desk) {
            &[
                "nobody",
                "user",
                "agent",
                "administrator",
                "suspended",
                "demoted",
                "billing",
                "other_billing",
                "demoted_billing",
            ]
        } else {
            &["nobody", "administrator"]
        };
        let mut through = Vec::new();
        for who in everybody {
            if !self.desks.contains_key(who) {
                // Signing in is counted by where it comes from too: time for the few requests it needs.
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                let desk = self.desk_of(who).await;
                self.desks.insert(who, desk);
            }
            let desk = &self.desks[who];
            // Who is not signed in is counted by where they come from, and here everybody comes from one place.
            let tried = loop {
                match desk.ask(listed.name, crate::role_bodies::body(listed.name)).await {
                    Err(code) if code == "busy" => {
                        tokio::time::sleep(std::time::Duration::from_secs(2)).await
                    }
                    tried => break tried,
                }
            };
            let stopped = match &tried {
                Ok(_) => false,
                Err(code) => {
                    assert!(
                        !["fault", "malformed_request"].contains(&code.as_str()),
                        "{}: {code}",
                        listed.name
                    );
                    STOPPED.contains(&code.as_str())
                }
            };
            if !stopped {
                through.push(format!("{who}@api"));
            }
            if *who != "nobody" && desk.token().is_none() {
                // The operation ended the session.
                self.desks.remove(who);
            }
        }
        through
    }

    /// Somebody of that kind, signed in over the network just now.
    async fn desk_of(&self, who: &str) -> ApiDesk {
        let name = format!("Networker {}", request_id());
        let role = if who == "agent" || who == "suspended" { Role::Agent } else { Role::Administrator };
        match who {
            "nobody" => self.served.desk(),
            "billing" | "other_billing" | "demoted_billing" => {
                let (_, email, _) = BILLING_AT_A_SERVER.iter().find(|billing| billing.0 == who).unwrap();
                self.world.change("UPDATE users SET kind = 'billing' WHERE email = $1", email).await;
                let desk = self.served.desk();
                let body = serde_json::json!({ "email": email, "password": PASSWORD });
                desk.ask("billing_sign_in", body).await.unwrap();
                if who == "demoted_billing" {
                    self.world.change("UPDATE users SET kind = 'standard' WHERE email = $1", email).await;
                }
                desk
            }
            "user" => {
                let Caller::Session(token) = sign_in(self.world, "user").await else { panic!("signed in") };
                let desk = self.served.desk();
                desk.hold(Some(token));
                desk
            }
            _ => {
                let operator = self.world.operator(role, &name).await;
                let desk = self.served.sign_in(self.world, &operator).await;
                match who {
                    "suspended" => {
                        self.world
                            .change("UPDATE operators SET state = 'suspended' WHERE id = $1", &operator.id)
                            .await;
                    }
                    "demoted" => {
                        self.world
                            .change("UPDATE operators SET role = 'agent' WHERE id = $1", &operator.id)
                            .await
                    }
                    _ => {}
                }
                desk
            }
        }
    }
}

/// An empty request is malformed for most operations: a malformed one is refused as such only after the door was
/// right, so the actor is asked for with a body that fits no operation and one that is empty.
async fn gets_through(world: &World, caller: &Caller, door: Door, name: &str) -> bool {
    let listed = TABLE.iter().find(|listed| listed.name == name).unwrap();
    let body = crate::role_bodies::body(name);
    match world.desk.perform_named(caller, door, name, Some(&request_id()), body).await {
        Ok(_) => true,
        Err(Failure::Refused(refusal)) => {
            assert_ne!(refusal.code(), "malformed_request", "role_bodies has no request for {}", listed.name);
            !STOPPED.contains(&refusal.code())
        }
        Err(fault) => panic!("{name}: {fault}"),
    }
}
