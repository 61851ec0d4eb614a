//! The list of systems: search, sort, filter, choose columns, set a field for many, add a row without leaving.
//!
//! Only the rows in sight are in the page, so that 5,000 systems show as fast as 80. Rows are grids, and grids lose what a
//! table's parts mean in some browsers: roles say it again.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use leptos::html::{Input, Tbody};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::browser::device;
use crate::register::list::{Only, Query, SortBy};
use crate::register::value::Choose;
use crate::register::{Command, Field, Key, Kind, Level, Place, Record, RecordKind, Stage, System, Value};
use crate::report::figures::ListBehind;
use crate::ui::parts::changed::Changed;
use crate::ui::parts::fields::{Control, shown};
use crate::ui::parts::gradually::each_frame;
use crate::ui::parts::level::LevelBadges;
use crate::ui::parts::method::due_briefly;
use crate::ui::parts::number::HowCounted;
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{language_of, term};

/// A row's height in CSS pixels; `--row` in the stylesheet is the same.
const ROW: f64 = 68.0;
/// Rows kept above and below what is in sight.
const MARGIN: usize = 6;
/// Up to this many rows are all in the page, where the browser's own search finds them.
const ALL: usize = 200;
/// How long a list stays as it is before the rows out of sight are built.
const CALM: Duration = Duration::from_millis(400);
/// New rows a frame: few enough that building them is not felt.
const STEP: usize = 6;

/// A column that can be shown beside the system's name.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Column {
    Field(Field),
    Stage,
    Levels,
    Decided,
    Due,
}

impl Column {
    fn all() -> Vec<Self> {
        let fields = System::FIELDS
            .iter()
            .filter(|field| !matches!(field.kind, Kind::Prose) && **field != System::NAME)
            .map(|field| Self::Field(*field));
        [Self::Stage, Self::Levels, Self::Decided, Self::Due].into_iter().chain(fields).collect()
    }

    fn key(self) -> &'static str {
        match self {
            Self::Field(field) => field.key,
            Self::Stage => "stage",
            Self::Levels => "levels",
            Self::Decided => "decided",
            Self::Due => "due",
        }
    }

    /// Its width, as a track of the rows' grid.
    fn track(self) -> &'static str {
        match self {
            Self::Levels => "var(--levels)",
            Self::Stage => "var(--stage)",
            Self::Due => "var(--due)",
            Self::Field(_) | Self::Decided => "minmax(0, 1fr)",
        }
    }

    fn sort(self) -> SortBy {
        match self {
            Self::Field(field) => SortBy::Field(field.key.to_owned()),
            Self::Stage => SortBy::Stage,
            Self::Levels => SortBy::Levels,
            Self::Decided => SortBy::Decided,
            Self::Due => SortBy::Due,
        }
    }
}

