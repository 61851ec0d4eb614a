//! The sections of the report, in order.
//!
//! The names are keys of the register's texts: add, never rename.

use super::computed::{self, Compute};
use crate::register::Term;

/// What one section is to be.
#[derive(Debug, Clone, Copy)]
pub struct SectionPlan {
    /// Its name: a key's form, and the one its text has in the register.
    pub name: &'static str,
    /// The heading's level, 1 to 3.
    pub level: u8,
    heading: &'static str,
    /// What to write in it, for the one who writes.
    pub hint: Term,
    pub(super) compute: Compute,
}

impl SectionPlan {
    /// The heading in the report of a year.
    #[must_use]
    pub fn heading(&self, year: i16) -> String {
        self.heading
            .replace("{next}", &(year + 1).to_string())
            .replace("{after}", &(year + 2).to_string())
            .replace("{third}", &(year + 3).to_string())
    }
}

const fn section(name: &'static str, level: u8, heading: &'static str, hint: Term, compute: Compute) -> SectionPlan {
    SectionPlan { name, level, heading, hint, compute }
}

const fn hint(sv: &'static str, en: &'static str) -> Term {
    Term { sv, en }
}

/// Every section, in the order of the report.
pub const SECTIONS: &[SectionPlan] = &[
    section(
        "summary",
        1,
        "Sammanfattning",
        hint(
            "Tre till sex rader: vad har förändrats sedan sist, och vad behöver ledningen besluta?",
            "Three to six lines: what has changed since last time, and what must management decide?",
        ),
        computed::summary,
    ),
    section(
        "since-last",
        1,
        "Sedan förra året",
        hint(
            "Vad ligger bakom förändringarna, och vilka av dem behöver ledningen känna till?",
            "What lies behind the changes, and which of them does management need to know?",
        ),
        computed::since_last,
    ),
    section(
        "background",
        1,
        "Bakgrund",
        hint(
            "Vad ägaren kräver i år: budget, anvisningar till verksamhetsplanen, den lokala planen på tre år.",
            "What the owner asks for this year: budget, instructions for the yearly plan, the local three-year plan.",
        ),
        computed::background,
    ),
    section(
        "management-system",
        1,
        "Ledningssystem för informationssäkerhet, LIS",
        hint(
            "Styrdokumenten med diarienummer och senaste revidering, även den lokala tillämpningsanvisningen.",
            "The steering documents with registration numbers and latest revision, the local rules included.",
        ),
        computed::management_system,
    ),
    section(
        "earlier-decisions",
        1,
        "Status för beslut och åtgärder från föregående genomgång",
        hint(
            "Vad ledningen beslutade förra gången, och hur långt varje beslut har kommit. Beslut som står i registret listas av sig själva.",
            "What management decided last time, and how far each decision has come. Decisions in the register are listed by themselves.",
        ),
        computed::earlier_decisions,
    ),
    section(
        "environment",
        1,
        "Omvärldsbevakning – förändringar i externa och interna frågor som är relevanta för ledningssystemet för informationssäkerhet",
        hint(
            "Vad har ändrats i omvärlden och i den egna verksamheten, och vad betyder det för arbetet?",
            "What has changed outside and inside the company, and what does it mean for the work?",
        ),
        computed::nothing,
    ),
    section(
        "law",
        2,
        "Lagstiftning och avtalsmässiga krav",
        hint(
            "Nya eller ändrade lagar och avtal: vad de kräver, och hur långt ni har kommit.",
            "New or changed laws and contracts: what they ask for, and how far you have come.",
        ),
        computed::nothing,
    ),
    section(
        "other-influence",
        2,
        "Övrig påverkan",
        hint(
            "Ägardirektiv, budget och beredskapsuppdrag som påverkar informationssäkerheten.",
            "Directives, budget and preparedness tasks from the owner that bear on information security.",
        ),
        computed::nothing,
    ),
    section(
        "rsa",
        2,
        "Risk och sårbarhetsanalys (RSA)",
        hint(
            "Var i cykeln arbetet är, och vilka informationssäkerhetsrisker analysen lyfter.",
            "Where in its cycle the work is, and which information-security risks the analysis raises.",
        ),
        computed::nothing,
    ),
    section(
        "internal-control",
        2,
        "Resultat av egen uppföljning (IKP)",
        hint(
            "Punkterna i internkontrollplanen som rör informationssäkerhet, med resultat.",
            "The items of the internal control plan that concern information security, with results.",
        ),
        computed::nothing,
    ),
    section(
        "audits",
        2,
        "Resultat från revisioner",
        hint(
            "Årets revisioner och rekommendationer: vilka är nya, vilka är åtgärdade?",
            "The year's audits and recommendations: which are new, which are dealt with?",
        ),
        computed::nothing,
    ),
    section(
        "performance",
        1,
        "Information om informationssäkerhetens prestanda",
        hint(
            "Instruktioner och rutiner som har tagits fram eller reviderats under året.",
            "Instructions and routines made or revised in the year.",
        ),
        computed::nothing,
    ),
    section(
        "deviations",
        2,
        "Avvikelser och korrigerande åtgärder",
        hint(
            "Avvikelserna som betyder mest, vad de beror på och vad som görs åt dem.",
            "The deviations that matter most, their causes, and what is done about them.",
        ),
        computed::deviations,
    ),
    section(
        "incidents",
        2,
        "Incidentrapportering/statistik",
        hint(
            "Vad incidenterna har lärt er. Antalen räknas ur registret.",
            "What the incidents have taught you. The numbers are counted from the register.",
        ),
        computed::incidents,
    ),
    section(
        "monitoring",
        2,
        "Resultat från övervakning och mätning",
        hint(
            "Hur efterlevnaden av standarden har kontrollerats, och vad det visade.",
            "How compliance with the standard was checked, and what it showed.",
        ),
        computed::nothing,
    ),
    section(
        "identification",
        2,
        "Identifiering av processer och oönskade händelser",
        hint(
            "Hanteringsanvisningar och behandlingsregister: hur långt har de kommit?",
            "Records rules and the register of processing: how far have they come?",
        ),
        computed::identification,
    ),
    section(
        "valuation",
        2,
        "Värdering och hantering av oönskade händelser",
        hint(
            "Vilka system har gått först, vilka återstår, och vad händer om de får vänta?",
            "Which systems went first, which remain, and what follows if they wait?",
        ),
        computed::valuation,
    ),
    section(
        "training",
        2,
        "Obligatoriska utbildningar inom Informationssäkerhet för medarbetare i staden",
        hint(
            "Hur de som inte har gått utbildningen nås. Antalen räknas ur registret.",
            "How those who have not finished are reached. The numbers are counted from the register.",
        ),
        computed::training,
    ),
    section(
        "year-wheel",
        2,
        "Årshjul",
        hint(
            "Årets återkommande aktiviteter: vilka är gjorda, vilka har flyttats?",
            "The year's recurring activities: which are done, which were moved?",
        ),
        computed::year_wheel,
    ),
    section(
        "dso",
        3,
        "Några rekommendationer i DSO-årsrapport",
        hint(
            "Dataskyddsombudets rekommendationer, en punkt för var och en, med status.",
            "The data protection officer's recommendations, one bullet each, with status.",
        ),
        computed::nothing,
    ),
    section(
        "interested-parties",
        1,
        "Återkoppling från intressenter",
        hint(
            "Vad ägare, hyresgäster, tillsynsmyndigheter och leverantörer har sagt, och hur deras behov har ändrats.",
            "What owners, tenants, authorities and suppliers have said, and how their needs have changed.",
        ),
        computed::nothing,
    ),
    section(
        "activities",
        1,
        "Planerade och genomförda aktiviteter samt planering inför kommande år",
        hint(
            "Händelsestyrda uppgifter, utbildningar, uppföljning av leverantörer, och vad som står på tur.",
            "Event-driven tasks, training, follow-up of suppliers, and what comes next.",
        ),
        computed::activities,
    ),
    section(
        "goals",
        1,
        "Informationssäkerhetsmål",
        hint(
            "Målen, ett i taget: hur det mäts, och hur det gick.",
            "The goals, one by one: how each is measured, and how it went.",
        ),
        computed::goals,
    ),
    section(
        "goal-fulfilment",
        2,
        "Måluppfyllelse",
        hint(
            "Årets mål, ett per rad: hur det mäts, målvärdet, utfallet och en kommentar. En tabell passar bra.",
            "The year's goals, one a row: how it is measured, the target, the outcome, and a comment. A table fits well.",
        ),
        computed::nothing,
    ),
    section(
        "risks",
        1,
        "Resultat från riskbedömning och status för riskbehandlingsplan",
        hint(
            "De största riskerna, vad som är accepterat och av vem, och hur åtgärdsplanen går.",
            "The greatest risks, what is accepted and by whom, and how the treatment plan is going.",
        ),
        computed::risks,
    ),
    section(
        "resources",
        1,
        "Resurser",
        hint(
            "Tid, kompetens och pengar: vad arbetet har fått och vad det behöver.",
            "Time, skills and money: what the work has had and what it needs.",
        ),
        computed::nothing,
    ),
    section(
        "improvement",
        1,
        "Möjligheter till ständig förbättring {next}–{after}",
        hint("Förslag till förbättringar, en punkt för var och en.", "Proposals for improvement, one bullet each."),
        computed::nothing,
    ),
    section(
        "priorities",
        1,
        "Planerade och prioriterat arbete och aktiviteter under kommande perioder",
        hint(
            "Det som ska göras först, numrerat (1. 2. 3.), med ansvarig roll.",
            "What is to be done first, numbered (1. 2. 3.), with the responsible role.",
        ),
        computed::nothing,
    ),
    section(
        "decisions",
        1,
        "Beslut",
        hint(
            "Vad ledningen beslutar med anledning av rapporten. Lägg till besluten ett och ett, så följs de upp som åtgärder nästa år.",
            "What management decides on the report. Add the decisions one by one, and they are followed up as actions next year.",
        ),
        computed::decisions,
    ),
    section(
        "signature",
        2,
        "Underskrift",
        hint("Fylls i när beslutet är fattat.", "Filled in once the decision is taken."),
        computed::signature,
    ),
    section(
        "three-year-plan",
        1,
        "Bilaga: Plan för {next}–{third}",
        hint(
            "Ett år i taget: mål, aktivitet, ansvarig, resurser och hur det följs upp. En tabell passar bra.",
            "Year by year: goal, activity, owner, resources and how it is followed up. A table fits well.",
        ),
        computed::nothing,
    ),
    section(
        "definitions",
        1,
        "Bilaga: Så räknas siffrorna",
        hint("Skrivs av programmet.", "Written by the program."),
        computed::definitions,
    ),
];
