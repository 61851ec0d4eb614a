//! What the register says in each section, in words of its own.

use std::collections::BTreeMap;

use super::changes::{ChangeKind, Changes};
use super::charts::{self, Chart, day_of};
use super::figures::{self, Figure, Figures, IncidentsOnly, share};
use super::model::{Align, Block, Footnote, Run, Runs, Table, day_in_words, line, number};
use super::prose;
use super::sections::SectionPlan;
use crate::catalogue::MethodInUse;
use crate::register::list::{Index, Only};
use crate::register::method::Matrix;
use crate::register::{
    Action, Choose, Criticality, Date, Decision, GdprDecision, Incident, Key, Language, Level, Organisation, Place,
    RecordKind, Register, Review, Risk, RiskStatus, Side, StaffForm, StaffRole, System,
};

/// Writes what is computed in a section.
pub(super) type Compute = fn(&Facts<'_>, &mut Page);

/// What the sections are computed from.
pub(super) struct Facts<'a> {
    register: &'a Register,
    organisation: std::sync::Arc<Organisation>,
    review: &'a Review,
    figures: &'a Figures,
    last: Compared<'a>,
    index: Index,
    footnotes: u32,
}

/// What is known of an earlier day.
#[derive(Clone, Copy)]
pub(super) struct Compared<'a> {
    /// The figures of the year before.
    pub(super) figures: Option<&'a Figures>,
    /// What has happened since.
    pub(super) changes: Option<&'a Changes>,
    /// The day that changes are counted from.
    pub(super) day: Option<Date>,
}

/// What is written in a section.
#[derive(Default)]
pub(super) struct Page {
    blocks: Vec<Block>,
    footnotes: Vec<Footnote>,
    before: u32,
    says_disputed: bool,
}

impl Page {
    fn paragraph(&mut self, runs: Runs) {
        self.blocks.push(Block::Paragraph(runs));
    }

    fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    fn chart(&mut self, chart: Option<Chart>) {
        self.blocks.extend(chart.map(Block::Chart));
    }

    /// A reference to a new footnote.
    fn note(&mut self, text: &str) -> Run {
        self.before += 1;
        self.footnotes.push(Footnote { number: self.before, text: line(text) });
        Run::Footnote(self.before)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(register: &'a Register, review: &'a Review, figures: &'a Figures, last: Compared<'a>) -> Self {
        let organisation = register.organisation();
        Self { register, organisation, review, figures, last, index: Index::new(register), footnotes: 0 }
    }

    pub(super) fn section(&mut self, plan: &SectionPlan) -> (Vec<Block>, Vec<Footnote>) {
        let mut page = Page { before: self.footnotes, ..Page::default() };
        (plan.compute)(self, &mut page);
        self.footnotes = page.before;
        (page.blocks, page.footnotes)
    }

    /// Text with figures in double braces.
    fn words(&self, text: &str) -> Runs {
        prose::runs(text, self.figures)
    }

    fn count(&self, figure: Figure) -> u32 {
        self.figures.get(figure)
    }

    /// What stands after the name of a record that people have said different things of; with a note the first time in a
    /// section.
    fn mark(&self, page: &mut Page, kind: RecordKind, key: &Key) -> Runs {
        let mark = disputed(self.register, kind, key);
        if mark.is_empty() {
            return Vec::new();
        }
        let is_said = std::mem::replace(&mut page.says_disputed, true);
        let note = (!is_said).then(|| page.note("Rapporten visar den försiktigaste tills någon har valt."));
        std::iter::once(Run::text(mark)).chain(note).collect()
    }

    const fn year(&self) -> i16 {
        self.figures.year
    }

    /// `cirka ` where the number of systems is not certain, which it is only once somebody has said so.
    const fn about(&self) -> &'static str {
        if matches!(self.review.approximate, Some(false)) { "" } else { "cirka " }
    }

    /// What the organisation is called in running text.
    fn who(&self) -> String {
        let Organisation { short, name, .. } = &*self.organisation;
        let called = line(if short.is_empty() { name } else { short });
        if called.is_empty() { "bolaget".to_owned() } else { called }
    }

    /// A company's town says which municipality owns it, and so whose rules it follows. Only Stockholm's are known here.
    fn is_in_stockholm(&self) -> bool {
        self.organisation.town.trim().eq_ignore_ascii_case("stockholm")
    }
}

