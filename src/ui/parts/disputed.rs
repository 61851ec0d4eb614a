//! The mark of what people have said different things of.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::register::Place;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, use_i18n};

fn is_disputed(session: Session, place: &Place, field: &str) -> bool {
    session.read(|register| register.disputes.of(place).iter().any(|disputed| disputed == field))
}

/// Beside a field: ”Två uppgifter”, where it is so.
#[component]
pub fn Disputed(
    /// The record.
    place: Place,
    /// The field's key.
    field: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let disputed = Memo::new(move |_| is_disputed(session, &place, field));
    move || {
        disputed.get().then(|| {
            view! { <A href="/att-reda-ut" attr:class="disputed">{t!(i18n, conflicts.mark)}</A> }
        })
    }
}

/// Beside a record's name in a list: ”Två uppgifter”, where there are two of it or of what belongs to it.
#[component]
pub fn DisputedRecord(
    /// The record.
    place: Place,
    /// Whether the name leads to the record itself, so that the mark can't lead elsewhere.
    #[prop(optional)]
    within: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let disputed = Memo::new(move |_| session.read(|register| register.disputes.concern(place.kind, &place.key)));
    move || {
        disputed.get().then(|| {
            if within {
                view! { " " <span class="disputed disputed--beside">{t!(i18n, conflicts.mark)}</span> }.into_any()
            } else {
                view! { " " <A href="/att-reda-ut" attr:class="disputed disputed--beside">{t!(i18n, conflicts.mark)}</A> }
                    .into_any()
            }
        })
    }
}

/// At the head of a record that one has removed and another changed.
#[component]
pub fn DisputedRemoval(
    /// The record.
    place: Place,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let disputed = Memo::new(move |_| is_disputed(session, &place, "removed"));
    view! {
        <Show when=move || disputed.get()>
            <p class="notice notice--warn">
                {t!(i18n, conflicts.removed_about)} " " <A href="/att-reda-ut">{t!(i18n, nav.conflicts)}</A>
            </p>
        </Show>
    }
}
