//! The sitting that a decision comes from: when, who was there, how the votes fell and who thought otherwise.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::register::{Aspect, Choose, Key, Level, Register, Sitting, Vote};
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

/// What is told of a sitting.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    sitting: Sitting,
    /// Role, name, and whether they only looked on.
    present: Vec<(String, String, bool)>,
    votes: Vec<Vote>,
}

fn told(register: &Register, sitting: &Key, classification: &Key) -> Option<Told> {
    let present = register.attendances.of(sitting);
    let votes = register.votes.of(classification).filter(|(_, vote)| vote.withdrawn != Some(true));
    Some(Told {
        sitting: (**register.sittings.get(sitting)?).clone(),
        present: present.map(|(_, who)| (who.role.clone(), who.name.clone(), who.observer == Some(true))).collect(),
        votes: votes.map(|(_, vote)| (**vote).clone()).collect(),
    })
}

/// A sitting and its votes on this classification, folded away. Nothing where the decision comes from none.
#[component]
pub fn SittingOf(sitting: String, classification: Key) -> impl IntoView {
    let session = Session::expect();
    let found = Memo::new(move |_| {
        let sitting = Key::parse(&sitting)?;
        session.read(|register| told(register, &sitting, &classification))
    });
    move || found.get().map(|told| view! { <Minutes told /> })
}

#[component]
fn Minutes(told: Told) -> impl IntoView {
    let i18n = use_i18n();
    let Told { sitting, present, votes } = told;
    let held = sitting.held;
    let heading = move || {
        let day = held.map(|held| day(held, language_of(i18n))).unwrap_or_default();
        t_string!(i18n, system.sitting, day = day).to_string()
    };
    let (leader, minutes) = (sitting.leader.clone(), sitting.minutes);
    let about = move || {
        let led =
            (!leader.is_empty()).then(|| t_string!(i18n, system.sitting_led, leader = leader.clone()).to_string());
        let minutes = minutes.map(|minutes| t_string!(i18n, system.sitting_minutes, minutes = minutes).to_string());
        led.into_iter().chain(minutes).collect::<Vec<_>>().join(" ")
    };
    let person = move |(role, name, observes): (String, String, bool)| {
        let who = [role, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        view! { <li>{who} {observes.then(|| view! { " (" {t!(i18n, system.sitting_observer)} ")" })}</li> }
    };
    let round = move |((aspect, round), votes): ((Aspect, u32), BTreeMap<Level, Vec<String>>)| {
        let about = move || {
            let aspect = aspect.term().in_language(language_of(i18n));
            t_string!(i18n, system.sitting_round, aspect = aspect, round = round).to_string()
        };
        // The highest first, as at the table; with roles where the table chose that.
        let fell = move || {
            let one = |(level, roles): (&Level, &Vec<String>)| {
                let count =
                    t_string!(i18n, workshop.so_many_on, count = roles.len(), level = level.number()).to_string();
                let named: Vec<_> = roles.iter().filter(|role| !role.is_empty()).map(String::as_str).collect();
                if named.is_empty() { count } else { format!("{count} ({})", named.join(", ")) }
            };
            votes.iter().rev().map(one).collect::<Vec<_>>().join(", ")
        };
        view! { <tr><th scope="row">{about}</th><td>{fell}</td></tr> }
    };
    let dissents: Vec<_> = votes.iter().filter(|vote| vote.dissent == Some(true)).cloned().collect();
    let dissent = move |vote: Vote| {
        let about = move || {
            let aspect = vote.aspect.map(|aspect| aspect.term().in_language(language_of(i18n))).unwrap_or_default();
            let level = vote.level.map(|level| level.number().to_string()).unwrap_or_default();
            let parts = [vote.role.clone(), format!("{aspect} {level}"), vote.reason.clone()];
            parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(": ")
        };
        view! { <li>{about}</li> }
    };
    let (has_people, has_dissents) = (!present.is_empty(), !dissents.is_empty());
    let rounds = by_round(&votes);
    let has_votes = !rounds.is_empty();
    view! {
        <details class="history sitting-of">
            <summary>{heading}</summary>
            <p>{about}</p>
            {has_people.then(|| view! {
                <h4>{t!(i18n, system.sitting_present)}</h4>
                <ul class="reasons">{present.into_iter().map(person).collect_view()}</ul>
            })}
            {has_votes.then(|| view! {
                <table class="table">
                    <caption>{t!(i18n, system.sitting_votes)}</caption>
                    <tbody>{rounds.into_iter().map(round).collect_view()}</tbody>
                </table>
            })}
            {has_dissents.then(|| view! {
                <h4>{t!(i18n, system.sitting_dissent)}</h4>
                <ul class="reasons">{dissents.into_iter().map(dissent).collect_view()}</ul>
            })}
        </details>
    }
}

/// The votes by aspect and round, and of each by level the roles of those who gave them, empty where they are not told.
fn by_round(votes: &[Vote]) -> BTreeMap<(Aspect, u32), BTreeMap<Level, Vec<String>>> {
    let mut rounds: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
    for vote in votes {
        if let Some((aspect, level)) = vote.aspect.zip(vote.level) {
            let round = (aspect, vote.round.unwrap_or(1));
            rounds.entry(round).or_default().entry(level).or_default().push(vote.role.clone());
        }
    }
    rounds
}