/// The columns of this device: what was chosen, or what most ask for.
fn preferred_columns() -> BTreeSet<String> {
    let chosen =
        device::preference("columns").unwrap_or_else(|| "system_owner,information_owner,stage,levels".to_owned());
    chosen.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// What the address asks for.
fn query_of(map: &leptos_router::params::ParamsMap) -> Query {
    let sort = match map.get("sort").as_deref() {
        None | Some("" | "name") => SortBy::Name,
        Some("stage") => SortBy::Stage,
        Some("levels") => SortBy::Levels,
        Some("decided") => SortBy::Decided,
        Some("due") => SortBy::Due,
        Some(field) => SortBy::Field(field.to_owned()),
    };
    Query {
        search: map.get("q").unwrap_or_default(),
        only: map
            .get("only")
            .as_deref()
            .and_then(Only::from_key)
            .filter(|only| *only != Only::All)
            .into_iter()
            .collect(),
        unit: map.get("unit"),
        stages: map.get("stage").as_deref().and_then(Stage::from_key).into_iter().collect(),
        level: map.get("level").as_deref().and_then(Level::from_key),
        sort,
        descending: map.get("desc").is_some(),
    }
}

/// The address that asks for it.
fn address_of(query: &Query) -> String {
    let mut parts = Vec::new();
    let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
    if !query.search.is_empty() {
        parts.push(format!("q={}", encode(&query.search)));
    }
    if let Some(only) = query.only.first() {
        parts.push(format!("only={}", only.key()));
    }
    if let Some(unit) = &query.unit {
        parts.push(format!("unit={}", encode(unit)));
    }
    if let Some(stage) = query.stages.first() {
        parts.push(format!("stage={}", stage.key()));
    }
    if let Some(level) = query.level {
        parts.push(format!("level={}", level.key()));
    }
    match &query.sort {
        SortBy::Name => {}
        SortBy::Stage => parts.push("sort=stage".to_owned()),
        SortBy::Levels => parts.push("sort=levels".to_owned()),
        SortBy::Decided => parts.push("sort=decided".to_owned()),
        SortBy::Due => parts.push("sort=due".to_owned()),
        SortBy::Field(field) => parts.push(format!("sort={field}")),
    }
    if query.descending {
        parts.push("desc=1".to_owned());
    }
    if parts.is_empty() { "/system".to_owned() } else { format!("/system?{}", parts.join("&")) }
}

/// The page.
#[component]
pub fn Systems() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let map = use_query_map();
    // What is asked for lives here and is written to the address, so that a key pressed waits for no router.
    let query = RwSignal::new(query_of(&map.get_untracked()));
    // The address that was written from here, which says nothing new when it is read back.
    let written = StoredValue::new(String::new());
    Effect::new(move |_| {
        let asked = query_of(&map.get());
        let address = address_of(&asked);
        if address == written.get_value() {
            return;
        }
        // Once one has been elsewhere, coming back to what was written says something again.
        written.set_value(String::new());
        if address != address_of(&query.get_untracked()) {
            query.set(asked);
        }
    });
    let navigate = use_navigate();
    let write = StoredValue::new_local(Rc::new(move || {
        let Some(address) = query.try_with_untracked(address_of) else { return };
        written.set_value(address.clone());
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    }) as Rc<dyn Fn()>);
    let write = move || write.with_value(Rc::clone)();
    // The address waits until typing rests: browsers count how often it is written.
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        let waiting = timer.try_update_value(Option::take).flatten();
        if let Some(timer) = &waiting {
            timer.clear();
        }
        waiting.is_some()
    };
    on_cleanup(move || {
        stop();
    });
    let typed = move |text: String| {
        query.update(|query| query.search = text);
        stop();
        timer.set_value(
            set_timeout_with_handle(
                move || {
                    stop();
                    write()
                },
                Duration::from_millis(200),
            )
            .ok(),
        );
    };
    // Whoever leaves sooner leaves by a click, or by a key that is one; then it waits no longer, or Back would come to
    // another list than the one that was left.
    let rested = move || {
        if stop() {
            write();
        }
    };
    let clicks = StoredValue::new_local(Some(device::before_clicks(rested)));
    on_cleanup(move || clicks.set_value(None));
    let ask = move |change: &dyn Fn(&mut Query)| {
        query.update(|query| change(query));
        stop();
        write();
    };

    let sorting = Memo::new(move |_| query.with(|query| (query.sort.clone(), query.descending)));
    let order = Memo::new(move |_| {
        let (sort, descending) = sorting.get();
        session.picture.with(|picture| picture.index.order(&sort, descending))
    });
    let matching = Memo::new(move |_| query.with(|query| order.with(|order| order.matching(query))));
    let total = Memo::new(move |_| session.picture.with(|picture| picture.index.count(Only::All)));
    let under = Signal::derive(move || {
        let shown = matching.with(Vec::len);
        if shown == total.get() {
            t_string!(i18n, systems.count, count = shown).clone()
        } else {
            t_string!(i18n, systems.count_of, count = shown, total = total.get()).clone()
        }
    });
    let selected = RwSignal::new(BTreeSet::<Key>::new());
    let columns = RwSignal::new(preferred_columns());
    let shown_columns = Memo::new(move |_| {
        columns
            .with(|chosen| Column::all().into_iter().filter(|column| chosen.contains(column.key())).collect::<Vec<_>>())
    });
    let adding = RwSignal::new(false);

    let chip = move |only: Only| {
        let count = Memo::new(move |_| session.picture.with(|picture| picture.index.count(only)));
        let pressed = move || query.with(|query| query.only.first().copied().unwrap_or(Only::All) == only);
        let name = term(only.term());
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || pressed().to_string()
                on:click=move |_| ask(&|query: &mut Query| {
                    query.only = if only == Only::All { Vec::new() } else { vec![only] };
                })
            >
                {name} " " <span class="chip__count">{count}</span>
            </button>
        }
    };
    // The unit one came to ask of: pressed, and gone when it is pressed again.
    let unit = Memo::new(move |_| query.with(|query| query.unit.clone()));
    let unit_chip = move || {
        unit.get().map(|unit| {
            let name = term(System::UNIT.term);
            view! {
                <button
                    type="button"
                    class="chip"
                    aria-pressed="true"
                    on:click=move |_| ask(&|query: &mut Query| query.unit = None)
                >
                    {name} ": "
                    {move || if unit.is_empty() { t_string!(i18n, systems.missing).to_owned() } else { unit.clone() }}
                    <span aria-hidden="true">" ×"</span>
                </button>
            }
        })
    };
    let head = move |column: Column| {
        let name = move || match column {
            Column::Field(field) => field.term.in_language(language_of(i18n)).to_owned(),
            Column::Stage => t_string!(i18n, systems.stage).to_owned(),
            Column::Levels => t_string!(i18n, systems.levels).to_owned(),
            Column::Decided => t_string!(i18n, systems.decided).to_owned(),
            Column::Due => t_string!(i18n, systems.due).to_owned(),
        };
        view! { <SortHead name=Signal::derive(name) sort=column.sort() query ask=Callback::new(move |(sort, down)| {
            ask(&|query: &mut Query| { query.sort = SortBy::clone(&sort); query.descending = down; });
        }) /> }
    };

    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.systems).to_owned()) under>
            <button type="button" class="button button--main" disabled=move || !session.editable() on:click=move |_| adding.set(true)>
                {t!(i18n, systems.new)}
            </button>
        </Heading>
        <div class="filters" role="group" aria-label=move || t_string!(i18n, systems.filter)>
            {[Only::All, Only::Unclassified, Only::DueAgain, Only::OwnerMissing, Only::InformationOwnerMissing].map(chip)}
            {unit_chip}
            <Folded name=Signal::derive(move || t_string!(i18n, systems.more).to_owned())>
                <div class="more__box card">
                    <label for="only">{t!(i18n, systems.only)}</label>
                    <select
                        id="only"
                        on:change=move |event| {
                            let key = event_target_value(&event);
                            ask(&|query: &mut Query| {
                                query.only = Only::from_key(&key).filter(|only| *only != Only::All).into_iter().collect();
                            });
                        }
                    >
                        {Only::ALL.iter().map(|only| {
                            let only = *only;
                            let name = term(only.term());
                            view! {
                                <option value=only.key() selected=move || query.with(|query| query.only.first().copied().unwrap_or(Only::All) == only)>
                                    {name}
                                </option>
                            }
                        }).collect_view()}
                    </select>
                    <label for="stage">{t!(i18n, systems.stage)}</label>
                    <select
                        id="stage"
                        on:change=move |event| {
                            let key = event_target_value(&event);
                            ask(&|query: &mut Query| query.stages = Stage::from_key(&key).into_iter().collect());
                        }
                    >
                        <option value="">{t!(i18n, systems.any)}</option>
                        {Stage::ALL.iter().map(|stage| {
                            let stage = *stage;
                            let name = term(stage.term());
                            view! {
                                <option value=stage.key() selected=move || query.with(|query| query.stages.contains(&stage))>{name}</option>
                            }
                        }).collect_view()}
                    </select>
                    <label for="level">{t!(i18n, systems.level)}</label>
                    <select
                        id="level"
                        on:change=move |event| {
                            let key = event_target_value(&event);
                            ask(&|query: &mut Query| query.level = Level::from_key(&key));
                        }
                    >
                        <option value="">{t!(i18n, systems.any)}</option>
                        {Level::ALL.iter().map(|level| {
                            let level = *level;
                            let name = term(level.term());
                            view! {
                                <option value=level.key() selected=move || query.with(|query| query.level == Some(level))>
                                    {level.number()} " – " {name}
                                </option>
                            }
                        }).collect_view()}
                    </select>
                </div>
            </Folded>
            <Folded name=Signal::derive(move || t_string!(i18n, systems.columns).to_owned())>
                <fieldset class="more__box card">
                    <legend class="unseen">{t!(i18n, systems.columns)}</legend>
                    {Column::all().into_iter().map(|column| {
                        let name = move || match column {
                            Column::Field(field) => field.term.in_language(language_of(i18n)).to_owned(),
                            Column::Stage => t_string!(i18n, systems.stage).to_owned(),
                            Column::Levels => t_string!(i18n, systems.levels).to_owned(),
                            Column::Decided => t_string!(i18n, systems.decided).to_owned(),
                            Column::Due => t_string!(i18n, systems.due).to_owned(),
                        };
                        view! {
                            <label class="check">
                                <input
                                    type="checkbox"
                                    prop:checked=move || columns.with(|columns| columns.contains(column.key()))
                                    on:change=move |event| columns.update(|columns| {
                                        if event_target_checked(&event) {
                                            columns.insert(column.key().to_owned());
                                        } else {
                                            columns.remove(column.key());
                                        }
                                        let kept: Vec<&str> = columns.iter().map(String::as_str).collect();
                                        device::prefer("columns", &kept.join(","));
                                    })
                                />
                                <span>{name}</span>
                            </label>
                        }
                    }).collect_view()}
                </fieldset>
            </Folded>
        </div>
        <div class="list-search">
            <label class="unseen" for="list-search">{t!(i18n, systems.search)}</label>
            <input
                id="list-search"
                type="search"
                autocomplete="off"
                placeholder=move || t_string!(i18n, systems.search)
                prop:value=move || query.with(|query| query.search.clone())
                on:input=move |event| typed(event_target_value(&event))
                on:change=move |_| rested()
            />
        </div>
        <Show when=move || adding.get()>
            <NewSystem adding />
        </Show>
        <p class="unseen" role="status">{move || under.get()}</p>
        <HowCounted behind=Signal::derive(move || {
            query.with(|query| Some(ListBehind::Systems(query.only.first().copied().unwrap_or(Only::All))))
        }) />
        <Show
            when=move || 0 < total.get()
            fallback=move || view! {
                <section class="card empty">
                    <p>{t!(i18n, systems.empty)}</p>
                    <A href="/import" attr:class="button button--main">{t!(i18n, overview.empty_import)}</A>
                </section>
            }
        >
            <div class="table-wrap">
                <table
                    class="table systems"
                    role="table"
                    style:min-width=move || format!("{}px", 220 + 116 * shown_columns.with(Vec::len))
                    style=("--columns", move || shown_columns.with(|columns| {
                        let tracks: Vec<&str> = ["var(--pick)", "var(--name)"].into_iter().chain(columns.iter().map(|column| column.track())).collect();
                        tracks.join(" ")
                    }))
                    aria-rowcount=move || matching.with(|keys| keys.len() + 1)
                >
                    <thead role="rowgroup">
                        <tr role="row" class="systems__head" aria-rowindex="1">
                            <th scope="col" role="columnheader">
                                <label class="check">
                                    <input
                                        type="checkbox"
                                        prop:checked=move || {
                                            selected.with(|selected| !selected.is_empty() && selected.len() == matching.with(Vec::len))
                                        }
                                        on:change=move |event| {
                                            let all = event_target_checked(&event);
                                            selected.set(if all { matching.get_untracked().into_iter().collect() } else { BTreeSet::new() });
                                        }
                                    />
                                    <span class="unseen">{t!(i18n, systems.pick_all)}</span>
                                </label>
                            </th>
                            <SortHead name=term_signal(i18n, System::NAME) sort=SortBy::Name query ask=Callback::new(move |(sort, down)| {
                                ask(&|query: &mut Query| { query.sort = SortBy::clone(&sort); query.descending = down; });
                            }) />
                            {move || shown_columns.get().into_iter().map(head).collect_view()}
                        </tr>
                    </thead>
                    <Rows keys=matching columns=shown_columns selected />
                </table>
            </div>
            <Show when=move || matching.with(Vec::is_empty)>
                <p class="empty">{t!(i18n, systems.none)}</p>
            </Show>
        </Show>
        <Show when=move || selected.with(|selected| !selected.is_empty())>
            <BulkBar selected />
        </Show>
    }
}

