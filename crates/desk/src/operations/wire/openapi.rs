//! The desk API as an OpenAPI 3.1 document, written from the operations table and the types of the wire:
//! `operations/openapi.json`. The test fails when the file is not what they say; `RECOVERY_DESK_WRITE_WIRE=1` writes it.

use std::path::Path;

use recovery_rules::roles::{Door, Who};
use serde_json::{Map, Value, json};

use super::declared;
use super::typescript::{schema_of, schema_of_declaration};
use crate::API_VERSION;
use crate::operation::Kind;
use crate::operations::{Listed, TABLE};
use crate::perform::leads;

fn document() -> String {
    let (declarations, lines) = declared();
    let mut schemas: Map<String, Value> = declarations
        .iter()
        .map(|(name, declaration)| (name.clone(), schema_of_declaration(declaration)))
        .collect();
    let mut paths = Map::new();
    for listed in TABLE.iter().filter(|l| leads(l.doors, l.over_network, Door::DeskApi)) {
        let (_, request, answer) = lines.iter().find(|line| line.0 == listed.name).unwrap();
        if let Some(schema) = schemas.get_mut(request) {
            // An unknown field is a misunderstanding, not a request.
            schema["additionalProperties"] = json!(false);
        }
        paths.insert(format!("/desk/{}", listed.name), json!({ "post": path(listed, request, answer) }));
    }
    paths.insert("/desk/events".to_owned(), json!({ "get": events() }));
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Recovery Desk: the desk API",
            "version": API_VERSION.to_string(),
            "description": "Written from the operations table. Ids are strings, times are UTC milliseconds. Answers gain fields within one version; whoever reads them ignores the ones it doesn't know. See docs/desk-api.md.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": { "Session": {
                "description": "`started <token>` after a sign-in, `ended` after a sign-out or lock.",
                "schema": { "type": "string" },
            } },
            "parameters": {
                "Version": header("Desk-Api-Version", true, "The version of the wire the desk speaks."),
                "Proof": header("Desk-Proof", true, "The proof of the desk's device for this very request: <public key>.<UTC ms>.<nonce>.<signature>."),
                "RequestId": header("Desk-Request-Id", true, "The client's id of this attempt; the same for a retry, which is then harmless."),
                "LastEvent": header("Last-Event-ID", false, "The id of the last event heard, to hear what was missed."),
            },
            "responses": { "Failure": {
                "description": "Refused, or broken: a stable code and a finished sentence.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/WireFailure" } } },
            } },
            "securitySchemes": { "session": {
                "type": "http", "scheme": "bearer",
                "description": "The token of a sign-in, good with the device key it was made with and with no other.",
            } },
        },
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    text
}

fn path(listed: &Listed, request: &str, answer: &str) -> Value {
    let parameter = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut parameters = vec![parameter("Version"), parameter("Proof")];
    if matches!(listed.kind, Kind::Change | Kind::ChangeOnce) {
        parameters.push(parameter("RequestId"));
    }
    let (who, security) = match listed.who {
        Who::Operator(roles) => {
            let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
            (names.join(", "), json!([{ "session": [] }]))
        }
        _ => ("anybody".to_owned(), json!([])),
    };
    json!({
        "operationId": listed.name,
        "summary": format!("For: {who}."),
        "security": security,
        "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema_of(request) } } },
        "responses": {
            "200": {
                "description": "Done.",
                "headers": { "Desk-Session": { "$ref": "#/components/headers/Session" } },
                "content": { "application/json": { "schema": schema_of(answer) } },
            },
            "default": { "$ref": "#/components/responses/Failure" },
        },
    })
}

fn events() -> Value {
    json!({
        "operationId": "events",
        "summary": "What happens, as server-sent events with ids only. For whoever is signed in.",
        "security": [{ "session": [] }],
        "parameters": [
            { "$ref": "#/components/parameters/Version" },
            { "$ref": "#/components/parameters/Proof" },
            { "$ref": "#/components/parameters/LastEvent" },
        ],
        "responses": {
            "200": { "description": "The stream.", "content": { "text/event-stream": { "schema": { "type": "string" } } } },
            "default": { "$ref": "#/components/responses/Failure" },
        },
    })
}

fn header(name: &str, required: bool, description: &str) -> Value {
    json!({ "name": name, "in": "header", "required": required, "description": description, "schema": { "type": "string" } })
}

#[test]
fn the_openapi_document_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operations/openapi.json");
    let document = document();
    if std::env::var_os("RECOVERY_DESK_WRITE_WIRE").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == document,
        "operations/openapi.json is stale; write it with RECOVERY_DESK_WRITE_WIRE=1"
    );
}

#[test]
fn every_type_the_document_names_is_in_it() {
    let document: Value = serde_json::from_str(&document()).unwrap();
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    assert!(document["paths"]["/desk/look_up"].is_object());
    // What is for a window alone is not for the network.
    for name in ["demo_sign_in", "demo_mailbox", "demo_card", "create_first_administrator"] {
        assert!(document["paths"][format!("/desk/{name}")].is_null(), "{name}");
    }
}
