//! The desk API over TLS, by desks without a window: the main job, sessions bound to their device, the versions, the
//! stream of events.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use recovery_desk::caller::Caller;
use recovery_desk::chance::Chance;
use recovery_desk::device::{DeviceKey, Request};
use recovery_desk::operations::TABLE;
use recovery_desk::operations::operators::{EndOperatorSessions, SuspendOperator};
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_desk::secret::SecretText;
use recovery_rules::roles::{Door, Role};
use recovery_rules::time::{Moment, Span};
use recovery_web::desk_api::client::{ClientProblem, DeskClient};
use reqwest::{Certificate, Client, Response};
use serde_json::{Value, json};

use crate::harness::api::{ApiDesk, Served, authority, hears, served};
use crate::harness::posted::PRIYA;
use crate::harness::world::request_id;
use crate::harness::{ANSWERS, Engine, PASSWORD, on_both_databases, refused, scan};

const EVENTS: [&str; 2] = ["call_changed", "message_changed"];

fn answers() -> Value {
    json!(ANSWERS)
}

/// Opens a call about the only user there is, and verifies the caller.
async fn verified(desk: &ApiDesk) -> String {
    let found = desk.ask("look_up", json!({ "query": "priya", "search_id": request_id() })).await.unwrap();
    let user = found["users"][0]["user_id"].as_str().unwrap().to_owned();
    let call = desk.ask("open_call", json!({ "user_id": user, "reference": null })).await.unwrap();
    let call_id = call["call_id"].as_str().unwrap().to_owned();
    let verdict =
        desk.ask("check_answers", json!({ "call_id": call_id, "answers": answers() })).await.unwrap();
    assert_eq!(verdict["verified"], true);
    call_id
}

