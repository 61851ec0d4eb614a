//! How many have finished the mandatory courses: the latest count and the earlier ones.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::overview::year_of;
use crate::browser::device;
use crate::register::{
    Choose, Command, Date, Field, Key, Language, Place, RecordKind, Register, StaffForm, StaffRole, Training,
    TrainingCount, Value,
};
use crate::report::figures::{self, Figure, ListBehind};
use crate::ui::parts::changed::Changed;
use crate::ui::parts::confirm::Confirm;
use crate::ui::parts::disputed::DisputedRecord;
use crate::ui::parts::fields::FieldEditor;
use crate::ui::parts::history::History;
use crate::ui::parts::number::{HowCounted, Number};
use crate::ui::parts::records::Records;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of, term};

const ROW: [Field; 5] =
    [TrainingCount::ROLE, TrainingCount::FORM, TrainingCount::COURSE, TrainingCount::COMPLETED, TrainingCount::PEOPLE];

/// How many there are and how many of them are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    completed: u32,
    people: u32,
}

impl Sum {
    fn add(&mut self, row: &TrainingCount) {
        self.completed = self.completed.saturating_add(row.completed.unwrap_or(0));
        self.people = self.people.saturating_add(row.people.unwrap_or(0));
    }

    /// How large a share is done.
    fn share(self) -> String {
        figures::share(self.completed, self.people)
    }
}

/// A training count, added up.
#[derive(Debug, Clone, PartialEq, Default)]
struct Sums {
    by_role: BTreeMap<(Option<StaffRole>, Option<StaffForm>), Sum>,
    by_course: BTreeMap<String, Sum>,
    all: Sum,
    managers: Sum,
}

impl Sums {
    fn of(register: &Register, training: &Key) -> Self {
        let mut sums = Self::default();
        for (_, row) in figures::training_rows(register, training) {
            sums.by_role.entry((row.role, row.form)).or_default().add(row);
            sums.all.add(row);
            if row.role == Some(StaffRole::Manager) {
                sums.managers.add(row);
            }
        }
        for (_, row) in register.training_counts.of(training).filter(|(_, row)| !row.course.is_empty()) {
            sums.by_course.entry(row.course.clone()).or_default().add(row);
        }
        if sums.all.people == 0 {
            sums.all.people = register.organisation().headcount.unwrap_or(0);
        }
        sums
    }
}

/// The page.
#[component]
pub fn TrainingPage() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    let navigate = use_navigate();
    let latest = Memo::new(move |_| {
        let year = year_of(session);
        session.read(|register| figures::training(register, year).map(|(key, _)| key.clone()))
    });
    let shown = Memo::new(move |_| {
        let asked = map.with(|map| map.get("count").as_deref().and_then(Key::parse));
        let asked = asked.filter(|key| session.read(|register| register.trainings.get(key).is_some()));
        // A count without a day is no year's count; it is shown when there is no other.
        let any = || session.read(|register| register.trainings.iter().next().map(|(key, _)| key.clone()));
        asked.or_else(|| latest.get()).or_else(any)
    });
    let under = Signal::derive(move || {
        let cut_off = shown.with(|key| {
            let key = key.as_ref()?;
            session.read(|register| register.trainings.get(key)?.cut_off)
        });
        cut_off.map_or_else(String::new, |cut_off| {
            t_string!(i18n, training.as_of, day = day(cut_off, language_of(i18n))).to_string()
        })
    });
    let add = move |_| {
        let key = device::new_key();
        let address = format!("/utbildning?count={key}");
        session.send(Command::Add {
            place: Place { kind: RecordKind::Training, key },
            fields: vec![(Training::CUT_OFF.key.to_owned(), Value::Date(device::today()))],
        });
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.training).to_owned()) under>
            <button type="button" class="button" disabled=move || !session.editable() on:click=add>
                {t!(i18n, training.new)}
            </button>
        </Heading>
        {move || match shown.get() {
            None => view! {
                <section class="card empty">
                    <p>{t!(i18n, training.empty)}</p>
                    <A href="/import" attr:class="button button--main">{t!(i18n, overview.empty_import)}</A>
                </section>
            }
            .into_any(),
            Some(key) => view! { <Sheet is_latest=latest.get().as_ref() == Some(&key) key /> }.into_any(),
        }}
        <HowCounted behind=Signal::stored(Some(ListBehind::Training)) />
        <Counts shown />
    }
}