/// The mark of a record that people have said different things of; nothing where they haven't.
pub(super) fn disputed(register: &Register, kind: RecordKind, key: &Key) -> &'static str {
    let place = Place { kind, key: key.clone() };
    if register.disputes.of(&place).is_empty() { "" } else { " (två olika uppgifter i registret)" }
}

/// Some sections are people's alone.
pub(super) const fn nothing(_: &Facts<'_>, _: &mut Page) {}

pub(super) fn summary(facts: &Facts<'_>, page: &mut Page) {
    let (year, who) = (facts.year(), facts.who());
    page.paragraph(facts.words(&format!(
        "Rapporten är underlaget när ledningen för {who} går igenom informationssäkerheten under {year}. Den visar hur \
         långt arbetet har kommit, vad som har hänt och vad som återstår, så att ledningen kan bedöma om skyddet räcker \
         och besluta om det som behöver ändras."
    )));
    page.blocks.push(Block::KeyFigures(key_figures(facts)));
    page.paragraph(facts.words(&format!("Siffrorna är hämtade ur registret den {}.", facts.figures.today)));
    let disputed = facts.register.disputes.count();
    if 0 < disputed {
        let fields =
            if disputed == 1 { "En uppgift".to_owned() } else { format!("{} uppgifter", number(small(disputed))) };
        page.paragraph(facts.words(&format!(
            "{fields} i registret har olika värden från olika personer. Rapporten räknar med det försiktigaste av dem \
             tills någon har valt."
        )));
    }
}

fn key_figures(facts: &Facts<'_>) -> Table {
    const SHOWN: [Figure; 13] = [
        Figure::Systems,
        Figure::Classified,
        Figure::ActionPlan,
        Figure::RiskAnalysis,
        Figure::Unclassified,
        Figure::OwnerMissing,
        Figure::InformationOwnerMissing,
        Figure::ActionsOpen,
        Figure::ActionsLate,
        Figure::Incidents,
        Figure::IncidentsBusiness,
        Figure::Trained,
        Figure::TrainedManagers,
    ];
    let rows = SHOWN
        .iter()
        .map(|figure| {
            let label = vec![Run::text(figure.term().in_language(Language::Swedish))];
            let mut value = vec![written(*figure, facts.count(*figure))];
            // How many systems there are may not be certain.
            let about = |figure: Figure| if figure == Figure::Systems { facts.about() } else { "" };
            if !about(*figure).is_empty() {
                value.insert(0, Run::text(about(*figure)));
            }
            if let Some(of) = among(*figure).filter(|of| 0 < facts.count(*of)) {
                value.extend([Run::Text(format!(" av {}", about(of))), written(of, facts.count(of))]);
            }
            let before = facts
                .last
                .figures
                .map(|last| vec![Run::Text(last.known(*figure).map_or_else(|| "–".to_owned(), number))]);
            [label, value].into_iter().chain(before).collect()
        })
        .collect();
    let year = |year: i16| year.to_string();
    let before = facts.last.figures.map(|last| year(last.year));
    let columns = 2 + usize::from(before.is_some());
    Table {
        caption: format!("Nyckeltal {}", facts.year()),
        header: ["Nyckeltal".to_owned(), year(facts.year())].into_iter().chain(before).collect(),
        align: aligned(columns, 1),
        rows,
    }
}

/// What a key figure is counted among.
const fn among(figure: Figure) -> Option<Figure> {
    match figure {
        Figure::Classified
        | Figure::ActionPlan
        | Figure::RiskAnalysis
        | Figure::Unclassified
        | Figure::OwnerMissing
        | Figure::InformationOwnerMissing => Some(Figure::Systems),
        Figure::ActionsLate => Some(Figure::ActionsOpen),
        Figure::IncidentsBusiness => Some(Figure::Incidents),
        Figure::Trained => Some(Figure::People),
        Figure::TrainedManagers => Some(Figure::Managers),
        _ => None,
    }
}

/// The first columns hold words and the rest numbers.
fn aligned(columns: usize, words: usize) -> Vec<Align> {
    (0..columns).map(|column| if column < words { Align::Left } else { Align::Right }).collect()
}

fn written(figure: Figure, count: u32) -> Run {
    Run::Figure { figure, value: number(count) }
}

/// A name or a title may hold an address: what people have written is under the same rule in a list as in a text.
fn cell(text: &str) -> Runs {
    prose::named(&line(text))
}

fn counted(count: u32) -> Runs {
    vec![Run::Text(number(count))]
}

fn strings<const N: usize>(header: [&str; N]) -> Vec<String> {
    header.into_iter().map(str::to_owned).collect()
}

fn word<C: Choose>(choice: Option<C>) -> &'static str {
    choice.map_or("Ej angivet", |choice| choice.term().sv)
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What has changed since the review before.
pub(super) fn since_last(facts: &Facts<'_>, page: &mut Page) {
    let Some(changes) = facts.last.changes else {
        let why = match facts.last.day {
            Some(day) => format!(
                "Registret har ingen historik från den {}, så det går inte att räkna fram vad som har ändrats sedan dess.",
                day_in_words(day)
            ),
            None => "Det finns ingen tidigare dag att jämföra med.".to_owned(),
        };
        return page.paragraph(facts.words(&why));
    };
    page.paragraph(facts.words(&changes_in_words(changes)));
    page.table(Table {
        caption: format!("Förändringar sedan den {}", day_in_words(changes.since)),
        header: strings(["Förändring", "Antal", "Av"]),
        align: vec![Align::Left, Align::Right, Align::Left],
        rows: changes
            .all
            .iter()
            .map(|change| {
                let of = format!("{} {}", number(change.of), change.kind.among());
                vec![cell(change.kind.term().sv), counted(change.count), cell(&of)]
            })
            .collect(),
    });
    let named: Vec<Runs> = changes
        .all
        .iter()
        .filter(|change| !change.named.is_empty())
        .map(|change| cell(&format!("{}: {}", change.kind.term().sv, listed(&change.named, change.others))))
        .collect();
    if !named.is_empty() {
        page.paragraph(facts.words("Det gäller de här systemen, de mest verksamhetskritiska först:"));
        page.blocks.push(Block::Bullets(named));
    }
}

fn changes_in_words(changes: &Changes) -> String {
    let (since, until) = (day_in_words(changes.since), day_in_words(changes.until));
    let days = format!("Jämförelsen gäller registret den {since} och den {until}.");
    if changes.all.iter().all(|change| change.count == 0) {
        return format!("{days} Inget av det som jämförs har ändrats.");
    }
    let count = |kind| changes.count(kind);
    let (closed, late) = (count(ChangeKind::ActionClosed), count(ChangeKind::ActionLate));
    format!(
        "{days} Däremellan har {} system klassats för första gången och {} klassats om. {} {} har avslutats och {} har \
         blivit {}.",
        number(count(ChangeKind::Classified)),
        number(count(ChangeKind::Reclassified)),
        number(closed),
        if closed == 1 { "åtgärd" } else { "åtgärder" },
        number(late),
        if late == 1 { "försenad" } else { "försenade" },
    )
}

/// Names one after the other, and how many more there are.
fn listed(names: &[String], others: u32) -> String {
    let names: Vec<String> = names.iter().map(|name| line(name)).collect();
    match (names.split_last(), others) {
        (None, _) => String::new(),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, before)), 0) => format!("{} och {last}", before.join(", ")),
        (Some(_), others) => format!("{} och {} till", names.join(", "), number(others)),
    }
}