fn term_signal(i18n: leptos_i18n::I18nContext<crate::ui::words::i18n::Locale>, field: Field) -> Signal<String> {
    Signal::derive(move || field.term.in_language(language_of(i18n)).to_owned())
}

/// A column's heading, which sorts by it; again turns the order.
#[component]
fn SortHead(
    /// The column's name.
    name: Signal<String>,
    /// What it sorts by.
    sort: SortBy,
    /// What is asked for now.
    query: RwSignal<Query>,
    /// Told what to sort by, and whether the last comes first.
    ask: Callback<(SortBy, bool)>,
) -> impl IntoView {
    let sort = StoredValue::new(sort);
    let direction = move || query.with(|query| (query.sort == sort.get_value()).then_some(query.descending));
    view! {
        <th
            scope="col"
            role="columnheader"
            aria-sort=move || match direction() {
                None => "none",
                Some(false) => "ascending",
                Some(true) => "descending",
            }
        >
            <button type="button" class="sort" on:click=move |_| ask.run((sort.get_value(), direction() == Some(false)))>
                {name}
                <span class="sort__sign" aria-hidden="true">
                    {move || match direction() {
                        None => "",
                        Some(false) => "▲",
                        Some(true) => "▼",
                    }}
                </span>
            </button>
        </th>
    }
}

