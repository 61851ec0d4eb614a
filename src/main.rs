//! Two mains: in the browser the page, elsewhere the relay's command line.

/// Mounts the app on the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    klassrum::ui::mount(later::PAGES);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    klassrum::relay::command_line()
}

/// Where the page's module is cut: each function here is fetched, with all that only it needs, when it is first called.
///
/// They stand in this file and not in the library: the workers are built from the library too, and would carry what is
/// cut off from the page.
#[cfg(target_arch = "wasm32")]
mod later {
    use klassrum::ui::later::{Later, NotFetched, Opened, built};
    use klassrum::ui::pages;
    use leptos::reactive::owner::WeakOwner;
    use leptos::wasm_split::wasm_split;

    /// Each page with the group that it is fetched with.
    macro_rules! pages {
        ($($page:ident: $module:ident::$component:ident in $group:ident;)+) => {
            $(
                #[wasm_split($group, wasm_split_path = leptos::wasm_split, fallible)]
                fn $page(owner: WeakOwner) -> Result<Opened, NotFetched> {
                    Ok(built(&owner, pages::$module::$component))
                }
            )+
            /// The pages that are fetched.
            pub const PAGES: Later = Later {
                $( $page: |owner| Box::pin($page(owner)), )+
                groups: &[|owner| Box::pin(system(owner)), |owner| Box::pin(settings(owner)), |owner| Box::pin(workshop(owner))],
            };
        };
    }

    // Those for the first visit, those one works in, those one comes to now and then, and the table where most have no
    // register. More groups would mean many
    // small files, one for each set of groups that share something.
    pages! {
        start: start::Start in start;
        system: system::SystemPage in work;
        backlog: backlog::Backlog in work;
        decisions: decisions::Decisions in work;
        actions: actions::Actions in work;
        incidents: incidents::Incidents in work;
        incident: incidents::IncidentPage in work;
        training: training::TrainingPage in work;
        conflicts: conflicts::Conflicts in work;
        news: news::NewsPage in work;
        method: method::MethodPage in office;
        import: import::Import in office;
        report: report::ReportPage in office;
        settings: settings::Settings in office;
        workshop: workshop::WorkshopPage in table;
    }
}