pub(super) fn background(facts: &Facts<'_>, page: &mut Page) {
    if facts.is_in_stockholm() {
        let mut runs = facts.words(
            "Stadens tillämpningsanvisning för informationssäkerhet ger bolagschefen ansvaret att minst en gång om året \
             ta reda på hur arbetet går. Det görs genom en rapport från informationssäkerhetssamordnaren (ISAM), \
             ledningens genomgång.",
        );
        runs.push(page.note(
            "Riktlinje för informationssäkerhet i Stockholms stad, beslutad av kommunfullmäktige 2022-02-21, \
             dnr 2021/866. Enligt den är SS-ISO/IEC 27001 och 27002 utgångspunkt för arbetet i nämnder och bolag.",
        ));
        runs.extend(facts.words(
            " Till verksamhetsplanen bifogas en plan för informationssäkerhetsarbetet under de tre följande åren.",
        ));
        page.paragraph(runs);
    } else {
        page.paragraph(facts.words(
            "Ledningens genomgång hör till standarden SS-EN ISO/IEC 27001: ledningen prövar med jämna mellanrum om \
             ledningssystemet för informationssäkerhet är lämpligt, tillräckligt och verkningsfullt.",
        ));
    }
    page.paragraph(facts.words(
        "Rapporten tar upp hantering av incidenter, utbildning av medarbetare, klassning av information och \
         förteckningen över behandling av personuppgifter. Den ska räcka för att bedöma om arbetet med \
         informationssäkerhet och dataskydd har avsedd verkan.",
    ));
}

