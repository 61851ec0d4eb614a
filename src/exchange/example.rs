//! The example that ships with the program: the lists of a school-property company, as files to be taken in like any other.

use crate::catalogue::MethodInUse;
use crate::register::method::Fact;
use crate::register::value::FieldType;
use crate::register::{
    Answer, Assessment, Command, Field, InformationSet, KeepOrDispose, Key, Place, RecordKind, Register, Value,
};

/// The example's files, each with its name, in the order to take them in.
#[must_use]
pub const fn example() -> [(&'static str, &'static [u8]); 3] {
    [
        ("systemlista.xlsx", include_bytes!("example/systemlista.xlsx")),
        ("incidenter-2024.csv", include_bytes!("example/incidenter-2024.csv")),
        ("utbildning-2024-11-26.csv", include_bytes!("example/utbildning-2024-11-26.csv")),
    ]
}

/// What the example's lists don't hold: the information in two of its systems, and some answers on measures. It changes
/// none of the figures that the lists give. `new_key` gives a new key each time.
#[must_use]
pub fn information(register: &Register, mut new_key: impl FnMut() -> Key) -> Command {
    let mut commands = Vec::new();
    let mut add = |kind: RecordKind, system: &Key, fields: Vec<(Field, Value)>| {
        let fields = fields.into_iter().map(|(field, value)| (field.key.to_owned(), value)).collect();
        commands.push(Command::Add { place: Place { kind, key: system.child(&new_key()) }, fields });
    };
    for (name, sets) in INFORMATION {
        let Some(system) = named(register, name) else { continue };
        for set in sets {
            let flag = |field: Field, fact: Fact| set.facts.contains(&fact).then_some((field, Value::Flag(true)));
            let mut fields = vec![
                (InformationSet::NAME, line(set.name)),
                (InformationSet::DESCRIPTION, Value::Prose(set.about.to_owned())),
                (InformationSet::OWNER, line(set.owner)),
                (InformationSet::RETENTION, Some(set.retention).value()),
                (InformationSet::DISPOSE_AFTER, line(set.when)),
                (InformationSet::RETENTION_BASIS, line(set.basis)),
                (InformationSet::SECRECY, line(set.secrecy)),
            ];
            fields.extend(flag(InformationSet::PERSONAL_DATA, Fact::PersonalData));
            fields.extend(flag(InformationSet::SPECIAL_CATEGORIES, Fact::SpecialCategories));
            fields.extend(flag(InformationSet::CHILDREN, Fact::Children));
            fields.retain(|(_, value)| !value.is_empty());
            add(RecordKind::InformationSet, &system, fields);
        }
    }
    let editions = MethodInUse::shipped().editions();
    if let Some(system) = named(register, ANSWERED) {
        for (measure, assessment, reason) in ANSWERS {
            let fields = vec![
                (Answer::MEASURE, line(measure)),
                (Answer::CATALOGUE, line(&editions.catalogue)),
                (Answer::ASSESSMENT, Some(assessment).value()),
                (Answer::REASON, line(reason)),
                (Answer::ANSWERED, Value::Moment(jiff::civil::datetime(2024, 10, 27, 14, 0, 0, 0))),
                (Answer::ANSWERED_BY, line("Chef Säkerhet")),
            ];
            let fields = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            add(RecordKind::Answer, &system, fields);
        }
    }
    Command::Batch(commands)
}

/// Whose the example is.
pub const ORGANISATION: &str = "Exempelbolaget Skolfastigheter AB";

/// The system whose measures have been answered in part.
const ANSWERED: &str = "Passersystem";

const ANSWERS: [(&str, Assessment, &str); 8] = [
    ("m01", Assessment::Partly, "Systemägaren är utsedd, informationsägaren inte."),
    ("m02", Assessment::Met, ""),
    ("m03", Assessment::Met, ""),
    ("m08", Assessment::Met, ""),
    ("m09", Assessment::NotMet, "Senaste genomgången gjordes 2022."),
    ("m12", Assessment::NotApplicable, "Systemet nås inte utifrån."),
    ("m26", Assessment::Met, ""),
    ("m30", Assessment::Unknown, ""),
];

/// An information set of the example.
struct Set {
    name: &'static str,
    about: &'static str,
    owner: &'static str,
    facts: &'static [Fact],
    secrecy: &'static str,
    retention: KeepOrDispose,
    when: &'static str,
    basis: &'static str,
}

const INFORMATION: [(&str, &[Set]); 2] = [
    (
        ANSWERED,
        &[
            Set {
                name: "Kortinnehavare och behörigheter",
                about: "Vem som har kort, till vilka dörrar och till när.",
                owner: "Chef Säkerhet",
                facts: &[Fact::PersonalData],
                secrecy: "",
                retention: KeepOrDispose::Dispose,
                when: "2 år efter att kortet lämnats tillbaka",
                basis: "Hanteringsanvisning, säkerhet",
            },
            Set {
                name: "Passagehändelser",
                about: "Tidpunkt, dörr och kort för varje passage.",
                owner: "Chef Säkerhet",
                facts: &[Fact::PersonalData],
                secrecy: "",
                retention: KeepOrDispose::Dispose,
                when: "3 månader efter passagen",
                basis: "Hanteringsanvisning, säkerhet",
            },
            Set {
                name: "Placering av läsare och larm",
                about: "Ritningar över vilka dörrar som är låsta och larmade.",
                owner: "",
                facts: &[],
                secrecy: "OSL 18 kap. 8 §",
                retention: KeepOrDispose::Undecided,
                when: "",
                basis: "",
            },
        ],
    ),
    (
        "Felanmälan",
        &[
            Set {
                name: "Ärenden från skolor",
                about: "Vad som är trasigt, var, och vem som anmälde.",
                owner: "Informationsägare Servicecenter",
                facts: &[Fact::PersonalData],
                secrecy: "",
                retention: KeepOrDispose::Dispose,
                when: "5 år efter att ärendet avslutats",
                basis: "Hanteringsanvisning, servicecenter",
            },
            Set {
                name: "Bilder på skador",
                about: "Bilder som anmälaren har lagt in. Barn kan synas.",
                owner: "Informationsägare Servicecenter",
                facts: &[Fact::PersonalData, Fact::Children],
                secrecy: "",
                retention: KeepOrDispose::Dispose,
                when: "När ärendet avslutats",
                basis: "Hanteringsanvisning, servicecenter",
            },
        ],
    ),
];

fn line(text: &str) -> Value {
    Value::Line(text.to_owned())
}

fn named(register: &Register, name: &str) -> Option<Key> {
    register.systems.iter().find(|(_, system)| system.name == name).map(|(key, _)| key.clone())
}
