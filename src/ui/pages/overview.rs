//! The overview: how far the systems have come, what is missing and for whom, incidents and training.

use leptos::prelude::*;
use leptos_router::components::A;

use super::workshop::PLACE;
use crate::exchange::example::ORGANISATION;
use crate::report::figures::{Figure, Figures};
use crate::ui::parts::number::{Number, address};
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// The year the figures are about: the latest that the register has incidents or training from, else this year.
#[must_use]
pub fn year_of(session: Session) -> i16 {
    session
        .read(|register| {
            let incidents = register.incidents.iter().filter_map(|(_, incident)| incident.year());
            let trainings = register.trainings.iter().filter_map(|(_, training)| Some(training.cut_off?.year()));
            incidents.chain(trainings).max()
        })
        .unwrap_or_else(|| session.today().year())
}

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let year = Memo::new(move |_| year_of(session));
    let figures = Memo::new(move |_| {
        session
            .picture
            .with(|picture| Figures::count_with(&picture.index, &picture.register, year.get(), session.today()))
    });
    let value = move |figure: Figure| Signal::derive(move || figures.with(|figures| figures.get(figure)));
    let behind = move |figure: Figure| Signal::derive(move || figure.list(year.get()));
    let under = Signal::derive(move || session.read(|register| register.organisation().name.clone()));
    // With the example, its workshop is to be found without knowing where to look.
    let is_example = Memo::new(move |_| session.read(|register| register.organisation().name == ORGANISATION));
    let bar = move |figure: Figure, of: Figure, label: Signal<String>| {
        let width = move || {
            let (part, whole) = (value(figure).get(), value(of).get());
            if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) * 100.0 }
        };
        view! {
            <li class="funnel__row">
                <Number figure value=value(figure) behind=behind(figure) />
                <span class="funnel__label">{move || label.get()}</span>
                <span class="funnel__bar" aria-hidden="true">
                    <span class="funnel__fill" style:width=move || format!("{:.1}%", width())></span>
                </span>
            </li>
        }
    };
    let missing = move |figure: Figure, label: Signal<String>| {
        let behind = behind(figure);
        view! {
            <li class="todo__row">
                <Number figure value=value(figure) behind />
                <span class="todo__label">{move || label.get()}</span>
                <A href=move || behind.with(address) attr:class="todo__go" attr:aria-hidden="true" attr:tabindex="-1">{t!(i18n, common.show)}</A>
            </li>
        }
    };
    // The units whose systems most often lack an information owner: whom to ask first.
    let units = Memo::new(move |_| {
        session.read(|register| {
            let mut units = std::collections::BTreeMap::<String, u32>::new();
            for (_, system) in register.systems.iter().filter(|(_, system)| system.lacks_information_owner()) {
                *units.entry(system.unit.clone()).or_default() += 1;
            }
            // Where no unit is named there is nobody to ask: those come after.
            let nowhere = units.remove_entry("");
            let mut units: Vec<_> = units.into_iter().collect();
            units.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            units.truncate(5);
            units.extend(nowhere);
            units
        })
    });
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.overview).to_owned()) under />
        <Show
            when=move || figures.with(|figures| 0 < figures.get(Figure::Systems))
            fallback=move || view! {
                <section class="card empty">
                    <p>{t!(i18n, overview.empty)}</p>
                    <A href="/import" attr:class="button button--main">{t!(i18n, overview.empty_import)}</A>
                    <A href="/system" attr:class="button">{t!(i18n, systems.new)}</A>
                </section>
            }
        >
            <div class="overview">
                <div class="overview__column">
                    <section class="card">
                        <h2>{t!(i18n, overview.funnel)}</h2>
                        <ul class="funnel">
                            {bar(Figure::Systems, Figure::Systems, Signal::derive(move || t_string!(i18n, overview.systems).to_owned()))}
                            {bar(Figure::Classified, Figure::Systems, Signal::derive(move || t_string!(i18n, overview.classified).to_owned()))}
                            {bar(Figure::ActionPlan, Figure::Systems, Signal::derive(move || t_string!(i18n, overview.action_plan).to_owned()))}
                            {bar(Figure::RiskAnalysis, Figure::Systems, Signal::derive(move || t_string!(i18n, overview.risk_analysis).to_owned()))}
                        </ul>
                    </section>
                    <section class="card">
                        <h2>{move || format!("{} {}", t_string!(i18n, nav.incidents), year.get())}</h2>
                        <ul class="funnel">
                            {bar(Figure::Incidents, Figure::Incidents, Signal::derive(move || t_string!(i18n, overview.incidents).to_owned()))}
                            {bar(Figure::IncidentsBusiness, Figure::Incidents, Signal::derive(move || t_string!(i18n, overview.incidents_business).to_owned()))}
                        </ul>
                    </section>
                    <Show when=move || is_example.get() && session.past().is_none()>
                        <section class="card">
                            <h2>{t!(i18n, workshop.try_it)}</h2>
                            <p class="soft">{t!(i18n, workshop.try_about)}</p>
                            <A href=PLACE attr:class="button">{t!(i18n, workshop.door)}</A>
                        </section>
                    </Show>
                </div>
                <div class="overview__column">
                    <section class="card">
                        <h2>{t!(i18n, overview.missing)}</h2>
                        <ul class="todo">
                            {missing(Figure::Unclassified, Signal::derive(move || t_string!(i18n, overview.unclassified).to_owned()))}
                            {missing(Figure::InformationOwnerMissing, Signal::derive(move || t_string!(i18n, overview.information_owner_missing).to_owned()))}
                            {missing(Figure::OwnerMissing, Signal::derive(move || t_string!(i18n, overview.owner_missing).to_owned()))}
                            {missing(Figure::DueAgain, Signal::derive(move || t_string!(i18n, overview.due_again).to_owned()))}
                        </ul>
                        <Show when=move || units.with(|units| !units.is_empty())>
                            <h3>{t!(i18n, overview.ask_first)}</h3>
                            <ul class="units">
                                <For each=move || units.get() key=|unit| unit.clone() let((unit, count))>
                                    <li>
                                        <A href=format!("/system?only=information-owner-missing&unit={}", js_sys::encode_uri_component(&unit))>
                                            {move || if unit.is_empty() {
                                                t_string!(i18n, overview.no_unit).to_owned()
                                            } else {
                                                unit.clone()
                                            }}
                                        </A>
                                        <span class="soft">{count}</span>
                                    </li>
                                </For>
                            </ul>
                        </Show>
                    </section>
                    <section class="card">
                        <h2>{t!(i18n, overview.training)}</h2>
                        <ul class="funnel">
                            {bar(Figure::Trained, Figure::People, Signal::derive(move || {
                                t_string!(i18n, overview.trained, people = value(Figure::People).get()).clone()
                            }))}
                            {bar(Figure::TrainedManagers, Figure::Managers, Signal::derive(move || {
                                t_string!(i18n, overview.trained_managers, people = value(Figure::Managers).get()).clone()
                            }))}
                        </ul>
                    </section>
                </div>
            </div>
        </Show>
    }
}