pub(super) fn management_system(facts: &Facts<'_>, page: &mut Page) {
    page.paragraph(facts.words(
        "Ett ledningssystem för informationssäkerhet (LIS) är det sätt som en organisation styr, följer upp och \
         förbättrar skyddet av sin information på. Den internationella standarden för sådana system är ISO/IEC 27001.",
    ));
    if facts.is_in_stockholm() {
        let mut runs = facts.words(
            "Stadens riktlinje och tillämpningsanvisning är bilagor till kvalitetsprogrammet. Tillämpningsanvisningen \
             fastställs av stadsdirektören, ses över varje år och säger vem som ansvarar för vad.",
        );
        runs.push(page.note("Stockholms stads kvalitetsprogram, publicerat på start.stockholm."));
        runs.extend(facts.words(&format!(
            " Hur de gemensamma reglerna tillämpas hos {} står i bolagets lokala tillämpningsanvisning.",
            facts.who()
        )));
        page.paragraph(runs);
    }
}

pub(super) fn deviations(facts: &Facts<'_>, page: &mut Page) {
    let rows = || facts.register.actions.iter().filter(|(key, _)| facts.register.systems.get(&key.root()).is_some());
    if rows().next().is_none() {
        page.paragraph(facts.words("Inga åtgärder är ännu registrerade i systemens handlingsplaner."));
        return;
    }
    page.paragraph(facts.words(
        "Systemens handlingsplaner innehåller {{actions-open}} öppna åtgärder, varav {{actions-late}} är försenade.",
    ));
    let today = facts.figures.today;
    let mut sides: BTreeMap<(bool, Option<Side>), (u32, u32)> = BTreeMap::new();
    for (_, action) in rows().filter(|(_, action)| !action.is_closed()) {
        let action: &Action = action;
        let (open, late) = sides.entry((action.side.is_none(), action.side)).or_default();
        *open += 1;
        *late += u32::from(action.is_late(today));
    }
    if !sides.is_empty() {
        page.table(Table {
            caption: "Öppna åtgärder per ansvarig sida".to_owned(),
            header: strings(["Ansvarig sida", "Öppna", "Varav försenade"]),
            align: aligned(3, 1),
            rows: sides
                .into_iter()
                .map(|((_, side), (open, late))| vec![cell(word(side)), counted(open), counted(late)])
                .collect(),
        });
    }
    let open = rows().map(|(_, action)| &**action).filter(|action| !action.is_closed());
    page.chart(charts::actions_by_age(open, today));
}

/// The most incidents that are listed by name.
const LISTED: usize = 5;

pub(super) fn incidents(facts: &Facts<'_>, page: &mut Page) {
    let year = facts.year();
    let found: Vec<(&Key, &Incident)> = figures::incidents(facts.register, year, IncidentsOnly::All)
        .map(|(key, incident)| (key, &**incident))
        .collect();
    let all: Vec<&Incident> = found.iter().map(|(_, incident)| *incident).collect();
    if all.is_empty() {
        page.paragraph(facts.words(&format!("Inga informationssäkerhetsincidenter är registrerade för {year}.")));
        return;
    }
    let plural = if all.len() == 1 { "informationssäkerhetsincident" } else { "informationssäkerhetsincidenter" };
    page.paragraph(facts.words(&format!(
        "Under {year} rapporterades {{{{incidents}}}} {plural}. Av dem bedöms {{{{incidents-business}}}} som \
         verksamhetsrelaterade, det vill säga att de har påverkat eller riskerat att påverka verksamheten. Skräppost \
         och bluffmejl som har anmälts för kännedom och inte fått någon följd räknas inte dit."
    )));
    if 0 < facts.count(Figure::IncidentsPersonalData) {
        let decided = |decision: Option<GdprDecision>| {
            small(all.iter().filter(|one| one.personal_data == Some(true) && one.gdpr == decision).count())
        };
        let mut said = "Personuppgifter berördes i {{incidents-personal-data}} av incidenterna.".to_owned();
        let reported = decided(Some(GdprDecision::Reported));
        if 0 < reported {
            said.push_str(&format!(" Till Integritetsskyddsmyndigheten (IMY) anmäldes {}.", number(reported)));
        }
        let open = decided(None);
        if 0 < open {
            said.push_str(&format!(" För {} är det inte antecknat om de har anmälts till IMY.", number(open)));
        }
        page.paragraph(facts.words(&said));
    }
    page.chart(charts::incidents(&all));
    business_related(facts, page, &found);
}

