//! A risk in the matrix: where it is, where it will be, and what the matrix's rules say of how it is handled.

use leptos::prelude::*;

use crate::catalogue::MethodInUse;
use crate::register::method::{Matrix, RiskLevel, sentence};
use crate::register::value::FieldType;
use crate::register::{Choose, Command, Field, Impact, Key, Likelihood, Place, RecordKind, Risk, RiskAnalysis, Value};
use crate::ui::parts::matrix::MatrixPicker;
use crate::ui::parts::method::fault_words;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// The fields that the matrix stands for in a risk's form.
pub const IN_MATRIX: [Field; 4] = [Risk::LIKELIHOOD, Risk::IMPACT, Risk::RESIDUAL_LIKELIHOOD, Risk::RESIDUAL_IMPACT];

/// The field that is chosen beside the matrix instead of in an analysis' form.
pub const WITH_MATRIX: [Field; 1] = [RiskAnalysis::MATRIX];

/// The matrix of the analysis that a risk belongs to.
fn matrix_of(session: Session, method: Memo<MethodInUse>, analysis: &Key) -> Option<Matrix> {
    method.with(|method| session.read(|register| method.matrix_of(register, analysis).cloned()))
}

/// One risk: its sentence, the two matrices and what is missing.
#[component]
pub fn RiskValue(risk: Key, method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let place = Place { kind: RecordKind::Risk, key: risk.clone() };
    let matrix = Memo::new({
        let risk = risk.clone();
        move |_| risk.owner().and_then(|analysis| matrix_of(session, method, &analysis))
    });
    let record = Memo::new(move |_| session.read(|register| register.risks.get(&risk).cloned()).unwrap_or_default());
    let said = move || record.with(|risk| sentence(risk));
    let faults = move || {
        matrix.with(|matrix| {
            let faults = matrix.as_ref().map(|matrix| record.with(|risk| matrix.faults(risk, session.today())));
            let words = faults.into_iter().flatten().map(|fault| fault_words(i18n, fault));
            words.map(|words| view! { <li>{words}</li> }).collect_view()
        })
    };
    let asks = move || {
        matrix.with(|matrix| {
            let (_, level) = matrix.as_ref()?.of(&record.get()).0?;
            let language = language_of(i18n);
            let name = level.name.in_language(language).to_owned();
            let days = level.days.map(|days| t_string!(i18n, method.risk_days, days = days).to_string());
            let inform = (!level.inform.is_empty())
                .then(|| t_string!(i18n, method.risk_inform, who = level.inform.in_language(language)).to_string());
            Some([Some(name), days, inform].into_iter().flatten().collect::<Vec<_>>().join(" · "))
        })
    };
    view! {
        <div class="risk">
            <p class="risk__said">{said}</p>
            <div class="risk__matrices">
                <Picker
                    place=place.clone()
                    fields=(Risk::LIKELIHOOD, Risk::IMPACT)
                    matrix
                    legend=Signal::derive(move || t_string!(i18n, method.risk_now).to_owned())
                />
                <Picker
                    place
                    fields=(Risk::RESIDUAL_LIKELIHOOD, Risk::RESIDUAL_IMPACT)
                    matrix
                    legend=Signal::derive(move || t_string!(i18n, method.risk_after).to_owned())
                />
            </div>
            <p>{asks}</p>
            <ul class="reasons missing">{faults}</ul>
        </div>
    }
}

/// The matrix with where the risk is, by these two of its fields.
#[component]
fn Picker(
    place: Place,
    fields: (Field, Field),
    matrix: Memo<Option<Matrix>>,
    #[prop(into)] legend: Signal<String>,
) -> impl IntoView {
    let session = Session::expect();
    let (likelihood_field, impact_field) = fields;
    let name = format!("{}-{}", place.key.as_str().replace('.', "-"), likelihood_field.key);
    let place = StoredValue::new(place);
    let chosen = Memo::new(move |_| {
        let value = |field: Field| {
            place.with_value(|place| session.read(|register| register.value(place, field.key))).unwrap_or_default()
        };
        let likelihood = <Option<Likelihood>>::read(value(likelihood_field)).flatten();
        let impact = <Option<Impact>>::read(value(impact_field)).flatten();
        (likelihood, impact)
    });
    let choose = Callback::new(move |(likelihood, impact): (Likelihood, Impact)| {
        let set =
            |field: Field, value: Value| Command::Set { place: place.get_value(), field: field.key.to_owned(), value };
        session.send(Command::Batch(vec![
            set(likelihood_field, Some(likelihood).value()),
            set(impact_field, Some(impact).value()),
        ]));
    });
    let disabled = Signal::derive(move || !session.editable());
    view! { <MatrixPicker name matrix chosen choose disabled legend /> }
}

