//! Turns the screen's words into Rust, and stops the build when a text is missing in either language.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

const WORDS: &str = "src/ui/words";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/build.rs");
    println!("cargo::rerun-if-changed={WORDS}");
    // sqlx reads migrations when the program is built.
    println!("cargo::rerun-if-changed=src/relay/store");
    same_keys()?;
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        return Ok(());
    }
    // The page's module is cut in pieces before wasm-bindgen sees it, and what refers to what must be known then.
    println!("cargo::rustc-link-arg-bin=klassrum=--emit-relocs");
    let options = ParseOptions::new().interpolate_display(true);
    let config = Config::new("sv")?.add_locale("en")?.locales_path(WORDS).parse_options(options);
    let words = TranslationsInfos::parse(config)?;
    words.emit_diagnostics();
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    words.generate_i18n_module(PathBuf::from(out).join("i18n"))?;
    Ok(())
}

/// Both languages have the same keys, and no text is empty.
fn same_keys() -> Result<(), Box<dyn Error>> {
    let swedish = keys("sv")?;
    let english = keys("en")?;
    for (has, lacks, missing) in
        [("en", "sv", english.difference(&swedish)), ("sv", "en", swedish.difference(&english))]
    {
        let missing: Vec<_> = missing.cloned().collect();
        if !missing.is_empty() {
            return Err(format!("{WORDS}/{lacks}.json lacks what {has}.json has: {}", missing.join(", ")).into());
        }
    }
    Ok(())
}

fn keys(language: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let path = format!("{WORDS}/{language}.json");
    let words: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path)?).map_err(|why| format!("{path}: {why}"))?;
    let mut found = BTreeSet::new();
    collect(&words, String::new(), &path, &mut found)?;
    Ok(found)
}

fn collect(
    words: &serde_json::Value,
    at: String,
    path: &str,
    found: &mut BTreeSet<String>,
) -> Result<(), Box<dyn Error>> {
    match words {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                let below = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                collect(value, below, path, found)?;
            }
            Ok(())
        }
        serde_json::Value::String(text) if !text.trim().is_empty() => {
            found.insert(at);
            Ok(())
        }
        _ => Err(format!("{path}: {at} has no text").into()),
    }
}