fn business_related(facts: &Facts<'_>, page: &mut Page, all: &[(&Key, &Incident)]) {
    let mut listed: Vec<(&Key, &Incident)> =
        all.iter().copied().filter(|(_, incident)| incident.business_related == Some(true)).collect();
    listed.sort_by_key(|(_, incident)| (day_of(incident), incident.title.clone()));
    let more = listed.len().saturating_sub(LISTED);
    let in_words = |(key, incident): (&Key, &Incident)| {
        let mut runs = incident_in_words(incident);
        runs.extend(facts.mark(page, RecordKind::Incident, key));
        runs
    };
    let latest: Vec<Runs> = listed.into_iter().skip(more).map(in_words).collect();
    if latest.is_empty() {
        return;
    }
    let lead = if more == 0 {
        "De verksamhetsrelaterade incidenterna var:".to_owned()
    } else {
        format!("De {} senaste verksamhetsrelaterade incidenterna var:", number(small(LISTED)))
    };
    page.paragraph(facts.words(&lead));
    page.blocks.push(Block::Bullets(latest));
}

/// What is secret is named by its kind alone, so that the report can be read by all.
fn incident_in_words(incident: &Incident) -> Runs {
    let kind = word(incident.kind);
    let title = if incident.secrecy.is_empty() { line(&incident.title) } else { String::new() };
    let what = match (title.as_str(), incident.kind) {
        ("", _) => kind.to_owned(),
        (title, None) => title.to_owned(),
        (title, Some(_)) => format!("{title} ({})", kind.to_lowercase()),
    };
    cell(&day_of(incident).map_or_else(|| what.clone(), |day| format!("{day}: {what}")))
}

pub(super) fn identification(facts: &Facts<'_>, page: &mut Page) {
    if facts.count(Figure::Systems) == 0 {
        page.paragraph(facts.words("Inga system eller tjänster är registrerade."));
        return;
    }
    let about = facts.about();
    page.paragraph(facts.words(&format!(
        "Registret omfattar {about}{{{{systems}}}} system och tjänster. Av dem är {{{{classified}}}} klassade, \
         {{{{action-plan}}}} har en handlingsplan och för {{{{risk-analysis}}}} är en riskanalys gjord."
    )));
    page.chart(charts::funnel(facts.figures));
    let year = facts.year();
    if facts.count(Figure::ClassificationsDecided) == 0 {
        page.paragraph(facts.words(&format!("Inga klassningar beslutades under {year}.")));
    } else {
        page.paragraph(facts.words(&format!(
            "Under {year} beslutades {{{{classifications-decided}}}} klassningar. Arkivfunktionen deltog i \
             {{{{archive-took-part}}}} av {{{{classifications-decided}}}}."
        )));
    }
}

pub(super) fn valuation(facts: &Facts<'_>, page: &mut Page) {
    if facts.count(Figure::Systems) == 0 {
        return;
    }
    if facts.count(Figure::Unclassified) == 0 {
        page.paragraph(facts.words("Alla system och tjänster i registret är klassade."));
    } else {
        page.paragraph(facts.words(&format!(
            "Av {}{{{{systems}}}} system och tjänster är {{{{unclassified}}}} ännu inte klassade.",
            facts.about()
        )));
    }
    let unclassified = facts.index.rows().filter(|(_, row)| row.is(Only::Unclassified));
    let mut criticalities: BTreeMap<std::cmp::Reverse<Option<Criticality>>, u32> = BTreeMap::new();
    for (_, row) in unclassified {
        let system: &System = &row.system;
        *criticalities.entry(std::cmp::Reverse(system.criticality)).or_default() += 1;
    }
    let known = criticalities.keys().any(|criticality| criticality.0.is_some());
    if known {
        page.table(Table {
            caption: "Ej klassade system, efter hur verksamhetskritiska de är".to_owned(),
            header: strings(["Verksamhetskritiskt", "Antal"]),
            align: aligned(2, 1),
            rows: criticalities
                .into_iter()
                .map(|(criticality, count)| vec![cell(word(criticality.0)), counted(count)])
                .collect(),
        });
    } else if !criticalities.is_empty() {
        page.paragraph(facts.words("Hur verksamhetskritiska de är har inte angetts i registret."));
    }
    classified_by_level(facts, page);
    page.chart(charts::levels(&facts.index));
}

