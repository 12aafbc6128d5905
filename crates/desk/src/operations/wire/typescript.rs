//! Reads the TypeScript that the types of the wire are written as, into JSON Schema: the few forms that occur, and
//! nothing else. What it doesn't know makes the test fail instead of leaving a hole.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::{Map, Value, json};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Comment(String),
    Sign(char),
}

/// The schema of `type Name = …;`.
pub fn schema_of_declaration(declaration: &str) -> Value {
    let (_, body) = declaration.split_once('=').unwrap();
    schema_of(body.trim().trim_end_matches(';'))
}

/// The schema of a type.
pub fn schema_of(text: &str) -> Value {
    let mut tokens = tokens(text).into_iter().peekable();
    let schema = union(&mut tokens);
    assert_eq!(tokens.next(), None, "not understood: {text}");
    schema
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("/**") {
            let end = rest.find("*/").unwrap();
            let lines = rest[3..end].lines().map(|line| line.trim().trim_start_matches('*').trim());
            let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            found.push(Token::Comment(text));
            end + 2
        } else if first == '"' {
            let end = rest[1..].find('"').unwrap() + 1;
            found.push(Token::Text(rest[1..end].to_owned()));
            end + 1
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            end
        } else {
            found.push(Token::Sign(first));
            first.len_utf8()
        };
        rest = rest[length..].trim_start();
    }
    found
}

type Tokens = Peekable<IntoIter<Token>>;

fn union(tokens: &mut Tokens) -> Value {
    let mut options = vec![both(tokens)];
    while tokens.next_if_eq(&Token::Sign('|')).is_some() {
        options.push(both(tokens));
    }
    if options.len() == 1 {
        return options.remove(0);
    }
    let words: Option<Vec<_>> = options.iter().map(|option| option.get("const").cloned()).collect();
    match words {
        Some(words) => json!({ "type": "string", "enum": words }),
        None => json!({ "anyOf": options }),
    }
}

fn both(tokens: &mut Tokens) -> Value {
    let mut parts = vec![repeated(tokens)];
    while tokens.next_if_eq(&Token::Sign('&')).is_some() {
        parts.push(repeated(tokens));
    }
    if parts.len() == 1 { parts.remove(0) } else { json!({ "allOf": parts }) }
}

fn repeated(tokens: &mut Tokens) -> Value {
    let mut schema = one(tokens);
    while tokens.next_if_eq(&Token::Sign('[')).is_some() {
        expect(tokens, ']');
        schema = json!({ "type": "array", "items": schema });
    }
    schema
}

fn one(tokens: &mut Tokens) -> Value {
    match tokens.next().unwrap() {
        Token::Comment(text) => {
            let mut schema = one(tokens);
            describe(&mut schema, text);
            schema
        }
        Token::Text(text) => json!({ "const": text }),
        Token::Sign('{') => object(tokens),
        Token::Sign('(') => {
            let schema = union(tokens);
            expect(tokens, ')');
            schema
        }
        Token::Sign('[') => {
            let items = list(tokens, ']');
            json!({ "type": "array", "prefixItems": items, "minItems": items.len(), "maxItems": items.len() })
        }
        Token::Word(word) => named(&word, tokens),
        other => panic!("not understood: {other:?}"),
    }
}

fn named(word: &str, tokens: &mut Tokens) -> Value {
    let of = match tokens.next_if_eq(&Token::Sign('<')) {
        Some(_) => list(tokens, '>'),
        None => Vec::new(),
    };
    match (word, of.as_slice()) {
        ("string", []) => json!({ "type": "string" }),
        ("number", []) => json!({ "type": "integer" }),
        ("boolean", []) => json!({ "type": "boolean" }),
        ("null", []) => json!({ "type": "null" }),
        ("true" | "false", []) => json!({ "const": word == "true" }),
        ("symbol" | "never" | "undefined", []) => json!({ "not": {} }),
        // What an object without fields is written as.
        ("Record", [_, _]) => json!({ "type": "object", "properties": {} }),
        ("Array", [items]) => json!({ "type": "array", "items": items }),
        (name, []) => json!({ "$ref": format!("#/components/schemas/{name}") }),
        (name, _) => panic!("not understood: {name}<…>"),
    }
}

fn object(tokens: &mut Tokens) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    loop {
        let mut said = None;
        let name = loop {
            match tokens.next().unwrap() {
                Token::Comment(text) => said = Some(text),
                Token::Sign('}') => {
                    return json!({ "type": "object", "properties": properties, "required": required });
                }
                Token::Word(name) | Token::Text(name) => break name,
                Token::Sign(',' | ';') => {}
                other => panic!("not understood: {other:?}"),
            }
        };
        if tokens.next_if_eq(&Token::Sign('?')).is_none() {
            required.push(name.clone());
        }
        expect(tokens, ':');
        let mut schema = union(tokens);
        if let Some(said) = said {
            describe(&mut schema, said);
        }
        properties.insert(name, schema);
    }
}

fn list(tokens: &mut Tokens, end: char) -> Vec<Value> {
    let mut items = Vec::new();
    while tokens.next_if_eq(&Token::Sign(end)).is_none() {
        items.push(union(tokens));
        tokens.next_if_eq(&Token::Sign(','));
    }
    items
}

fn expect(tokens: &mut Tokens, sign: char) {
    assert_eq!(tokens.next(), Some(Token::Sign(sign)));
}

fn describe(schema: &mut Value, text: String) {
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("description".to_owned(), text.into());
    }
}

#[test]
fn the_forms_that_occur_are_understood() {
    assert_eq!(schema_of("string | null")["anyOf"][1], json!({ "type": "null" }));
    assert_eq!(schema_of("\"a\" | \"b\""), json!({ "type": "string", "enum": ["a", "b"] }));
    let object = schema_of("{ /** The call. */ call_id: string, until?: number, }");
    assert_eq!(object["required"], json!(["call_id"]));
    assert_eq!(object["properties"]["call_id"]["description"], "The call.");
    assert_eq!(schema_of("Array<UserRow>")["items"]["$ref"], "#/components/schemas/UserRow");
    assert_eq!(schema_of("[string, number]")["maxItems"], 2);
    assert_eq!(schema_of("{ a: string, } & DeskView")["allOf"].as_array().unwrap().len(), 2);
}