/// A chip that opens a box, which is built when it is first opened: most never open it.
#[component]
fn Folded(
    /// What the chip says.
    name: Signal<String>,
    /// The box.
    children: ChildrenFn,
) -> impl IntoView {
    let opened = RwSignal::new(false);
    view! {
        <details class="more" on:toggle=move |_| opened.set(true)>
            <summary class="chip">{name}</summary>
            <Show when=move || opened.get()>{children()}</Show>
        </details>
    }
}

/// The rows in sight, between two rows as high as those that are not.
#[component]
fn Rows(
    /// The systems to list.
    keys: Memo<Vec<Key>>,
    /// The columns to show.
    columns: Memo<Vec<Column>>,
    /// The systems that are picked.
    selected: RwSignal<BTreeSet<Key>>,
) -> impl IntoView {
    let session = Session::expect();
    let body = NodeRef::<Tbody>::new();
    let window_of = move || {
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0);
        // Where the table begins is asked only when one has scrolled: asking makes the browser lay the page out at once.
        let scrolled = 0.0 < window().scroll_y().unwrap_or_default();
        let body = body.try_get_untracked().flatten();
        let top = body.filter(|_| scrolled).map_or(0.0, |body| -body.get_bounding_client_rect().top());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row's number, not negative")]
        let first = (top / ROW).max(0.0) as usize;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows in sight, not negative")]
        let rows = (height / ROW).max(0.0) as usize;
        (first.saturating_sub(MARGIN), first + rows + MARGIN)
    };
    let sight = RwSignal::new((0, 16));
    let look = move || {
        let seen = window_of();
        // A step of a few rows at a time: scrolling by a pixel redraws nothing.
        let seen = (seen.0 / 4 * 4, seen.1.div_ceil(4) * 4);
        // The list may be gone from the page by now.
        if sight.try_get_untracked().is_some_and(|sight| sight != seen) {
            sight.set(seen);
        }
    };
    let scrolled = window_event_listener(leptos::ev::scroll, move |_| look());
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || {
        scrolled.remove();
        resized.remove();
    });
    session.restore_place(look);

    // A short list is built to its end, but only once nobody has asked for another for a while.
    let calm = RwSignal::new(false);
    let waits = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = waits.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        keys.track();
        stop();
        calm.set(false);
        waits.set_value(set_timeout_with_handle(move || calm.set(true), CALM).ok());
    });
    on_cleanup(stop);
    let range = Memo::new(move |_| {
        let count = keys.with(Vec::len);
        if count <= ALL && calm.get() {
            return (0, count);
        }
        let (first, last) = sight.get();
        // A list that grew shorter than where one had scrolled still shows its end.
        let first = first.min(count.saturating_sub(1) / 4 * 4);
        (first, last.min(count))
    });
    let wanted = Memo::new(move |_| {
        let (first, last) = range.get();
        keys.with(|keys| keys.get(first..last).unwrap_or_default().iter().cloned().zip(first..).collect::<Vec<_>>())
    });
    // The rows that are built: a few new ones a frame, next to those that stand.
    let shown = RwSignal::new(Vec::<(Key, usize)>::new());
    let steps = StoredValue::new(0_u32);
    let build = move || {
        let here: BTreeSet<Key> = shown.with_untracked(|rows| rows.iter().map(|(key, _)| key.clone()).collect());
        let built = wanted.with_untracked(|wanted| next_to(wanted, |(key, _)| here.contains(key)).to_vec());
        let all = wanted.with_untracked(Vec::len) == built.len();
        if shown.with_untracked(|shown| *shown != built) {
            shown.set(built);
        }
        all
    };
    Effect::new(move |_| {
        wanted.track();
        let mine = steps.try_update_value(|steps| {
            *steps += 1;
            *steps
        });
        each_frame(move || steps.try_get_value() != mine || build());
    });
    #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^52")]
    let above = move || {
        let first = shown.with(|shown| shown.first().map(|(_, place)| *place));
        format!("{}px", first.unwrap_or_else(|| range.get().0) as f64 * ROW)
    };
    #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^52")]
    let below = move || {
        let until = shown.with(|shown| shown.last().map(|(_, place)| place + 1)).unwrap_or_else(|| range.get().0);
        format!("{}px", keys.with(Vec::len).saturating_sub(until) as f64 * ROW)
    };
    view! {
        <tbody node_ref=body role="rowgroup">
            <tr class="systems__space" aria-hidden="true" style:height=above><td></td></tr>
            <For each=move || shown.get() key=|(key, _)| key.clone() let((key, _))>
                <Row key in_sight=shown columns selected />
            </For>
            <tr class="systems__space" aria-hidden="true" style:height=below><td></td></tr>
        </tbody>
    }
}

