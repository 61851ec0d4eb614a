//! What a workshop takes with it out of the register: one system, in the organisation's own words, and nothing else.

use super::MethodInUse;
use crate::register::method::{self, Facts};
use crate::register::workshop::{AgendaSet, AspectLevel, AspectWords, Begin, Digest, Floor};
use crate::register::{Aspect, Choose, InformationSet, Key, Language, Level, Register, System};

/// What a sitting about `system` begins with, and its agenda; `None` when there is no such system. The salt is left for
/// whoever founds the workshop. A system without information sets gets one for all that it holds.
#[must_use]
pub fn agenda(
    register: &Register,
    method: &MethodInUse,
    system: &Key,
    language: Language,
) -> Option<(Begin, Vec<AgendaSet>)> {
    let about = register.systems.get(system)?;
    let editions = method.editions();
    let begin = Begin {
        salt: Digest::default(),
        system: system.clone(),
        name: about.name.clone(),
        purpose: about.purpose.to_string(),
        facts: facts(about, language),
        words: Aspect::ALL.iter().map(|aspect| words(method, *aspect, language)).collect(),
        wording: editions.wording,
        catalogue: editions.catalogue,
        last: register.classified(system).map(|held| held.decided),
    };
    let of_system = register.information_sets.of(system);
    let mut sets: Vec<_> = of_system
        .zip(0..)
        .filter_map(|((key, set), order)| {
            let own = Key::parse(key.as_str().rsplit('.').next()?)?;
            Some(AgendaSet {
                key: own,
                order,
                name: set.name.clone(),
                description: set.description.to_string(),
                floors: floors(method, about, Some(set), language),
                before: before(register, key),
                known: true,
                dropped: false,
            })
        })
        .collect();
    if sets.is_empty() {
        sets.push(AgendaSet {
            key: Key::parse("allt")?,
            order: 0,
            name: match language {
                Language::Swedish => format!("All information i {}", about.name),
                Language::English => format!("All information in {}", about.name),
            },
            description: String::new(),
            floors: floors(method, about, None, language),
            before: Vec::new(),
            known: false,
            dropped: false,
        });
    }
    Some((begin, sets))
}

/// The fields that help a table think, those that are filled in. No address, no weakness, no name.
fn facts(system: &System, language: Language) -> Vec<(String, String)> {
    let of = |field: crate::register::Field, text: &str| (field.term.in_language(language).to_owned(), text.to_owned());
    let choice = |term: Option<crate::register::Term>| term.map_or("", |term| term.in_language(language));
    let yes_no = |yes: bool| match (language, yes) {
        (Language::Swedish, true) => "Ja",
        (Language::Swedish, false) => "Nej",
        (Language::English, true) => "Yes",
        (Language::English, false) => "No",
    };
    let all = [
        of(System::UNIT, &system.unit),
        of(System::CRITICALITY, choice(system.criticality.map(Choose::term))),
        of(System::SUPPLIER, &system.supplier),
        of(System::OPERATIONS, &system.operations),
        of(System::HOSTING_COUNTRY, &system.hosting_country),
        of(System::PERSONAL_DATA, system.personal_data.map_or("", yes_no)),
        of(System::INTEGRATIONS, &system.integrations),
        of(System::MOVES, &system.moves.map(|on| on.to_string()).unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

fn words(method: &MethodInUse, aspect: Aspect, language: Language) -> AspectWords {
    let of_aspect = method.wording.aspects.get(&aspect);
    let level = |level: &Level| {
        let words = method.wording.level(aspect, *level);
        words.map_or_else(String::new, |words| words.meaning.in_language(language).to_owned())
    };
    AspectWords {
        aspect,
        question: of_aspect.map_or_else(String::new, |words| words.question.in_language(language).to_owned()),
        levels: Level::ALL.iter().map(level).collect(),
    }
}

fn floors(method: &MethodInUse, system: &System, set: Option<&InformationSet>, language: Language) -> Vec<Floor> {
    let one = |floor: method::Floor| Floor {
        aspect: floor.aspect,
        level: floor.level,
        because: floor.because.in_language(language).to_owned(),
    };
    method.floors(&Facts::of(system, set)).into_iter().map(one).collect()
}

fn before(register: &Register, set: &Key) -> Vec<AspectLevel> {
    let Some(levels) = register.set_levels(set) else { return Vec::new() };
    let one = |aspect: &Aspect| Some(AspectLevel { aspect: *aspect, level: levels.of(*aspect)? });
    Aspect::ALL.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Entry, Place, RecordKind, Value};

    fn register() -> Register {
        let mut register = Register::default();
        let line = |text: &str| Value::Line(text.into());
        let mut put = |kind, key: &str, fields: Vec<(&str, Value)>| {
            let place = Place { kind, key: Key::parse(key).unwrap() };
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            register.put(Entry::new(place, Some(fields)));
        };
        put(
            RecordKind::System,
            "passer",
            vec![("name", line("Passersystem")), ("supplier", line("Lås AB")), ("personal_data", Value::Flag(true))],
        );
        put(RecordKind::System, "annat", vec![("name", line("Hemligt system"))]);
        put(
            RecordKind::InformationSet,
            "passer.kort",
            vec![("name", line("Kort")), ("secrecy", line("OSL 18:8")), ("children", Value::Flag(true))],
        );
        register
    }

    #[test]
    fn a_workshop_takes_its_own_system_with_its_floors_and_words_and_nothing_of_another() {
        let (begin, sets) =
            agenda(&register(), &MethodInUse::shipped(), &Key::parse("passer").unwrap(), Language::Swedish).unwrap();
        assert_eq!(begin.name, "Passersystem");
        assert!(begin.facts.contains(&("Leverantör".into(), "Lås AB".into())));
        assert_eq!(begin.words.len(), 4);
        assert!(begin.words.iter().all(|words| words.levels.len() == 5 && words.question.ends_with('?')));
        assert_eq!(sets.len(), 1);
        assert_eq!((sets[0].key.as_str(), sets[0].known), ("kort", true));
        let highest =
            sets[0].floors.iter().filter(|floor| floor.aspect == Aspect::Confidentiality).map(|floor| floor.level);
        assert_eq!(highest.max(), Some(Level::Serious));
        let all = serde_json::to_string(&(&begin, &sets)).unwrap();
        assert!(!all.contains("Hemligt"));
    }

    #[test]
    fn a_system_without_sets_gets_one_for_all_it_holds() {
        let (_, sets) =
            agenda(&register(), &MethodInUse::shipped(), &Key::parse("annat").unwrap(), Language::Swedish).unwrap();
        assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["All information i Hemligt system"]);
        assert!(!sets[0].known);
    }
}
