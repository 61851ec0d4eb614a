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
    use klassrum::ui::pages::{
        actions, backlog, conflicts, decisions, import, incidents, method, news, report, settings, start, system,
        training,
    };
    use leptos::reactive::owner::WeakOwner;
    use leptos::wasm_split::wasm_split;

    /// The pages that are fetched: those for the first visit, those one works in, and those one comes to now and then. More
    /// groups would mean many small files, one for each set of groups that share something.
    pub const PAGES: Later = Later {
        start: |owner| Box::pin(start(owner)),
        system: |owner| Box::pin(system(owner)),
        backlog: |owner| Box::pin(backlog(owner)),
        method: |owner| Box::pin(method(owner)),
        decisions: |owner| Box::pin(decisions(owner)),
        actions: |owner| Box::pin(actions(owner)),
        incidents: |owner| Box::pin(incidents(owner)),
        incident: |owner| Box::pin(incident(owner)),
        training: |owner| Box::pin(training(owner)),
        conflicts: |owner| Box::pin(conflicts(owner)),
        import: |owner| Box::pin(import(owner)),
        news: |owner| Box::pin(news(owner)),
        report: |owner| Box::pin(report(owner)),
        settings: |owner| Box::pin(settings(owner)),
    };

    #[wasm_split(start, wasm_split_path = leptos::wasm_split, fallible)]
    fn start(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, start::Start))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn system(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, system::SystemPage))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn backlog(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, backlog::Backlog))
    }

    #[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
    fn method(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, method::MethodPage))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn decisions(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, decisions::Decisions))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn actions(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, actions::Actions))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn incidents(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, incidents::Incidents))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn incident(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, incidents::IncidentPage))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn training(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, training::TrainingPage))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn conflicts(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, conflicts::Conflicts))
    }

    #[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
    fn news(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, news::NewsPage))
    }

    #[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
    fn import(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, import::Import))
    }

    #[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
    fn report(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, report::ReportPage))
    }

    #[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
    fn settings(owner: WeakOwner) -> Result<Opened, NotFetched> {
        Ok(built(&owner, settings::Settings))
    }
}
