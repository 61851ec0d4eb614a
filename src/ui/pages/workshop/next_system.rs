//! The next system at the same table: chosen by whoever leads and has the register on their device.

use leptos::prelude::*;

use super::table::Table;
use crate::browser::keeper::protocol::Request;
use crate::catalogue::agenda;
use crate::register::method::backlog;
use crate::register::{Key, Register};
use crate::ui::parts::method::use_method;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::language_of;

/// So many systems are shown; who looks for another writes its name.
const SHOWN: usize = 6;

/// The way on to another system of the register. Nothing where the register is not.
#[component]
pub fn NextSystem() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let table = Table::expect();
    let method = use_method();
    let taken = Memo::new(move |_| {
        table.read(|workshop| workshop.turns.iter().map(|turn| turn.about.system.clone()).collect::<Vec<_>>())
    });
    // Another register's systems are not this table's.
    let is_here = Memo::new(move |_| {
        taken.with(|taken| session.read(|register| taken.iter().any(|key| register.systems.get(key).is_some())))
    });
    let ended = Memo::new(move |_| table.turn(|turn| !turn.endings.is_empty()));
    let wanted = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        if !is_here.get() {
            return Vec::new();
        }
        let wanted = wanted.with(|wanted| wanted.trim().to_lowercase());
        taken.with(|taken| {
            let others = |key: &Key| !taken.contains(key);
            let named = |register: &Register, key: &Key| Some((key.clone(), register.systems.get(key)?.name.clone()));
            session.read(|register| {
                if wanted.is_empty() {
                    let next = method.with(|method| {
                        let editions = method.editions();
                        backlog(register, method.current(&editions), session.today())
                    });
                    let keys = next.iter().map(|one| &one.system).filter(|key| others(key));
                    keys.filter_map(|key| named(register, key)).take(SHOWN).collect::<Vec<_>>()
                } else {
                    let all = register.systems.iter().filter(|(key, _)| others(key));
                    let fit = all.filter(|(_, system)| system.name.to_lowercase().contains(&wanted));
                    fit.map(|(key, system)| (key.clone(), system.name.clone())).take(SHOWN).collect()
                }
            })
        })
    });
    let take = move |system: &Key| {
        let language = untrack(|| language_of(i18n));
        let agenda =
            untrack(|| method.with(|method| session.read(|register| agenda(register, method, system, language))));
        let Some(agenda) = agenda else { return };
        wanted.set(String::new());
        let (about, said) = (Box::new(agenda.about.clone()), agenda.said());
        table.ask(|ticket| Request::Turn(ticket, about, said), |_| {});
    };
    let row = move |(key, name): (Key, String)| {
        view! {
            <li>
                <button type="button" class="button" on:click=move |_| take(&key)>{name}</button>
            </li>
        }
    };
    view! {
        <Show when=move || table.leads() && is_here.get()>
            <details class="history pass next-system" open=move || ended.get()>
                <summary>{t!(i18n, workshop.next_system)}</summary>
                <p class="soft">{t!(i18n, workshop.next_system_about)}</p>
                <div class="field">
                    <label for="next-system">{t!(i18n, workshop.next_system_find)}</label>
                    <input id="next-system" type="search" maxlength="300" autocomplete="off" bind:value=wanted />
                </div>
                <ul class="next-system__list" aria-label=move || t_string!(i18n, workshop.next_system)>
                    {move || found.get().into_iter().map(row).collect_view()}
                </ul>
                <p class="soft" role="status">
                    {move || found.with(Vec::is_empty).then(|| t_string!(i18n, workshop.next_system_none))}
                </p>
            </details>
        </Show>
    }
}