on_both_databases! {
    async fn the_main_job_is_done_over_the_desk_api_and_nothing_secret_is_written_anywhere(engine: Engine) {
        let (world, served) = served(engine).await;
        world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let desk = served.sign_in(&world, &dana).await;
        let mut stream = desk.listen(None).await.unwrap();
        let call_id = verified(&desk).await;
        let sent = desk.ask("send_unlock", json!({ "call_id": call_id, "again": false })).await.unwrap();
        assert_eq!(sent["call_code"].as_str().unwrap().len(), 6, "{sent}");
        hears(&mut stream, &EVENTS).await;
        world.post().await;
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").text.contains("/unlock/"));
        hears(&mut stream, &["message_changed"]).await;
        let call = desk.ask("current_call", json!({})).await.unwrap();
        assert_eq!(call["call"]["call_id"], call_id.as_str());
        let ended = desk.ask("end_call", json!({ "call_id": call_id, "notes": "All well." })).await.unwrap();
        assert_eq!(ended["outcome"], "mail_sent", "{ended}");
        let token = desk.token().unwrap();
        desk.ask("operator_sign_out", json!({})).await.unwrap();
        assert!(desk.token().is_none());
        desk.hold(Some(token.clone()));
        assert_eq!(desk.ask("who_is_in", json!({})).await.unwrap_err(), "signed_out");
        world.audit().await;
        scan::assert_nowhere(&world, &[token.expose(), ANSWERS[1], PASSWORD], "Dana Whitlock");
    }

    async fn a_token_is_worth_nothing_without_the_device_it_was_made_for(engine: Engine) {
        let (world, served) = served(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        let desk = served.sign_in(&world, &dana).await;
        let token = desk.token().unwrap();
        // On another computer.
        let thief = served.desk();
        thief.hold(Some(token.clone()));
        assert_eq!(thief.ask("who_is_in", json!({})).await.unwrap_err(), "signed_out");
        assert_eq!(thief.listen(None).await.unwrap_err(), "signed_out");
        // In a window on the database itself.
        let caller = Caller::Session(token);
        assert_eq!(refused(world.desk.perform(&caller, Door::Desk, None, WhoIsIn {}).await), "signed_out");
        // And the other way round: a session of a window is not carried to a device.
        let tom = world.agent("Tom Ito").await;
        let Caller::Session(of_the_window) = &tom.caller else { panic!("signed in") };
        thief.hold(Some(of_the_window.clone()));
        assert_eq!(thief.ask("who_is_in", json!({})).await.unwrap_err(), "signed_out");
        desk.ask("who_is_in", json!({})).await.unwrap();
    }

    async fn a_copied_request_counts_once_and_a_changed_or_old_one_never(engine: Engine) {
        let (world, served) = served(engine).await;
        world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let desk = served.sign_in(&world, &dana).await;
        let token = desk.token().unwrap();
        let now = world.desk.clock.machine();
        let look = json!({ "query": "priya", "search_id": "s-1" }).to_string();
        let wire = Wire { http: http(), url: served.url.as_str(), device: desk.client.device(), token: &token };
        let (first, proof) = wire.send("look_up", None, &look, now).await;
        assert_eq!(first.status(), StatusCode::OK);
        let again = wire.send_proved("look_up", None, &look, &proof).await;
        assert_eq!(code(again).await, "signed_out");
        assert_eq!(world.audited("look_up", "done").await, 1);
        // A read leaves nothing behind, and is refused at this server all the same.
        let (first, proof) = wire.send("who_is_in", None, "{}", now).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(code(wire.send_proved("who_is_in", None, "{}", &proof).await).await, "signed_out");
        // The proof is for this body, this operation, this request id.
        let proof = wire.proof("look_up", Some("r-1"), &look, now);
        let other = look.replace("priya", "raman");
        assert_eq!(code(wire.send_proved("look_up", Some("r-1"), &other, &proof).await).await, "signed_out");
        assert_eq!(code(wire.send_proved("look_up", Some("r-2"), &look, &proof).await).await, "signed_out");
        assert_eq!(code(wire.send_proved("my_calls", Some("r-1"), &look, &proof).await).await, "signed_out");
        // And for this minute.
        for moment in [now - Span::seconds(61), now + Span::seconds(61)] {
            let (late, _) = wire.send("who_is_in", None, "{}", moment).await;
            assert_eq!(code(late).await, "device_time");
        }
        // Nonces are kept as long as their proof could be taken, and no longer.
        world.later(Span::minutes(5));
        world.look_round().await;
        assert_eq!(world.count("SELECT COUNT(*) FROM device_proofs").await, 0);
        // The desk goes by the server's time, whatever its own machine thinks.
        desk.ask("who_is_in", json!({})).await.unwrap();
    }

    async fn whoever_is_signed_out_elsewhere_hears_it_at_once_and_does_nothing_more(engine: Engine) {
        let (world, served) = served(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        let ada = world.operator(Role::Administrator, "Ada Boss").await;
        let desk = served.sign_in(&world, &dana).await;
        let mut stream = desk.listen(None).await.unwrap();
        ada.ask(EndOperatorSessions { operator_id: dana.id.clone() }).await.unwrap();
        assert_eq!(desk.ask("who_is_in", json!({})).await.unwrap_err(), "signed_out");
        hears(&mut stream, &["signed_out"]).await;
        assert!(stream.next().await.is_err(), "the stream ends with the session");
        // Suspended a second ago: not even the next sign-in.
        let desk = served.sign_in(&world, &dana).await;
        ada.ask(SuspendOperator { operator_id: dana.id.clone() }).await.unwrap();
        assert_eq!(desk.ask("look_up", json!({ "query": "pri", "search_id": "s" })).await.unwrap_err(), "signed_out");
        world.later(Span::seconds(30));
        assert_eq!(desk.sign_in(&world, &dana).await.unwrap_err(), "sign_in_not_right");
    }

    async fn a_take_over_and_what_was_missed_are_heard_and_nothing_meant_for_others(engine: Engine) {
        let (world, served) = served(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let (first, second) = (served.sign_in(&world, &dana).await, served.sign_in(&world, &tom).await);
        let mut hers = first.listen(None).await.unwrap();
        let mut his = second.listen(None).await.unwrap();
        let call_id = verified(&first).await;
        let heard = hears(&mut hers, &["call_changed"]).await;
        assert_eq!(heard.call_id.as_deref(), Some(call_id.as_str()));
        let last = hers.last().unwrap().to_owned();
        drop(hers);
        second.ask("take_over_call", json!({ "user_id": priya })).await.unwrap();
        let mut hers = first.listen(Some(&last)).await.unwrap();
        hears(&mut hers, &["call_taken_over"]).await;
        // A concern is for administrators; an agent hears that the call changed.
        let flag = json!({ "call_id": call_id, "notes": "The caller was prompted." });
        second.ask("flag_concern", flag).await.unwrap();
        let ended = json!({ "call_id": call_id, "notes": "" });
        second.ask("end_call", ended).await.unwrap();
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(3);
        while let Ok(event) = tokio::time::timeout_at(until, his.next()).await {
            let Some(event) = event.unwrap() else { continue };
            assert!(["call_changed", "message_changed"].contains(&event.kind.as_str()), "{event:?}");
        }
    }

    async fn d13_6_an_old_desk_and_a_new_one_are_told_politely_before_anything_is_written(engine: Engine) {
        let (world, served) = served(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        let desk = served.sign_in(&world, &dana).await;
        let before = world.audit().await.len();
        let token = desk.token().unwrap();
        let wire = Wire { http: http(), url: served.url.as_str(), device: desk.client.device(), token: &token };
        let look = json!({ "query": "priya", "search_id": "s-1" }).to_string();
        let proof = wire.proof("look_up", None, &look, world.desk.clock.machine());
        for (version, told) in [("0", "desk_too_old"), ("2", "desk_too_new"), ("x", "malformed_request")] {
            let response = wire.request("look_up", None, &look, &proof).header("desk-api-version", version);
            assert_eq!(code(response.send().await.unwrap()).await, told);
        }
        assert_eq!(world.audit().await.len(), before);
        // Asked without a version, or too much at once.
        let url = served.url.join("/desk/look_up").unwrap();
        assert_eq!(code(http().post(url.clone()).body("{}").send().await.unwrap()).await, "malformed_request");
        let large = http().post(url).header("desk-api-version", "1").body(vec![b' '; 65 * 1024]);
        assert_eq!(large.send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn a_server_that_is_told_to_stop_finishes_what_is_under_way_and_a_desk_goes_on_at_the_next(engine: Engine) {
        let (world, served) = served(engine).await;
        world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let desk = served.sign_in(&world, &dana).await;
        let call_id = verified(&desk).await;
        let mut stream = desk.listen(None).await.unwrap();
        let (url, device) = (served.url.clone(), desk.client.device().clone());
        let saving = json!({ "call_id": call_id, "notes": "Asked for the second time." });
        let (saved, ()) = tokio::join!(desk.ask("save_notes", saving), served.stop());
        while stream.next().await.is_ok() {}
        let listener = std::net::TcpListener::bind(("127.0.0.1", url.port().unwrap())).unwrap();
        listener.set_nonblocking(true).unwrap();
        let _next = Served::start(&world, world.another_desk().await, listener, url.clone());
        // Another process of the app, with what the keyring kept.
        let again = ApiDesk::with(&url, device);
        again.hold(desk.token());
        let call = again.ask("current_call", json!({})).await.unwrap();
        assert_eq!(call["call"]["call_id"], call_id.as_str());
        if saved.is_ok() {
            assert_eq!(call["call"]["notes"], "Asked for the second time.");
        }
    }

    async fn what_is_for_a_window_alone_is_not_there_over_the_network(engine: Engine) {
        let (world, served) = served(engine).await;
        let desk = served.desk();
        for listed in TABLE.iter().filter(|l| l.doors.contains(&Door::Desk) && !l.over_network) {
            let refused = desk.ask(listed.name, crate::role_bodies::body(listed.name)).await.unwrap_err();
            assert_eq!(refused, "not_allowed", "{}", listed.name);
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM operators").await, 0);
        let document = http().get(served.url.join("/desk/openapi.json").unwrap()).send().await.unwrap();
        let document: Value = document.json().await.unwrap();
        assert!(document["paths"]["/desk/look_up"]["post"].is_object());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_server_and_a_stranger_at_its_address_are_told_as_what_they_are() {
    let answer_with = |version: Option<&'static str>| async move {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url: url::Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let answer = move || async move {
            let headers: Vec<_> = version.map(|version| ("desk-api-version", version)).into_iter().collect();
            (axum::response::AppendHeaders(headers), "{}")
        };
        let router = Router::new().route("/desk/{name}", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = DeskClient::new(&url, None, DeviceKey::fresh(&Chance::operating_system())).unwrap();
        client.perform(None, "greeting", None, &json!({})).await
    };
    assert!(answer_with(Some("1")).await.is_ok());
    assert_eq!(answer_with(Some("0")).await.unwrap_err().code, "desk_too_new");
    let stranger = answer_with(None).await.unwrap_err();
    assert!(stranger.message.contains("no desk server"), "{stranger:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_a_desk_speaks_to_its_server_over_verified_tls_or_not_at_all() {
    let (_world, served) = served(Engine::Sqlite).await;
    let key = || DeviceKey::fresh(&Chance::operating_system());
    let greet = |client: DeskClient| async move { client.perform(None, "greeting", None, &json!({})).await };
    let ours = DeskClient::new(&served.url, Some(&authority()), key()).unwrap();
    assert!(greet(ours).await.is_ok());
    // The system's authorities don't know it, another house's neither, and the name must be right.
    let system = DeskClient::new(&served.url, None, key()).unwrap();
    assert!(greet(system).await.unwrap_err().message.contains("UnknownIssuer"));
    let other = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("support/other_authority.pem");
    let stranger = DeskClient::new(&served.url, Some(&other), key()).unwrap();
    assert!(greet(stranger).await.unwrap_err().message.contains("UnknownIssuer"));
    let mut wrong_name = served.url.clone();
    wrong_name.set_host(Some("127.0.0.2")).unwrap();
    let (listener, _) = crate::harness::api::place();
    wrong_name.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    for clear in ["http://desk.example.org/", "ftp://desk.example.org/", "https://a:b@desk.example.org/"] {
        let problem = DeskClient::new(&clear.parse().unwrap(), None, key()).unwrap_err();
        assert!(matches!(problem, ClientProblem::Address), "{clear}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_fast_is_told_to_wait_and_colleagues_are_not() {
    let (world, served) = served(Engine::Sqlite).await;
    let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
    let (first, second) = (served.sign_in(&world, &dana).await, served.sign_in(&world, &tom).await);
    let asked = futures_of(&first, 400).await;
    assert!(asked.contains(&"busy".to_owned()), "{asked:?}");
    second.ask("who_is_in", json!({})).await.unwrap();
}

/// So many reads at once; the codes of the refusals.
async fn futures_of(desk: &ApiDesk, times: usize) -> Vec<String> {
    let token = desk.token();
    let running: Vec<_> = (0..times)
        .map(|_| {
            let (client, token) = (desk.client.clone(), token.clone());
            tokio::spawn(async move {
                client.perform(token.as_ref(), "who_is_in", None, &json!({})).await.err().map(|f| f.code)
            })
        })
        .collect();
    let mut codes = Vec::new();
    for one in running {
        codes.extend(one.await.unwrap());
    }
    codes
}

fn http() -> Client {
    let authority = Certificate::from_pem(&std::fs::read(authority()).unwrap()).unwrap();
    Client::builder().tls_certs_only([authority]).build().unwrap()
}

async fn code(response: Response) -> String {
    let failure: Value = response.json().await.unwrap();
    failure["code"].as_str().unwrap().to_owned()
}

/// Requests written by hand, as somebody in the middle would.
struct Wire<'a> {
    http: Client,
    url: &'a str,
    device: &'a DeviceKey,
    token: &'a SecretText,
}

impl Wire<'_> {
    fn proof(&self, operation: &str, request_id: Option<&str>, body: &str, at: Moment) -> String {
        let asked = Request { operation, request_id, token: Some(self.token), body: body.as_bytes() };
        self.device.prove(&asked, at, &Chance::operating_system())
    }

    async fn send(&self, operation: &str, id: Option<&str>, body: &str, at: Moment) -> (Response, String) {
        let proof = self.proof(operation, id, body, at);
        (self.send_proved(operation, id, body, &proof).await, proof)
    }

    async fn send_proved(&self, operation: &str, id: Option<&str>, body: &str, proof: &str) -> Response {
        let request = self.request(operation, id, body, proof).header("desk-api-version", "1");
        request.send().await.unwrap()
    }

    fn request(&self, operation: &str, id: Option<&str>, body: &str, proof: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}desk/{operation}", self.url)).body(body.to_owned());
        let request = request.header("desk-proof", proof).bearer_auth(self.token.expose());
        match id {
            Some(id) => request.header("desk-request-id", id),
            None => request,
        }
    }
}
