//! The house's rooms import only downwards, as the map in `src/lib.rs` says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms and the crates of others' that it may name.
const RULES: [Rule; 10] = [
    Rule { room: "register", rooms: &[], crates: &[] },
    Rule { room: "catalogue", rooms: &["register"], crates: &[] },
    Rule { room: "document", rooms: &["register"], crates: &["automerge", "autosurgeon"] },
    Rule { room: "exchange", rooms: &["register", "catalogue"], crates: &[] },
    Rule { room: "report", rooms: &["register", "catalogue"], crates: &[] },
    Rule { room: "crypto", rooms: &[], crates: &["chacha20poly1305"] },
    // Its wire, which the relay imports, may name no room at all: see below.
    Rule { room: "sync", rooms: &["crypto", "document"], crates: &[] },
    Rule { room: "relay", rooms: &["sync"], crates: &["axum", "tokio", "tower_http"] },
    Rule {
        room: "browser",
        rooms: &["register", "catalogue", "document", "exchange", "report", "crypto", "sync"],
        crates: &["automerge", "web_sys", "js_sys", "wasm_bindgen"],
    },
    Rule {
        room: "ui",
        // Of the document it knows who signs and what was, never the document itself: see below.
        rooms: &["register", "catalogue", "document", "exchange", "report", "crypto", "sync", "browser"],
        crates: &["web_sys", "js_sys", "wasm_bindgen", "leptos"],
    },
];

/// Crates that belong to some rooms only.
const GUARDED: [&str; 10] = [
    "chacha20poly1305",
    "automerge",
    "autosurgeon",
    "axum",
    "tokio",
    "tower_http",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "leptos",
];

struct Rule {
    room: &'static str,
    rooms: &'static [&'static str],
    crates: &'static [&'static str],
}

#[test]
fn every_room_imports_only_what_lies_below_it() {
    let mut broken = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(Path::new("src")) {
        let Some(room) = room_of(&file) else { continue };
        let rule = RULES.iter().find(|rule| rule.room == room);
        let rule = rule.unwrap_or_else(|| panic!("{} is in no room of the map in src/lib.rs", file.display()));
        seen.insert(room.clone());
        let source = fs::read_to_string(&file).unwrap();
        if room == "ui" && source.contains("RegisterDocument") {
            broken.push(format!("{} touches the document", file.display()));
        }
        let wire = Rule { room: "sync", rooms: &[], crates: &[] };
        let rule = if file.starts_with("src/sync/wire") || file.ends_with("sync/wire.rs") { &wire } else { rule };
        let beyond_wire = |at: usize| !source[at..].starts_with("crate::sync::wire");
        if room == "relay" && source.match_indices("crate::sync").any(|(at, _)| beyond_wire(at)) {
            broken.push(format!("{} names more of sync than its wire", file.display()));
        }
        for name in forbidden(rule, &source) {
            broken.push(format!("{} names {name}", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen.contains("register") && seen.contains("relay"), "the rooms were not found: {seen:?}");
}

#[test]
fn the_checker_sees_a_forbidden_import_in_each_way_it_can_be_written() {
    let relay = RULES.iter().find(|rule| rule.room == "relay").unwrap();
    for source in [
        "use crate::document::RegisterDoc;",
        "use crate::{\n    sync::Frame,\n    register::{self, Key},\n};",
        "fn open() { crate::document::open() }",
        "use super::super::register::Key;",
        "use klassrum::register::Register;",
        "use automerge::AutoCommit;",
        "pub use ::automerge::AutoCommit;",
    ] {
        assert_eq!(forbidden(relay, source).len(), 1, "{source}");
    }
}

#[test]
fn the_checker_lets_pass_what_a_room_may_name() {
    let relay = RULES.iter().find(|rule| rule.room == "relay").unwrap();
    for source in [
        "use crate::sync::{Frame, document};",
        "use crate::relay::listen;",
        "// unlike crate::document, this holds no key",
        "//! See [`crate::register`].",
        "use super::RelayError;",
        "use axum::Router;",
        "let register = my_automerge::thing();",
    ] {
        assert_eq!(forbidden(relay, source), Vec::<String>::new(), "{source}");
    }
}

/// What `source` names although `rule` does not allow it.
fn forbidden(rule: &Rule, source: &str) -> Vec<String> {
    let code: Vec<_> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut names = BTreeSet::new();
    for root in ["crate::", "klassrum::", "super::"] {
        for (at, _) in code.match_indices(root) {
            if !starts_word(&code, at) {
                continue;
            }
            names.extend(heads(&code[at + root.len()..]));
        }
    }
    let rooms = names
        .into_iter()
        .filter(|name| RULES.iter().any(|rule| rule.room == *name))
        .filter(|name| *name != rule.room && !rule.rooms.contains(&name.as_str()));
    let crates = GUARDED
        .into_iter()
        .filter(|name| !rule.crates.contains(name))
        .filter(|name| code.match_indices(&format!("{name}::")).any(|(at, _)| starts_word(&code, at)))
        .map(str::to_owned);
    rooms.chain(crates).collect()
}

/// The first names of a path: `sync` in `sync::Frame`, `sync` and `register` in `{sync::Frame, register::{self}}`.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut expects_head = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects_head = true,
            letter if expects_head && !letter.is_whitespace() => {
                heads.push(word(&group[at..]));
                expects_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| is_in_word(*letter)).collect()
}

fn starts_word(code: &str, at: usize) -> bool {
    !code[..at].chars().next_back().is_some_and(is_in_word)
}

fn is_in_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// `report` for `src/report.rs` and for all below `src/report/`; the mains and the build script are in no room.
fn room_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix("src").unwrap().components().next().unwrap();
    let name = Path::new(first.as_os_str()).file_stem().unwrap().to_str().unwrap().to_owned();
    (!["lib", "main", "build"].contains(&name.as_str())).then_some(name)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