/// Of the rows that are wanted, those to build next: what is here, and up to [`STEP`] new ones beside it, first those
/// before it. What one looks at stays where it is while the rest is built.
fn next_to<T>(wanted: &[T], is_here: impl Fn(&T) -> bool) -> &[T] {
    let first = wanted.iter().position(&is_here).unwrap_or(0);
    let before = first.min(STEP);
    let mut new = before;
    let built = wanted.iter().skip(first).take_while(|row| {
        new += usize::from(!is_here(row));
        new <= STEP
    });
    let until = first + built.count();
    let from = first - before;
    wanted.get(from..until).unwrap_or_default()
}

/// One system's row.
#[component]
fn Row(
    /// The system.
    key: Key,
    /// The rows in sight, with their places in the list, from 0.
    in_sight: RwSignal<Vec<(Key, usize)>>,
    /// The columns to show.
    columns: Memo<Vec<Column>>,
    /// The systems that are picked.
    selected: RwSignal<BTreeSet<Key>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let data = Memo::new({
        let key = key.clone();
        move |_| session.picture.with(|picture| picture.index.row(&key).cloned())
    });
    let name = move || data.with(|row| row.as_ref().map(|row| row.system.name.clone()).unwrap_or_default());
    let purpose = move || data.with(|row| row.as_ref().map(|row| row.system.purpose.to_string()).unwrap_or_default());
    let cell = move |column: Column| {
        data.with(|row| {
            let row = row.as_ref()?;
            let language = language_of(i18n);
            Some(match column {
                Column::Field(field) => {
                    let value = row.system.get(field.key).unwrap_or_default();
                    if value.is_empty() && System::ROLES.contains(&field) {
                        view! { <span class="missing">{t!(i18n, systems.missing)}</span> }.into_any()
                    } else {
                        shown(field, &value, language).into_any()
                    }
                }
                Column::Stage => row.stage.term().in_language(language).into_any(),
                Column::Levels => match row.classified {
                    Some(classified) => view! {
                        <LevelBadges levels=classified.levels />
                        {classified.disputed.then(|| view! { <span class="missing">{t!(i18n, systems.disputed)}</span> })}
                    }
                    .into_any(),
                    None => view! { <span class="soft">"–"</span> }.into_any(),
                },
                Column::Due => match &row.due {
                    Some(due) if due.is_now() => {
                        let why = due_briefly(i18n, due);
                        view! { <strong>{t!(i18n, systems.due_now)}</strong> " " <span class="systems__why soft">{why}</span> }
                            .into_any()
                    }
                    Some(due) => view! { <span class="soft">{due.next.to_string()}</span> }.into_any(),
                    None => ().into_any(),
                },
                Column::Decided => {
                    row.classified.map_or_else(String::new, |classified| classified.decided.to_string()).into_any()
                }
            })
        })
    };
    let disputed = move || data.with(|row| row.as_ref().is_some_and(|row| row.disputed));
    let due = move || {
        data.with(|row| {
            let due = row.as_ref()?.due.as_ref().filter(|due| due.is_now())?;
            Some(t_string!(i18n, systems.due_because, why = due_briefly(i18n, due)).to_string())
        })
    };
    let address = format!("/system/{key}");
    let place = Place { kind: RecordKind::System, key: key.clone() };
    let picked = key.clone();
    let own = key.clone();
    let row = move || in_sight.with(|rows| rows.iter().find(|(key, _)| *key == own).map(|(_, row)| row + 2));
    view! {
        <tr role="row" class="systems__row" aria-rowindex=row>
            <td role="cell">
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked={
                            let key = key.clone();
                            move || selected.with(|selected| selected.contains(&key))
                        }
                        on:change=move |event| selected.update(|selected| {
                            if event_target_checked(&event) {
                                selected.insert(picked.clone());
                            } else {
                                selected.remove(&picked);
                            }
                        })
                    />
                    <span class="unseen">{t!(i18n, systems.pick)} " " {name}</span>
                </label>
            </td>
            <th scope="row" role="rowheader" class="systems__name">
                <Changed place />
                <A href=address>{name}</A>
                <span class="systems__purpose soft">
                    {move || disputed().then(|| view! {
                        <A href="/att-reda-ut" attr:class="systems__disputed">{t!(i18n, conflicts.mark)}</A> " "
                    })}
                    {move || due().map(|due| view! { <span class="systems__due-now">{due}</span> " " })}
                    {purpose}
                </span>
            </th>
            {move || columns.get().into_iter().map(|column| {
                let class = if column == Column::Levels { "systems__levels" } else { "systems__cell" };
                view! { <td role="cell" class=class>{move || cell(column)}</td> }
            }).collect_view()}
        </tr>
    }
}