fn classified_by_level(facts: &Facts<'_>, page: &mut Page) {
    let mut levels: BTreeMap<std::cmp::Reverse<Option<Level>>, u32> = BTreeMap::new();
    for (_, row) in facts.index.rows() {
        if let Some(classified) = row.classified {
            *levels.entry(std::cmp::Reverse(classified.levels.top())).or_default() += 1;
        }
    }
    if levels.is_empty() {
        return;
    }
    page.table(Table {
        caption: "Klassade system, efter högsta nivå i någon aspekt".to_owned(),
        header: strings(["Högsta nivå", "Antal"]),
        align: aligned(2, 1),
        rows: levels
            .into_iter()
            .map(|(level, count)| {
                let name = level.0.map_or_else(
                    || "Ej angivet".to_owned(),
                    |level| format!("{} – {}", level.number(), level.term().sv),
                );
                vec![cell(&name), counted(count)]
            })
            .collect(),
    });
}

pub(super) fn training(facts: &Facts<'_>, page: &mut Page) {
    let Some((key, training)) = figures::training(facts.register, facts.year()) else {
        page.paragraph(facts.words("Ingen avläsning av de obligatoriska utbildningarna är registrerad."));
        return;
    };
    let day = training.cut_off.map(day_in_words).unwrap_or_default();
    let rows: Vec<_> = figures::training_rows(facts.register, key).map(|(_, row)| row).collect();
    let consultants =
        if rows.iter().any(|row| row.form == Some(StaffForm::Consultant)) { "konsulter inräknade, " } else { "" };
    let of = |figure: Figure, of: Figure| {
        let (figure, key) = (prose::placeholder(figure), prose::placeholder(of));
        if facts.count(of) == 0 { figure } else { format!("{figure} av {key}") }
    };
    let people = of(Figure::Trained, Figure::People);
    page.paragraph(facts.words(&format!(
        "Den {day} hade {people} personer, {consultants}gått de obligatoriska utbildningarna i dataskydd och \
         informationssäkerhet. Av dem var {{{{trained-managers}}}} chefer."
    )));
    if rows.is_empty() {
        return;
    }
    let mut groups: BTreeMap<(Option<StaffRole>, Option<StaffForm>), (u32, u32)> = BTreeMap::new();
    for row in rows {
        let (people, completed) = groups.entry((row.role, row.form)).or_default();
        *people = people.saturating_add(row.people.unwrap_or(0));
        *completed = completed.saturating_add(row.completed.unwrap_or(0));
    }
    let mut table = Table {
        caption: format!("Obligatoriska utbildningar, läget den {day}"),
        header: strings(["Roll", "Anställningsform", "Antal", "Klara", "Andel"]),
        align: aligned(5, 2),
        rows: groups
            .into_iter()
            .map(|((role, form), (people, completed))| {
                let share = share(completed, people);
                vec![cell(word(role)), cell(word(form)), counted(people), counted(completed), cell(&share)]
            })
            .collect(),
    };
    let (completed, people) = (facts.count(Figure::Trained), facts.count(Figure::People));
    table.rows.push(vec![
        vec![Run::Strong("Alla".to_owned())],
        cell("–"),
        vec![written(Figure::People, people)],
        vec![written(Figure::Trained, completed)],
        cell(&share(completed, people)),
    ]);
    page.table(table);
}

pub(super) fn year_wheel(facts: &Facts<'_>, page: &mut Page) {
    page.paragraph(facts.words(
        "Årshjulet är informationssäkerhetssamordnarens plan för året: det som återkommer varje år och det som har \
         tillkommit, även inom dataskydd.",
    ));
    page.chart(charts::year_wheel(facts.register, facts.year()));
}

pub(super) fn activities(facts: &Facts<'_>, page: &mut Page) {
    let year = facts.year();
    let redone = figures::classifications(facts.register, year, false)
        .filter(|(key, decision)| {
            facts.register.classifications.of(&key.root()).any(|(_, earlier)| {
                earlier.withdrawn != Some(true)
                    && earlier.information_set == decision.information_set
                    && earlier.decided < decision.decided
                    && earlier.decided.is_some()
            })
        })
        .count();
    if facts.count(Figure::ClassificationsDecided) == 0 {
        return;
    }
    let of_these = match redone {
        0 => "Alla gällde sådant som inte hade klassats tidigare.".to_owned(),
        redone => format!("Av dem var {} omklassningar.", number(small(redone))),
    };
    page.paragraph(
        facts.words(&format!("Under {year} beslutades {{{{classifications-decided}}}} klassningar. {of_these}")),
    );
}