/// All risks of an analysis in its matrix, how many in each cell, and the same as a list.
#[component]
pub fn RiskMap(analysis: Key, method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let key = StoredValue::new(analysis);
    let matrix = Memo::new(move |_| key.with_value(|key| matrix_of(session, method, key)));
    let risks = Memo::new(move |_| {
        key.with_value(|key| {
            session.read(|register| register.risks.of(key).map(|(_, risk)| (**risk).clone()).collect::<Vec<_>>())
        })
    });
    let choose = move |id: String| {
        let place = Place { kind: RecordKind::RiskAnalysis, key: key.get_value() };
        session.set(place, RiskAnalysis::MATRIX, id.value());
    };
    let select_id = key.with_value(|key| format!("matrix-{}", key.as_str().replace('.', "-")));
    let options = move || {
        let language = language_of(i18n);
        let used = matrix.with(|matrix| matrix.as_ref().map(|matrix| matrix.edition.id.clone()));
        method.with(|method| {
            let options = method.matrices.iter().map(|one| {
                let id = one.edition.id.clone();
                let chosen = used.as_ref() == Some(&id);
                view! { <option value=id selected=chosen>{one.name.in_language(language).to_owned()}</option> }
            });
            options.collect_view()
        })
    };
    let map = move || {
        let language = language_of(i18n);
        matrix.with(|matrix| {
            let matrix = matrix.as_ref()?;
            let count = |likelihood: Likelihood, impact: Impact| {
                risks.with(|risks| {
                    let here = |risk: &&Risk| risk.likelihood == Some(likelihood) && risk.impact == Some(impact);
                    risks.iter().filter(here).count()
                })
            };
            let heads = matrix.impacts().map(|(_, step)| {
                let name = step.name.in_language(language).to_owned();
                view! { <th scope="col">{name}</th> }
            });
            let rows = matrix.likelihoods().rev().map(|(likelihood, step)| {
                let name = step.name.in_language(language).to_owned();
                let cells = matrix.impacts().map(|(impact, _)| {
                    let (rank, level) = matrix.level(likelihood, impact)?;
                    let count = count(likelihood, impact);
                    let number = if count == 0 { String::new() } else { count.to_string() };
                    Some(view! {
                        <td>
                            <span class=format!("matrix__cell matrix__cell--{}", rank.min(4))>
                                <span>{level.letter.clone()}</span> " " <strong>{number}</strong>
                            </span>
                        </td>
                    })
                });
                let cells = cells.collect_view();
                view! { <tr><th scope="row">{name}</th>{cells}</tr> }
            });
            Some(view! {
                <table class="matrix">
                    <caption>{t!(i18n, method.risk_map)}</caption>
                    <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            })
        })
    };
    let list = move || {
        let language = language_of(i18n);
        matrix.with(|matrix| {
            let matrix = matrix.as_ref()?;
            let mut all = risks.get();
            all.sort_by_key(|risk| std::cmp::Reverse(matrix.of(risk).0.map(|(rank, _)| rank)));
            let word = |level: Option<(usize, &RiskLevel)>| {
                level.map_or_else(|| "–".to_owned(), |(_, level)| level.name.in_language(language).to_owned())
            };
            let rows = all.iter().map(|risk| {
                let (now, after) = matrix.of(risk);
                let treatment = risk.treatment.map(|one| one.term().in_language(language));
                view! {
                    <tr>
                        <th scope="row" class="list-name">{sentence(risk)}</th>
                        <td>{word(now)}</td>
                        <td>{word(after)}</td>
                        <td>{treatment}</td>
                        <td>{risk.owner.clone()}</td>
                    </tr>
                }
            });
            Some(rows.collect_view())
        })
    };
    view! {
        <div class="field risk-map__choice">
            <label for=select_id.clone()>{term(RiskAnalysis::MATRIX.term)}</label>
            <select id=select_id disabled=move || !session.editable() on:change=move |event| choose(event_target_value(&event))>
                {options}
            </select>
        </div>
        <Show when=move || risks.with(|risks| !risks.is_empty())>
            <div class="table-wrap">{map}</div>
            <div class="table-wrap">
                <table class="table">
                    <caption>{t!(i18n, method.risk_list)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{term(RecordKind::Risk.term())}</th>
                            <th scope="col">{t!(i18n, method.risk_now)}</th>
                            <th scope="col">{t!(i18n, method.risk_after)}</th>
                            <th scope="col">{term(Risk::TREATMENT.term)}</th>
                            <th scope="col">{term(Risk::OWNER.term)}</th>
                        </tr>
                    </thead>
                    <tbody>{list}</tbody>
                </table>
            </div>
        </Show>
    }
}