/// A row to write a new system's name in. It stays, so that several can be added one after the other.
#[component]
fn NewSystem(
    /// Whether the row is shown.
    adding: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let name = RwSignal::new(String::new());
    let added = RwSignal::new(None::<(Key, String)>);
    let input = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Refused only when the row is gone.
            let _ = input.focus();
        }
    });
    // The same name twice is a question, not an error.
    let twin = move || {
        let name = name.get().trim().to_lowercase();
        !name.is_empty()
            && session.read(|register| register.systems.iter().any(|(_, system)| system.name.to_lowercase() == name))
    };
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let key = device::new_key();
        session.send(Command::add_system(key.clone(), &text));
        added.set(Some((key, text)));
        name.set(String::new());
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <form class="card new-row" on:submit=add on:keydown=move |event| if event.key() == "Escape" { adding.set(false) }>
            <div class="field">
                <label for="new-system">{t!(i18n, systems.new_name)}</label>
                <input id="new-system" autocomplete="off" maxlength="200" node_ref=input bind:value=name />
            </div>
            <button class="button button--main">{t!(i18n, common.add)}</button>
            <button type="button" class="button" on:click=move |_| adding.set(false)>{t!(i18n, common.close)}</button>
            <p class="new-row__said" role="status">
                <Show when=twin><span class="missing">{t!(i18n, systems.twin)}</span></Show>
                {move || added.get().map(|(key, name)| view! {
                    {t!(i18n, systems.added)} " " <A href=format!("/system/{key}")>{name}</A>
                })}
            </p>
        </form>
    }
}