pub(super) fn goals(facts: &Facts<'_>, page: &mut Page) {
    page.paragraph(facts.words("Målen för informationssäkerheten är av tre slag:"));
    page.blocks.push(Block::Bullets(
        [
            "Effektmål säger vilken nytta organisationen på sikt ska ha av arbetet med informationssäkerhet.",
            "Resultatmål säger hur arbetet på sikt ska bedrivas.",
            "Kortsiktiga mål är konkreta, nås inom ett till två år och bygger på de analyser som är gjorda.",
        ]
        .iter()
        .map(|text| facts.words(text))
        .collect(),
    ));
}

pub(super) fn risks(facts: &Facts<'_>, page: &mut Page) {
    page.paragraph(facts.words(
        "Riskarbetet börjar i klassningen. Den ger en handlingsplan med de skyddsåtgärder som återstår. Riskanalysen \
         prövar om åtgärderna räcker, genom att väga samman hur sannolik och hur allvarlig en händelse är. Det som \
         ska göras åt riskerna beslutas i en åtgärdsplan.",
    ));
    let risks: Vec<&Risk> = facts
        .register
        .risks
        .iter()
        .filter(|(key, _)| facts.register.systems.get(&key.root()).is_some())
        .map(|(_, risk)| &**risk)
        .collect();
    if risks.is_empty() {
        page.paragraph(
            facts.words("En riskanalys är gjord för {{risk-analysis}} system. Enskilda risker är inte registrerade."),
        );
    } else {
        page.paragraph(facts.words(&format!(
            "En riskanalys är gjord för {{{{risk-analysis}}}} system, och en åtgärdsplan är beslutad för \
             {{{{treatment-plan}}}}. Sammanlagt är {} risker registrerade.",
            number(small(risks.len()))
        )));
        risks_in_matrices(facts.register, page);
        accepted(facts, page, &risks);
    }
    if 0 < facts.count(Figure::Systems) {
        page.paragraph(facts.words(
            "Ägare saknas för {{owner-missing}} system, där varken systemägare eller objektägare är utsedd. \
             Informationsägare saknas för {{information-owner-missing}}.",
        ));
    }
}

/// The risks by the matrix of the analysis that each belongs to, as the system's page shows them.
fn risks_in_matrices(register: &Register, page: &mut Page) {
    let method = MethodInUse::of(register);
    let matrix_of = |key: &Key| key.owner().and_then(|analysis| method.matrix_of(register, &analysis));
    let is_here = |key: &Key| register.systems.get(&key.root()).is_some();
    let used: Vec<(&Matrix, Vec<&Risk>)> = method
        .matrices
        .iter()
        .map(|matrix| {
            let is_of = |key: &Key| is_here(key) && matrix_of(key).is_some_and(|of| of.edition == matrix.edition);
            (matrix, register.risks.iter().filter(|(key, _)| is_of(key)).map(|(_, risk)| &**risk).collect())
        })
        .filter(|(_, risks): &(_, Vec<_>)| !risks.is_empty())
        .collect();
    for (matrix, risks) in &used {
        let by = if used.len() == 1 { String::new() } else { format!(", {}", matrix.name.sv.to_lowercase()) };
        page.table(risks_by_level(matrix, risks, format!("Risker per nivå, före åtgärd{by}")));
        let caption = format!("Risker efter sannolikhet och konsekvens, före åtgärd{by}");
        page.chart(charts::risk_matrix(matrix, risks, caption));
    }
}

fn risks_by_level(matrix: &Matrix, risks: &[&Risk], caption: String) -> Table {
    let mut by_rank: BTreeMap<Option<usize>, (u32, u32)> = BTreeMap::new();
    for risk in risks {
        let (count, open) = by_rank.entry(matrix.of(risk).0.map(|(rank, _)| rank)).or_default();
        *count += 1;
        *open +=
            u32::from(!matches!(risk.status, Some(RiskStatus::Reduced | RiskStatus::Accepted | RiskStatus::Closed)));
    }
    Table {
        caption,
        header: strings(["Nivå", "Antal", "Varav öppna"]),
        align: aligned(3, 1),
        rows: by_rank
            .into_iter()
            .rev()
            .map(|(rank, (count, open))| {
                let level = rank.and_then(|rank| matrix.levels.get(rank));
                vec![cell(level.map_or("Ej bedömd", |level| &level.name.sv)), counted(count), counted(open)]
            })
            .collect(),
    }
}