/// One count: its sums, its rows and its fields.
#[component]
fn Sheet(
    /// The count.
    key: Key,
    /// Whether the year's figures are its sums.
    is_latest: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let navigate = use_navigate();
    let place = Place { kind: RecordKind::Training, key: key.clone() };
    let sums = Memo::new({
        let key = key.clone();
        move |_| session.read(|register| Sums::of(register, &key))
    });
    let unsure = Memo::new(move |_| sums.with(|sums| sums.by_role.values().any(|sum| sum.people < sum.completed)));
    let asked = RwSignal::new(false);
    let removed = place.clone();
    let remove = move |()| {
        session.send(Command::Remove { place: removed.clone() });
        navigate("/utbildning", NavigateOptions::default());
    };
    let number = move |figure: Figure, of: fn(&Sums) -> Sum, label: Signal<String>| {
        let value = Signal::derive(move || sums.with(|sums| of(sums).completed));
        // Only the count that a year leans on is that year's figure.
        let number = if is_latest {
            view! { <Number figure value behind=ListBehind::Training /> }.into_any()
        } else {
            view! { <strong class="number">{move || value.get()}</strong> }.into_any()
        };
        view! { <li class="sum">{number} <span>{move || label.get()}</span></li> }
    };
    let all = Signal::derive(move || {
        let people = sums.with(|sums| sums.all.people);
        t_string!(i18n, overview.trained, people = people).to_string()
    });
    let managers = Signal::derive(move || {
        let people = sums.with(|sums| sums.managers.people);
        t_string!(i18n, overview.trained_managers, people = people).to_string()
    });
    view! {
        <ul class="sums">
            {number(Figure::Trained, |sums| sums.all, all)}
            {number(Figure::TrainedManagers, |sums| sums.managers, managers)}
        </ul>
        <Show when=move || unsure.get()>
            <p class="notice notice--warn" role="alert">{t!(i18n, training.more_than_all)}</p>
        </Show>
        <div class="table-wrap">
            <table class="table">
                <caption>{t!(i18n, training.by_role)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{term(TrainingCount::ROLE.term)}</th>
                        <th scope="col">{term(TrainingCount::FORM.term)}</th>
                        <SumHead />
                    </tr>
                </thead>
                <tbody>
                    {move || sums.with(|sums| {
                        let language = language_of(i18n);
                        sums.by_role
                            .iter()
                            .map(|((role, form), sum)| view! {
                                <tr>
                                    <th scope="row">{name_of(*role, language).unwrap_or_else(|| t_string!(i18n, training.any_role))}</th>
                                    <td>{name_of(*form, language).unwrap_or_else(|| t_string!(i18n, training.any_form))}</td>
                                    <SumCells sum=*sum />
                                </tr>
                            })
                            .collect_view()
                    })}
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row" colspan="2">{t!(i18n, training.sum)}</th>
                        {move || view! { <SumCells sum=sums.with(|sums| sums.all) /> }}
                    </tr>
                </tfoot>
            </table>
        </div>
        <Show when=move || sums.with(|sums| !sums.by_course.is_empty())>
            <div class="table-wrap">
                <table class="table">
                    <caption>{t!(i18n, training.by_course)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{term(TrainingCount::COURSE.term)}</th>
                            <SumHead />
                        </tr>
                    </thead>
                    <tbody>
                        {move || sums.with(|sums| {
                            sums.by_course
                                .iter()
                                .map(|(course, sum)| view! {
                                    <tr><th scope="row">{course.clone()}</th><SumCells sum=*sum /></tr>
                                })
                                .collect_view()
                        })}
                    </tbody>
                </table>
            </div>
        </Show>
        <section class="card">
            <h2>{t!(i18n, training.fields)}</h2>
            <p class="soft">{t!(i18n, training.no_names)}</p>
            <div class="fields">
                {RecordKind::Training.fields().iter().map(|field| view! {
                    <FieldEditor place=place.clone() field=*field />
                }).collect_view()}
            </div>
            <h3>{t!(i18n, training.rows)}</h3>
            <p class="soft">{t!(i18n, training.rows_about)}</p>
            <Records
                kind=RecordKind::TrainingCount
                owner=key
                summary=&ROW
                empty=Signal::derive(move || t_string!(i18n, training.no_rows).to_owned())
            />
            <div class="actions">
                <button type="button" class="button button--plain" disabled=move || !session.editable() on:click=move |_| asked.set(true)>
                    {t!(i18n, training.remove)}
                </button>
            </div>
            <Confirm
                open=asked
                question=Signal::derive(move || t_string!(i18n, training.remove_question).to_owned())
                yes=Signal::derive(move || t_string!(i18n, common.remove).to_owned())
                on_yes=remove
            />
        </section>
        <History place />
    }
}

fn name_of<C: Choose>(choice: Option<C>, language: Language) -> Option<&'static str> {
    choice.map(|choice| choice.term().in_language(language))
}

/// The headings of a sum's columns.
#[component]
fn SumHead() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <th scope="col" class="right">{term(TrainingCount::COMPLETED.term)}</th>
        <th scope="col" class="right">{term(TrainingCount::PEOPLE.term)}</th>
        <th scope="col" class="right">{t!(i18n, training.share)}</th>
    }
}

/// A sum's columns.
#[component]
fn SumCells(sum: Sum) -> impl IntoView {
    view! {
        <td class="right">{sum.completed}</td>
        <td class="right">{sum.people}</td>
        <td class="right">{sum.share()}</td>
    }
}

/// All counts, the latest first, when there are several.
#[component]
fn Counts(shown: Memo<Option<Key>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let counts = Memo::new(move |_| {
        session.read(|register| {
            let mut counts: Vec<(Key, String, Option<Date>, Sums)> = register
                .trainings
                .iter()
                .map(|(key, count)| (key.clone(), count.title.clone(), count.cut_off, Sums::of(register, key)))
                .collect();
            counts.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
            counts
        })
    });
    let row = move |(key, title, cut_off, sums): (Key, String, Option<Date>, Sums)| {
        let current = shown.with(|shown| shown.as_ref() == Some(&key));
        let place = Place { kind: RecordKind::Training, key: key.clone() };
        let day = cut_off.map_or_else(|| t_string!(i18n, training.no_day).to_owned(), |day| day.to_string());
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/utbildning?count={key}") aria-current=current.then_some("true")>
                        {day}<Changed place=place.clone() /><DisputedRecord place within=true />
                    </a>
                </th>
                <td>{title}</td>
                <SumCells sum=sums.all />
            </tr>
        }
    };
    view! {
        <Show when=move || counts.with(|counts| 1 < counts.len())>
            <div class="table-wrap">
                <table class="table">
                    <caption>{t!(i18n, training.counts)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{term(Training::CUT_OFF.term)}</th>
                            <th scope="col">{term(Training::TITLE.term)}</th>
                            <SumHead />
                        </tr>
                    </thead>
                    <tbody>{move || counts.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </Show>
    }
}