/// What can be done with the systems that are picked.
#[component]
fn BulkBar(
    /// The systems.
    selected: RwSignal<BTreeSet<Key>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let fields: Vec<Field> = System::FIELDS
        .iter()
        .filter(|field| !matches!(field.kind, Kind::Prose) && **field != System::NAME)
        .copied()
        .collect();
    let field = RwSignal::new(System::SYSTEM_OWNER.key.to_owned());
    let value = RwSignal::new(Value::Nothing);
    let chosen = Memo::new(move |_| RecordKind::System.field(&field.get()).map(|field| field.key));
    let set = move |_| {
        let (field, value) = (field.get_untracked(), value.get_untracked());
        let commands = selected.get_untracked().into_iter().map(|key| Command::Set {
            place: Place { kind: RecordKind::System, key },
            field: field.clone(),
            value: value.clone(),
        });
        session.send(Command::Batch(commands.collect()));
        selected.set(BTreeSet::new());
    };
    view! {
        <section class="bulk" aria-label=move || t_string!(i18n, systems.bulk)>
            <strong role="status">{move || t_string!(i18n, systems.picked, count = selected.with(BTreeSet::len)).clone()}</strong>
            <label class="unseen" for="bulk-field">{t!(i18n, systems.bulk_field)}</label>
            <select
                id="bulk-field"
                on:change=move |event| {
                    value.set(Value::Nothing);
                    field.set(event_target_value(&event));
                }
            >
                {fields.into_iter().map(|choice| {
                    let name = term(choice.term);
                    view! { <option value=choice.key selected=move || field.get() == choice.key>{name}</option> }
                }).collect_view()}
            </select>
            <label class="unseen" for="bulk-value">{t!(i18n, systems.bulk_value)}</label>
            <div class="bulk__value">
                {move || chosen.get().and_then(|key| RecordKind::System.field(key)).map(|field| view! {
                    <Control field id="bulk-value".to_owned() value disabled=false on_value=move |given| value.set(given) />
                })}
            </div>
            <button type="button" class="button button--main" disabled=move || !session.editable() on:click=set>
                {t!(i18n, systems.bulk_set)}
            </button>
            <button type="button" class="button button--plain" on:click=move |_| selected.set(BTreeSet::new())>
                {t!(i18n, systems.unpick)}
            </button>
        </section>
    }
}
