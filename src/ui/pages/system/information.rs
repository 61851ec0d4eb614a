//! Below an information set's fields: the floors that its facts set, and the levels it has.

use leptos::prelude::*;

use crate::catalogue::MethodInUse;
use crate::register::method::{Facts, Floor, below_floor};
use crate::register::{Key, Level};
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::method::floor_words;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, use_i18n};

/// What facts ask for and what was decided.
#[component]
pub fn SetLevels(set: Key, method: Memo<MethodInUse>) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let floors = Memo::new({
        let set = set.clone();
        move |_| floors_of(session, method, &set.root(), Some(&set))
    });
    let held = Memo::new(move |_| session.read(|register| register.set_levels(&set)));
    view! {
        <div class="set-levels">
            {move || match held.get() {
                Some(levels) => view! { <p class="held"><LevelBadges levels /></p> }.into_any(),
                None => view! { <p class="soft">{t!(i18n, method.set_not_classified)}</p> }.into_any(),
            }}
            <Show when=move || floors.with(|floors| floors.iter().any(|floor| floor.level == Level::Exceptional))>
                <p class="notice notice--bad" role="alert">{t!(i18n, system.exceptional)}</p>
            </Show>
            <Show
                when=move || floors.with(|floors| !floors.is_empty())
                fallback=move || view! { <p class="soft">{t!(i18n, method.no_floors)}</p> }
            >
                <h4>{t!(i18n, method.floors)}</h4>
                <ul class="reasons">
                    {move || {
                        let floors = floors.get();
                        let below: Vec<Floor> = held.get().map_or_else(Vec::new, |held| {
                            below_floor(&floors, held).cloned().collect()
                        });
                        floors.iter().map(|floor| {
                            let words = floor_words(i18n, floor);
                            let is_below = below.contains(floor);
                            view! {
                                <li>
                                    {words}
                                    {is_below.then(|| view! { <strong class="missing">" " {t!(i18n, method.below_floor)}</strong> })}
                                </li>
                            }
                        }).collect_view()
                    }}
                </ul>
            </Show>
        </div>
    }
}

/// The floors for an information set, or for a system as a whole.
#[must_use]
pub fn floors_of(session: Session, method: Memo<MethodInUse>, system: &Key, set: Option<&Key>) -> Vec<Floor> {
    session.read(|register| {
        let Some(system) = register.systems.get(system) else { return Vec::new() };
        let set = set.and_then(|set| register.information_sets.get(set));
        method.with(|method| method.floors(&Facts::of(system, set.map(AsRef::as_ref))))
    })
}