fn accepted(facts: &Facts<'_>, page: &mut Page, risks: &[&Risk]) {
    let accepted: Vec<_> = risks.iter().filter(|risk| risk.status == Some(RiskStatus::Accepted)).collect();
    if accepted.is_empty() {
        return;
    }
    let today = facts.figures.today;
    let over = accepted.iter().filter(|risk| risk.accepted_until.is_some_and(|until| until < today)).count();
    page.paragraph(facts.words(&format!(
        "Av riskerna är {} accepterade. För {} av dem har tiden för acceptansen gått ut.",
        number(small(accepted.len())),
        number(small(over))
    )));
}

/// How far the decisions of the year before have come.
pub(super) fn earlier_decisions(facts: &Facts<'_>, page: &mut Page) {
    let year = facts.year() - 1;
    let all = facts.register.decided_of(year);
    if all.is_empty() {
        return;
    }
    let today = facts.figures.today;
    let count = |is: &dyn Fn(&Decision) -> bool| number(small(all.iter().filter(|(.., one)| is(one)).count()));
    page.paragraph(facts.words(&format!(
        "Ledningens genomgång {year} ledde till {} beslut. Av dem är {} avslutade och {} försenade.",
        number(small(all.len())),
        count(&Decision::is_closed),
        count(&|one| one.is_late(today)),
    )));
    let table = Table {
        caption: format!("Beslut i ledningens genomgång {year}"),
        header: strings(["Beslut", "Ansvarig", "Klart senast", "Status", "Utfall"]),
        align: aligned(5, 5),
        rows: all
            .iter()
            .map(|(paragraph, key, one)| {
                let status = if one.is_late(today) { "Försenat" } else { word(one.status) };
                vec![
                    paragraph_of(facts, page, *paragraph, key, one),
                    cell(&one.owner),
                    day_cell(one.due),
                    cell(status),
                    prose::runs(&one.outcome, facts.figures),
                ]
            })
            .collect(),
    };
    page.table(table);
}

/// What management decides, a paragraph each.
pub(super) fn decisions(facts: &Facts<'_>, page: &mut Page) {
    let all = facts.register.decisions_of(facts.year());
    if all.is_empty() {
        return;
    }
    page.paragraph(facts.words("Ledningen beslutar:"));
    let table = Table {
        caption: format!("Beslut med anledning av genomgången {}", facts.year()),
        header: strings(["Beslut", "Ansvarig", "Klart senast"]),
        align: aligned(3, 3),
        rows: all
            .iter()
            .map(|(paragraph, key, one)| {
                vec![paragraph_of(facts, page, *paragraph, key, one), cell(&one.owner), day_cell(one.due)]
            })
            .collect(),
    };
    page.table(table);
}

fn paragraph_of(facts: &Facts<'_>, page: &mut Page, paragraph: u32, key: &Key, decision: &Decision) -> Runs {
    let mut runs = vec![Run::Strong(format!("§\u{A0}{paragraph}")), Run::text(" ")];
    runs.extend(prose::runs(&decision.text, facts.figures));
    runs.extend(facts.mark(page, RecordKind::Decision, key));
    runs
}

fn day_cell(day: Option<Date>) -> Runs {
    cell(&day.map_or_else(String::new, |day| day.to_string()))
}

/// Where the one who decides signs.
pub(super) fn signature(_: &Facts<'_>, page: &mut Page) {
    let row = |what: &str| vec![cell(what), cell("")];
    page.table(Table {
        caption: "Beslutet undertecknas".to_owned(),
        header: strings(["Uppgift", "Ifylls vid beslut"]),
        align: aligned(2, 2),
        rows: ["Ort och datum", "Diarienummer för beslutet", "Bolagschefens underskrift", "Namnförtydligande"]
            .map(row)
            .to_vec(),
    });
}

/// How each figure is counted, and where its list is.
pub(super) fn definitions(facts: &Facts<'_>, page: &mut Page) {
    page.paragraph(facts.words(
        "Siffrorna räknas ur registret när rapporten görs. Listan bakom varje siffra finns i arbetsboken med bilagor, på \
         det blad som tabellen anger.",
    ));
    page.table(Table {
        caption: "Siffrorna i rapporten".to_owned(),
        header: strings(["Siffra", "Så räknas den", "Lista", "Antal"]),
        align: aligned(4, 3),
        rows: Figure::ALL
            .iter()
            .map(|figure| {
                let definition = figure.definition(Language::Swedish);
                let list = figure.list(facts.year()).sheet();
                let count = vec![written(*figure, facts.count(*figure))];
                vec![cell(figure.term().sv), cell(definition), cell(list), count]
            })
            .collect(),
    });
}
