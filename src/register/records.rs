//! The records of a register and their fields, by the trade's own words.
//!
//! People are named by role, never by name. A field's key is a file format: add, never rename.

use jiff::civil::{Date, DateTime};

use super::key::{Key, Place};
use super::level::{Level, Levels};
use super::value::{Choose, Frozen, Prose, choice, record};

choice! {
    /// Every kind of record a register holds.
    #[derive(serde::Serialize, serde::Deserialize)]
    RecordKind {
        Organisation "organisation" "Organisation" "Organisation",
        System "systems" "System" "System",
        InformationSet "information_sets" "Informationsmängd" "Information set",
        Classification "classifications" "Klassning" "Classification",
        ActionPlan "action_plans" "Handlingsplan" "Action plan",
        Action "actions" "Åtgärd" "Action",
        RiskAnalysis "risk_analyses" "Riskanalys" "Risk analysis",
        Risk "risks" "Risk" "Risk",
        TreatmentPlan "treatment_plans" "Åtgärdsplan" "Treatment plan",
        Treatment "treatments" "Riskåtgärd" "Risk treatment",
        Incident "incidents" "Incident" "Incident",
        IncidentLink "incident_links" "Koppling" "Link",
        Training "trainings" "Utbildning" "Training",
        TrainingCount "training_counts" "Utbildade" "Training count",
        Review "reviews" "Ledningens genomgång" "Management review",
        Section "sections" "Avsnitt" "Section",
        Method "methods" "Metod" "Method",
        Answer "answers" "Självskattning" "Self-assessment",
        LocalMeasure "local_measures" "Så gör vi här" "How we do it here",
        Sitting "sittings" "Klassningsmöte" "Sitting",
        Attendance "attendances" "Deltagare" "Attendance",
        Vote "votes" "Röst" "Vote",
        Decision "decisions" "Beslut" "Decision",
        Issued "issued" "Utfärdad rapport" "Issued report",
    }
}

impl RecordKind {
    /// The kind that a record of this kind belongs to.
    #[must_use]
    pub const fn owner(self) -> Option<Self> {
        match self {
            Self::Organisation | Self::System | Self::Incident | Self::Training | Self::Review | Self::Method => None,
            Self::InformationSet
            | Self::Classification
            | Self::ActionPlan
            | Self::Action
            | Self::RiskAnalysis
            | Self::TreatmentPlan
            | Self::Treatment
            | Self::Answer
            | Self::LocalMeasure
            | Self::Sitting => Some(Self::System),
            Self::Risk => Some(Self::RiskAnalysis),
            Self::IncidentLink => Some(Self::Incident),
            Self::TrainingCount => Some(Self::Training),
            Self::Section | Self::Decision | Self::Issued => Some(Self::Review),
            Self::Attendance => Some(Self::Sitting),
            Self::Vote => Some(Self::Classification),
        }
    }

    /// How many owners a key of this kind names before its own part.
    #[must_use]
    pub const fn depth(self) -> usize {
        match self.owner() {
            None => 0,
            Some(owner) => owner.depth() + 1,
        }
    }

    /// Whether the record is a decision: added once, never changed, withdrawn with a reason.
    #[must_use]
    pub const fn is_decision(self) -> bool {
        matches!(self, Self::Classification | Self::Method | Self::Answer | Self::Vote | Self::Issued)
    }

    /// Whether the key is the same on every device (a year, a section's name), so that two devices may begin the same
    /// record apart and must still meet in it.
    #[must_use]
    pub const fn has_natural_key(self) -> bool {
        matches!(self, Self::Organisation | Self::Review | Self::Section | Self::LocalMeasure)
    }
}

choice! {
    /// What sort of thing a system is.
    SystemKind {
        System "system" "System" "System",
        Service "service" "Tjänst" "Service",
        CloudService "cloud" "Molntjänst" "Cloud service",
        Operational "ot" "Styr- och övervakning (OT)" "Operational technology (OT)",
    }
}
choice! {
    /// Where a system is in its life.
    SystemStatus {
        Planned "planned" "Planerat" "Planned",
        InUse "in-use" "I drift" "In use",
        PhasingOut "phasing-out" "Under avveckling" "Being phased out",
    }
}
choice! {
    /// How much the company depends on it.
    Criticality {
        Low "low" "Låg" "Low",
        Normal "normal" "Normal" "Normal",
        High "high" "Hög" "High",
        Vital "vital" "Mycket hög" "Very high",
    }
}
choice! {
    /// Which side of the house carries out an action.
    Side {
        Business "business" "Verksamhet" "Business",
        It "it" "IT" "IT",
        Provider "provider" "Driftleverantör" "Operations provider",
        Hr "hr" "HR" "HR",
        Property "property" "Fastighet" "Property",
        Archive "archive" "Arkiv" "Archive",
        Management "management" "Ledning" "Management",
    }
}
choice! {
    /// How well a requirement is met, by one's own judgement.
    Assessment {
        Met "met" "Uppfyllt" "Met",
        Partly "partly" "Delvis" "Partly",
        NotMet "not-met" "Ej uppfyllt" "Not met",
        NotApplicable "not-applicable" "Ej tillämpligt" "Not applicable",
        Unknown "unknown" "Vet ej" "Don't know",
    }
}
choice! {
    /// How far an action has come. Late is computed, never chosen.
    ActionStatus {
        Proposed "proposed" "Föreslagen" "Proposed",
        Decided "decided" "Beslutad" "Decided",
        Ongoing "ongoing" "Pågår" "Ongoing",
        Hindered "hindered" "Hinder" "Hindered",
        Introduced "introduced" "Införd" "Introduced",
        Verified "verified" "Verifierad" "Verified",
        Dropped "dropped" "Avskriven" "Dropped",
    }
}

impl ActionStatus {
    /// Whether nothing more is to be done.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Introduced | Self::Verified | Self::Dropped)
    }
}

choice! {
    /// What comes first.
    Priority {
        High "high" "Hög" "High",
        Normal "normal" "Normal" "Normal",
        Low "low" "Låg" "Low",
    }
}
choice! {
    /// Where a threat comes from.
    Origin {
        Deliberate "deliberate" "Människa, avsiktlig" "Human, deliberate",
        Accidental "accidental" "Människa, oavsiktlig" "Human, accidental",
        Technical "technical" "Teknik" "Technology",
        Natural "natural" "Natur" "Nature",
        Supplier "supplier" "Leverantör" "Supplier",
        Administrative "administrative" "Administration" "Administration",
    }
}
choice! {
    /// What is done about a risk.
    RiskTreatment {
        Accept "accept" "Accepteras" "Accept",
        Avoid "avoid" "Undviks" "Avoid",
        Transfer "transfer" "Överförs" "Transfer",
        Reduce "reduce" "Reduceras" "Reduce",
    }
}
choice! {
    /// How far the handling of a risk has come.
    RiskStatus {
        Open "open" "Öppen" "Open",
        Treating "treating" "Under behandling" "Being treated",
        Reduced "reduced" "Reducerad" "Reduced",
        Accepted "accepted" "Accepterad" "Accepted",
        Lifted "lifted" "Lyft" "Lifted",
        Closed "closed" "Stängd" "Closed",
    }
}
choice! {
    /// How likely: a step of the risk matrix, whose own words go before these. Not every matrix has the fifth.
    Likelihood {
        Unlikely "unlikely" "1 – Osannolik (mer sällan än vart tionde år)" "1 – Unlikely (less than every ten years)",
        Possible "possible" "2 – Möjlig (vart tredje till vart tionde år)" "2 – Possible (every three to ten years)",
        Probable "probable" "3 – Trolig (vart till vart tredje år)" "3 – Probable (every one to three years)",
        Certain "certain" "4 – Mycket trolig (varje år eller oftare)" "4 – Very probable (every year or more often)",
        Frequent "frequent" "5 – Ständig (flera gånger om året)" "5 – Constant (several times a year)",
    }
}
choice! {
    /// How bad: a step of the risk matrix, whose own words go before these. Not every matrix has the fifth.
    Impact {
        Negligible "negligible" "1 – Försumbar" "1 – Negligible",
        Moderate "moderate" "2 – Måttlig" "2 – Moderate",
        Significant "significant" "3 – Betydande" "3 – Significant",
        Serious "serious" "4 – Allvarlig" "4 – Serious",
        Disastrous "disastrous" "5 – Mycket allvarlig" "5 – Very serious",
    }
}
choice! {
    /// Why a system as a whole is classified higher than each of its information sets.
    Raise {
        Accumulation "accumulation" "Ackumulering (mängden)" "Accumulation (volume)",
        Aggregation "aggregation" "Aggregering (kombinationen)" "Aggregation (combination)",
        Integration "integration" "Integration (med högre klassat system)" "Integration (with a higher system)",
    }
}
choice! {
    /// What happens to records in the end.
    KeepOrDispose {
        Keep "keep" "Bevaras" "Keep",
        Dispose "dispose" "Gallras" "Dispose",
        Undecided "undecided" "Inte avgjort" "Not decided",
    }
}
choice! {
    /// Whether a treatment lowers the risk or handles what happened.
    TreatmentKind {
        Preventive "preventive" "Förebyggande" "Preventive",
        Handling "handling" "Hanterande" "Handling",
    }
}
choice! {
    /// What happened.
    IncidentKind {
        Phishing "phishing" "Nätfiske eller bluffmejl" "Phishing or scam mail",
        Malware "malware" "Skadlig kod" "Malware",
        Intrusion "intrusion" "Intrång eller obehörig åtkomst" "Intrusion or unauthorised access",
        Misdirected "misdirected" "Felskickad information" "Misdirected information",
        LostEquipment "lost-equipment" "Förlorad eller stulen utrustning" "Lost or stolen equipment",
        BreakIn "break-in" "Inbrott i lokal" "Break-in",
        SocialMedia "social-media" "Publicering i sociala medier" "Social media",
        Outage "outage" "Avbrott i system" "System outage",
        SupplierOutage "supplier-outage" "Avbrott hos leverantör" "Supplier outage",
        AccessRights "access-rights" "Felaktig behörighet" "Wrong access rights",
        DataError "data-error" "Fel i data" "Error in data",
        Overload "overload" "Överbelastning" "Overload",
        Operational "ot" "Styr- och övervakning (OT)" "Operational technology (OT)",
        Physical "physical" "Fysisk skada" "Physical damage",
        Other "other" "Annat" "Other",
    }
}
choice! {
    /// How bad an incident was.
    Severity {
        None "none" "0 – Ingen" "0 – None",
        Low "low" "1 – Låg" "1 – Low",
        Medium "medium" "2 – Medel" "2 – Medium",
        High "high" "3 – Hög" "3 – High",
    }
}
choice! {
    /// Whether the data protection authority is told (GDPR art. 33).
    GdprDecision {
        Reported "reported" "Anmäld till IMY" "Reported to IMY",
        NotReported "not-reported" "Ej anmäld" "Not reported",
    }
}
choice! {
    /// Whether an incident must be reported under cybersäkerhetslagen (2025:1506), 2 kap. 5–8 §§.
    Nis2Decision {
        Significant "significant" "Betydande" "Significant",
        NotSignificant "not-significant" "Ej betydande" "Not significant",
        NotCovered "not-covered" "Omfattas ej" "Not covered",
    }
}
choice! {
    /// Who among the staff.
    StaffRole {
        Manager "manager" "Chefer" "Managers",
        Employee "employee" "Medarbetare" "Staff",
    }
}
choice! {
    /// Employed or hired.
    StaffForm {
        Employed "employed" "Anställda" "Employed",
        Consultant "consultant" "Konsulter" "Consultants",
    }
}

record! {
    /// Whose register it is.
    Organisation {
        NAME name: String = "name" "Organisationens namn" "Name of the organisation",
        SHORT short: String = "short" "Kortnamn" "Short name",
        TOWN town: String = "town" "Ort" "Town",
        HEADCOUNT headcount: Option<u32> = "headcount" "Antal som ska gå obligatorisk utbildning" "People who must take mandatory training",
        MATRIX matrix: String = "matrix" "Riskmatris" "Risk matrix",
        SITTING_MINUTES sitting_minutes: Option<u32> = "sitting_minutes" "Minuter per klassningsmöte" "Minutes per sitting",
    }
}

record! {
    /// A system or a service (`domain.md` §1.2).
    System {
        NAME name: String = "name" "System eller tjänst" "System or service",
        PURPOSE purpose: Prose = "purpose" "Användningsområde" "Purpose",
        KIND kind: Option<SystemKind> = "kind" "Typ" "Type",
        STATUS status: Option<SystemStatus> = "status" "Status" "Status",
        CRITICALITY criticality: Option<Criticality> = "criticality" "Verksamhetskritiskt" "Criticality",
        UNIT unit: String = "unit" "Enhet" "Unit",
        SYSTEM_OWNER system_owner: String = "system_owner" "Systemägare" "System owner",
        OBJECT_OWNER object_owner: String = "object_owner" "Objektägare" "Object owner",
        OBJECT_MANAGER object_manager: String = "object_manager" "Objektledare" "Object manager",
        INFORMATION_OWNER information_owner: String = "information_owner" "Informationsägare" "Information owner",
        SUPPLIER supplier: String = "supplier" "Leverantör" "Supplier",
        OPERATIONS operations: String = "operations" "Driftform" "Operations model",
        HOSTING_COUNTRY hosting_country: String = "hosting_country" "Driftland" "Hosting country",
        CONTRACT contract: String = "contract" "Avtal" "Contract",
        CONTRACT_ENDS contract_ends: Option<Date> = "contract_ends" "Avtalet löper ut" "Contract ends",
        PERSONAL_DATA personal_data: Option<bool> = "personal_data" "Personuppgifter" "Personal data",
        INTEGRATIONS integrations: Prose = "integrations" "Integrationer" "Integrations",
        MOVES moves: Option<Date> = "moves" "Flyttas eller byter drift" "Moves or changes operations",
        PLANNED planned: Option<Date> = "planned" "Klassning planerad" "Classification planned",
        COMMENT comment: Prose = "comment" "Kommentar" "Comment",
    }
}

impl System {
    /// The four roles a system should have.
    pub const ROLES: [super::value::Field; 4] =
        [Self::SYSTEM_OWNER, Self::OBJECT_OWNER, Self::OBJECT_MANAGER, Self::INFORMATION_OWNER];

    /// Whether neither a system owner nor an object owner is named.
    #[must_use]
    pub fn lacks_owner(&self) -> bool {
        self.system_owner.is_empty() && self.object_owner.is_empty()
    }

    /// Whether no information owner is named.
    #[must_use]
    pub fn lacks_information_owner(&self) -> bool {
        self.information_owner.is_empty()
    }
}

record! {
    /// The smallest useful group of information in a system: what is classified.
    InformationSet {
        NAME name: String = "name" "Informationsmängd" "Information set",
        DESCRIPTION description: Prose = "description" "Beskrivning" "Description",
        OWNER owner: String = "owner" "Informationsägare" "Information owner",
        PERSONAL_DATA personal_data: Option<bool> = "personal_data" "Personuppgifter" "Personal data",
        SPECIAL_CATEGORIES special_categories: Option<bool> = "special_categories" "Känsliga personuppgifter" "Special categories of personal data",
        CHILDREN children: Option<bool> = "children" "Uppgifter om barn" "Data about children",
        PROTECTED_IDENTITY protected_identity: Option<bool> = "protected_identity" "Skyddade personuppgifter" "Protected identities",
        SECRECY secrecy: String = "secrecy" "Sekretess (OSL)" "Secrecy (OSL)",
        NATIONAL_SECURITY national_security: Option<bool> = "national_security" "Kan röra Sveriges säkerhet" "May concern Sweden's security",
        RETENTION retention: Option<KeepOrDispose> = "retention" "Bevaras eller gallras" "Keep or dispose of",
        DISPOSE_AFTER dispose_after: String = "dispose_after" "Gallras när" "Disposed of when",
        RETENTION_BASIS retention_basis: String = "retention_basis" "Stöd för gallring eller bevarande" "Basis for keeping or disposing",
        RECORDS_RULE records_rule: String = "records_rule" "Bevara eller gallra" "Keep or dispose",
    }
}

record! {
    /// A decision on levels, one of a system's history.
    Classification {
        DECIDED decided: Option<Date> = "decided" "Beslutad" "Decided",
        INFORMATION_SET information_set: String = "information_set" "Informationsmängd" "Information set",
        CONFIDENTIALITY confidentiality: Option<Level> = "confidentiality" "Konfidentialitet" "Confidentiality",
        INTEGRITY integrity: Option<Level> = "integrity" "Riktighet" "Integrity",
        AVAILABILITY availability: Option<Level> = "availability" "Tillgänglighet" "Availability",
        TRACEABILITY traceability: Option<Level> = "traceability" "Spårbarhet" "Traceability",
        SCALE scale: String = "scale" "Skala" "Scale",
        WORDING wording: String = "wording" "Nivåernas ord" "Wording of the levels",
        CONFIDENTIALITY_RAISE confidentiality_raise: Option<Raise> = "confidentiality_raise" "Höjd, konfidentialitet" "Raised, confidentiality",
        INTEGRITY_RAISE integrity_raise: Option<Raise> = "integrity_raise" "Höjd, riktighet" "Raised, integrity",
        AVAILABILITY_RAISE availability_raise: Option<Raise> = "availability_raise" "Höjd, tillgänglighet" "Raised, availability",
        TRACEABILITY_RAISE traceability_raise: Option<Raise> = "traceability_raise" "Höjd, spårbarhet" "Raised, traceability",
        BASIS basis: String = "basis" "Uppgifter om systemet då" "What was known of the system then",
        SITTING sitting: String = "sitting" "Klassningsmöte" "Sitting",
        CONFIDENTIALITY_REASON confidentiality_reason: Prose = "confidentiality_reason" "Skäl, konfidentialitet" "Reason, confidentiality",
        INTEGRITY_REASON integrity_reason: Prose = "integrity_reason" "Skäl, riktighet" "Reason, integrity",
        AVAILABILITY_REASON availability_reason: Prose = "availability_reason" "Skäl, tillgänglighet" "Reason, availability",
        TRACEABILITY_REASON traceability_reason: Prose = "traceability_reason" "Skäl, spårbarhet" "Reason, traceability",
        LEGAL legal: Prose = "legal" "Lagrum" "Legal references",
        ARCHIVE_TOOK_PART archive_took_part: Option<bool> = "archive_took_part" "Arkivfunktionen deltog" "The archive function took part",
        DECIDED_BY decided_by: String = "decided_by" "Beslutad av" "Decided by",
        WITHDRAWN withdrawn: Option<bool> = "withdrawn" "Återkallad" "Withdrawn",
        WITHDRAWN_REASON withdrawn_reason: String = "withdrawn_reason" "Skäl till återkallelse" "Reason for withdrawal",
    }
}

impl Classification {
    /// The levels it decides.
    #[must_use]
    pub const fn levels(&self) -> Levels {
        Levels {
            confidentiality: self.confidentiality,
            integrity: self.integrity,
            availability: self.availability,
            traceability: self.traceability,
        }
    }

    /// The field that holds an aspect's level, and the one that holds its reason.
    #[must_use]
    pub const fn fields(aspect: super::level::Aspect) -> (super::value::Field, super::value::Field) {
        match aspect {
            super::level::Aspect::Confidentiality => (Self::CONFIDENTIALITY, Self::CONFIDENTIALITY_REASON),
            super::level::Aspect::Integrity => (Self::INTEGRITY, Self::INTEGRITY_REASON),
            super::level::Aspect::Availability => (Self::AVAILABILITY, Self::AVAILABILITY_REASON),
            super::level::Aspect::Traceability => (Self::TRACEABILITY, Self::TRACEABILITY_REASON),
        }
    }

    /// The field that says why an aspect's level is higher than that of each information set.
    #[must_use]
    pub const fn raise_field(aspect: super::level::Aspect) -> super::value::Field {
        match aspect {
            super::level::Aspect::Confidentiality => Self::CONFIDENTIALITY_RAISE,
            super::level::Aspect::Integrity => Self::INTEGRITY_RAISE,
            super::level::Aspect::Availability => Self::AVAILABILITY_RAISE,
            super::level::Aspect::Traceability => Self::TRACEABILITY_RAISE,
        }
    }

    /// Why an aspect's level is higher than that of each information set; nothing when it isn't.
    #[must_use]
    pub const fn raised(&self, aspect: super::level::Aspect) -> Option<Raise> {
        match aspect {
            super::level::Aspect::Confidentiality => self.confidentiality_raise,
            super::level::Aspect::Integrity => self.integrity_raise,
            super::level::Aspect::Availability => self.availability_raise,
            super::level::Aspect::Traceability => self.traceability_raise,
        }
    }
}

record! {
    /// That a system has a plan for what its classification asks for. Its rows are [`Action`]s.
    ActionPlan {
        DECIDED decided: Option<Date> = "decided" "Beslutad" "Decided",
        DECIDED_BY decided_by: String = "decided_by" "Beslutad av" "Decided by",
        NOTE note: Prose = "note" "Anteckning" "Note",
    }
}

record! {
    /// A row of an action plan (`domain.md` §3.3).
    Action {
        TITLE title: String = "title" "Åtgärd" "Action",
        MEASURE measure: String = "measure" "Ur katalogen" "From the catalogue",
        LEVEL level: Option<Level> = "level" "Krävs från nivå" "Required from level",
        ASPECTS aspects: String = "aspects" "Aspekter" "Aspects",
        ASSESSMENT assessment: Option<Assessment> = "assessment" "Självskattning" "Self-assessment",
        REASON reason: String = "reason" "Varför ej tillämpligt" "Why not applicable",
        HOW how: Prose = "how" "Så gör vi här" "How we do it here",
        EVIDENCE evidence: String = "evidence" "Underlag" "Evidence",
        SIDE side: Option<Side> = "side" "Ansvarig sida" "Responsible side",
        OWNER owner: String = "owner" "Ansvarig roll" "Responsible role",
        DUE due: Option<Date> = "due" "Klar senast" "Due",
        PRIORITY priority: Option<Priority> = "priority" "Prioritet" "Priority",
        COST cost: String = "cost" "Kostnad" "Cost",
        STATUS status: Option<ActionStatus> = "status" "Status" "Status",
        DECIDED_BY decided_by: String = "decided_by" "Beslutad av" "Decided by",
        EXCEPTION exception: String = "exception" "Undantag" "Exception",
    }
}

record! {
    /// One round of asking whether the standard measures suffice. Its rows are [`Risk`]s.
    RiskAnalysis {
        TITLE title: String = "title" "Riskanalys" "Risk analysis",
        DATE date: Option<Date> = "date" "Datum" "Date",
        SCOPE scope: Prose = "scope" "Syfte och avgränsning" "Purpose and scope",
        LEADER leader: String = "leader" "Analysledare" "Analysis leader",
        PARTICIPANTS participants: Prose = "participants" "Deltagande roller" "Roles that took part",
        METHOD method: String = "method" "Metod" "Method",
        MATRIX matrix: String = "matrix" "Riskmatris" "Risk matrix",
        OWNER owner: String = "owner" "Riskägare" "Risk owner",
        SECRECY secrecy: String = "secrecy" "Sekretess" "Secrecy",
    }
}

record! {
    /// An event with its cause and its consequence.
    Risk {
        CAUSE cause: Prose = "cause" "Orsak" "Cause",
        EVENT event: Prose = "event" "Händelse" "Event",
        CONSEQUENCE consequence: Prose = "consequence" "Konsekvens" "Consequence",
        ORIGIN origin: Option<Origin> = "origin" "Ursprung" "Origin",
        ASPECTS aspects: String = "aspects" "Aspekter" "Aspects",
        EXISTING existing: Prose = "existing" "Skydd som finns" "Existing protection",
        LIKELIHOOD likelihood: Option<Likelihood> = "likelihood" "Sannolikhet" "Likelihood",
        IMPACT impact: Option<Impact> = "impact" "Konsekvensnivå" "Impact",
        TREATMENT treatment: Option<RiskTreatment> = "treatment" "Behandling" "Treatment",
        MOTIVATION motivation: Prose = "motivation" "Motivering" "Reason",
        RESIDUAL_LIKELIHOOD residual_likelihood: Option<Likelihood> = "residual_likelihood" "Sannolikhet efter åtgärd" "Likelihood after treatment",
        RESIDUAL_IMPACT residual_impact: Option<Impact> = "residual_impact" "Konsekvensnivå efter åtgärd" "Impact after treatment",
        OWNER owner: String = "owner" "Riskägare" "Risk owner",
        STATUS status: Option<RiskStatus> = "status" "Status" "Status",
        LIFTED_TO lifted_to: String = "lifted_to" "Lyft till" "Lifted to",
        ACCEPTED_BY accepted_by: String = "accepted_by" "Accepterad av" "Accepted by",
        ACCEPTED_UNTIL accepted_until: Option<Date> = "accepted_until" "Accepterad till och med" "Accepted until",
    }
}

record! {
    /// That the treatment of a system's risks is decided. Its rows are [`Treatment`]s.
    TreatmentPlan {
        DECIDED decided: Option<Date> = "decided" "Beslutad" "Decided",
        DECIDED_BY decided_by: String = "decided_by" "Beslutad av" "Decided by",
        NOTE note: Prose = "note" "Anteckning" "Note",
    }
}

record! {
    /// A row of a treatment plan.
    Treatment {
        TITLE title: String = "title" "Åtgärd" "Treatment",
        RISK risk: String = "risk" "Risk som åtgärdas" "Risk treated",
        KIND kind: Option<TreatmentKind> = "kind" "Slag" "Kind",
        RESPONSIBLE responsible: String = "responsible" "Åtgärdsansvarig" "Responsible",
        DUE due: Option<Date> = "due" "Klar senast" "Due",
        STATUS status: Option<ActionStatus> = "status" "Status" "Status",
        FOLLOW_UP follow_up: Option<Date> = "follow_up" "Följs upp" "Follow-up",
        EFFECT effect: Prose = "effect" "Verkan" "Effect",
    }
}

record! {
    /// Something that happened to information (`domain.md` §6).
    Incident {
        TITLE title: String = "title" "Rubrik" "Title",
        IA_NUMBER ia_number: String = "ia_number" "IA-nummer" "IA number",
        DNR dnr: String = "dnr" "Diarienummer" "Registration number",
        KIND kind: Option<IncidentKind> = "kind" "Typ" "Kind",
        ORIGIN origin: Option<Origin> = "origin" "Ursprung" "Origin",
        BUSINESS_RELATED business_related: Option<bool> = "business_related" "Verksamhetsrelaterad" "Business-related",
        BUSINESS_REASON business_reason: Prose = "business_reason" "Motivering" "Reason",
        OCCURRED occurred: Option<DateTime> = "occurred" "Inträffade" "Occurred",
        OCCURRED_TO occurred_to: Option<DateTime> = "occurred_to" "Pågick till" "Lasted until",
        DISCOVERED discovered: Option<DateTime> = "discovered" "Upptäcktes" "Discovered",
        REPORTED reported: Option<Date> = "reported" "Rapporterad" "Reported",
        REPORTED_BY reported_by: String = "reported_by" "Rapporterad av" "Reported by",
        SYSTEMS systems: String = "systems" "Berörda system" "Systems affected",
        INFORMATION_SETS information_sets: String = "information_sets" "Berörda informationsmängder" "Information sets affected",
        ASPECTS aspects: String = "aspects" "Aspekter" "Aspects",
        DESCRIPTION description: Prose = "description" "Vad hände" "What happened",
        SEVERITY severity: Option<Severity> = "severity" "Allvarlighetsgrad" "Severity",
        PERSONAL_DATA personal_data: Option<bool> = "personal_data" "Personuppgifter" "Personal data",
        PERSONS persons: Option<u32> = "persons" "Antal personer" "Number of persons",
        GDPR gdpr: Option<GdprDecision> = "gdpr" "Bedömning enligt GDPR" "GDPR decision",
        GDPR_AT gdpr_at: Option<DateTime> = "gdpr_at" "Anmäld till IMY" "Reported to IMY",
        GDPR_REASON gdpr_reason: Prose = "gdpr_reason" "Motivering till bedömningen enligt GDPR" "Reason for the GDPR decision",
        NIS2 nis2: Option<Nis2Decision> = "nis2" "Bedömning enligt cybersäkerhetslagen" "NIS2 decision",
        NIS2_RULE nis2_rule: String = "nis2_rule" "Grund för bedömningen enligt cybersäkerhetslagen" "Basis of the NIS2 decision",
        NIS2_JUDGED nis2_judged: Option<DateTime> = "nis2_judged" "Bedömd som betydande" "Judged significant",
        NIS2_WARNED nis2_warned: Option<DateTime> = "nis2_warned" "Upplysning lämnad (24 timmar)" "Early warning given (24 hours)",
        NIS2_NOTIFIED nis2_notified: Option<DateTime> = "nis2_notified" "Incidentanmälan lämnad (72 timmar)" "Incident notification given (72 hours)",
        NIS2_PROGRESS nis2_progress: Option<DateTime> = "nis2_progress" "Lägesrapport lämnad" "Progress report given",
        NIS2_FINAL nis2_final: Option<DateTime> = "nis2_final" "Slutrapport lämnad (en månad)" "Final report given (one month)",
        POLICE police: Option<bool> = "police" "Polisanmäld" "Reported to the police",
        SUPPLIER supplier: String = "supplier" "Leverantör" "Supplier",
        SUPPLIER_TOLD supplier_told: Option<DateTime> = "supplier_told" "Leverantören underrättad" "Supplier told",
        MEASURES measures: Prose = "measures" "Omedelbara åtgärder" "Immediate action",
        CAUSE cause: Prose = "cause" "Orsak" "Cause",
        FALLBACK_HOURS fallback_hours: Option<u32> = "fallback_hours" "Timmar på reservrutin" "Hours on fallback routine",
        COST cost: String = "cost" "Kostnad" "Cost",
        LESSONS lessons: Prose = "lessons" "Lärdomar" "Lessons",
        RISKS risks: String = "risks" "Kopplade risker" "Linked risks",
        ACTIONS actions: String = "actions" "Kopplade åtgärder" "Linked actions",
        CLOSED closed: Option<Date> = "closed" "Avslutad" "Closed",
        CLOSED_BY closed_by: String = "closed_by" "Avslutad av" "Closed by",
        SECRECY secrecy: String = "secrecy" "Sekretess" "Secrecy",
    }
}

record! {
    /// That an incident has to do with a risk or an action, wherever in the register that is (`domain.md` §6). Added and
    /// removed, never changed, so that links made apart all stay.
    IncidentLink {
        TO to: String = "to" "Kopplad till" "Linked to",
    }
}

impl IncidentLink {
    /// The kinds of record that an incident can be linked to.
    pub const LEADS_TO: [RecordKind; 3] = [RecordKind::Risk, RecordKind::Action, RecordKind::Treatment];

    /// How [`Self::TO`] names a record: its kind and its key, `risks:antura.2025.intrang`.
    #[must_use]
    pub fn named(place: &Place) -> String {
        format!("{}:{}", place.kind.key(), place.key)
    }

    /// The record that a link leads to; nothing when it names none, or one of a kind that this edition doesn't link to.
    #[must_use]
    pub fn place(to: &str) -> Option<Place> {
        let (kind, key) = to.split_once(':')?;
        let kind = RecordKind::from_key(kind).filter(|kind| Self::LEADS_TO.contains(kind))?;
        let key = Key::parse(key).filter(|key| key.depth() == kind.depth())?;
        Some(Place { kind, key })
    }
}

impl Incident {
    /// The year it counts in: when it occurred, or else was discovered or reported.
    #[must_use]
    pub fn year(&self) -> Option<i16> {
        self.occurred.or(self.discovered).map(DateTime::year).or(self.reported.map(Date::year))
    }

    /// When a significant incident must have been told of at the latest (cybersäkerhetslagen, 2 kap. 5, 6 and 8 §§).
    ///
    /// The law counts from when one knew of it; others from when it was judged significant. The stricter is shown.
    #[must_use]
    pub fn report_deadlines(&self) -> ReportDeadlines {
        let known = [self.discovered, self.nis2_judged].into_iter().flatten().min();
        let after = |hours: i64| known.and_then(|known| known.checked_add(jiff::Span::new().hours(hours)).ok());
        ReportDeadlines {
            warning: after(24),
            notification: after(72),
            // A month of the calendar, not thirty days.
            last: self.nis2_notified.and_then(|told| told.checked_add(jiff::Span::new().months(1)).ok()),
        }
    }
}

/// The latest moments for the reports on a significant incident, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportDeadlines {
    /// The early warning, 24 hours.
    pub warning: Option<DateTime>,
    /// The incident notification, 72 hours.
    pub notification: Option<DateTime>,
    /// The final report, one month after the notification.
    pub last: Option<DateTime>,
}

record! {
    /// How many had finished the mandatory courses on a day. Its rows are [`TrainingCount`]s; no names are kept.
    Training {
        TITLE title: String = "title" "Utbildning" "Training",
        CUT_OFF cut_off: Option<Date> = "cut_off" "Läget den" "As of",
        COURSES courses: String = "courses" "Kurser" "Courses",
        SOURCE source: String = "source" "Källa" "Source",
    }
}

record! {
    /// One row of a training count: how many of a role and a form there are, and how many had finished.
    TrainingCount {
        COURSE course: String = "course" "Kurs" "Course",
        ROLE role: Option<StaffRole> = "role" "Roll" "Role",
        FORM form: Option<StaffForm> = "form" "Anställningsform" "Form",
        PEOPLE people: Option<u32> = "people" "Antal" "People",
        COMPLETED completed: Option<u32> = "completed" "Klara" "Completed",
    }
}

record! {
    /// One year's management review; its key is the year.
    Review {
        TOWN town: String = "town" "Ort" "Town",
        DATE date: Option<Date> = "date" "Datum" "Date",
        DNR dnr: String = "dnr" "Diarienummer" "Registration number",
        CUT_OFF cut_off: Option<Date> = "cut_off" "Uppgifter per den" "Figures as of",
        SIGNATORY signatory: String = "signatory" "Rapportör" "Rapporteur",
        APPROXIMATE approximate: Option<bool> = "approximate" "Antalet system är ungefärligt" "The number of systems is approximate",
    }
}

record! {
    /// The text of one section of a review; its key is the year and the section's name.
    Section {
        TEXT text: Prose = "text" "Text" "Text",
    }
}

record! {
    /// What management decides on a year's review. Before the review is issued it is a proposal; after that it is an
    /// action of the year that follows, with its paragraph in the report as its source.
    Decision {
        TEXT text: Prose = "text" "Beslut" "Decision",
        OWNER owner: String = "owner" "Ansvarig roll" "Responsible role",
        DUE due: Option<Date> = "due" "Klart senast" "Due",
        STATUS status: Option<ActionStatus> = "status" "Status" "Status",
        OUTCOME outcome: Prose = "outcome" "Utfall" "Outcome",
        ORDER order: Option<u32> = "order" "Ordning" "Order",
    }
}

/// What has a status and a day is closed and late by the same rule.
macro_rules! to_be_done {
    ($($record:ident),+) => { $(
        impl $record {
            /// Whether nothing more is to be done.
            #[must_use]
            pub const fn is_closed(&self) -> bool {
                matches!(self.status, Some(status) if status.is_closed())
            }

            /// Whether it should have been done before `today`.
            #[must_use]
            pub fn is_late(&self, today: Date) -> bool {
                !self.is_closed() && self.due.is_some_and(|due| due < today)
            }
        }
    )+ };
}
to_be_done!(Action, Treatment, Decision);

record! {
    /// A year's report as it was issued: what it said, and what it was made from. Never changed; one that was wrong is
    /// withdrawn with a reason, and another is issued.
    Issued {
        ISSUED issued: Option<DateTime> = "issued" "Utfärdad" "Issued",
        ISSUED_BY issued_by: String = "issued_by" "Utfärdad av" "Issued by",
        DATE date: Option<Date> = "date" "Datum" "Date",
        DNR dnr: String = "dnr" "Diarienummer" "Registration number",
        AS_OF as_of: Option<Date> = "as_of" "Uppgifter per den" "Figures as of",
        CONTENT content: Frozen = "content" "Innehåll" "Content",
        HASH hash: String = "hash" "Kontrollsumma (SHA-256)" "Checksum (SHA-256)",
        FILES files: Frozen = "files" "Filernas kontrollsummor" "Checksums of the files",
        HEADS heads: Frozen = "heads" "Registrets tillstånd" "State of the register",
        PROGRAM program: String = "program" "Programmets utgåva" "Edition of the program",
        CATALOGUE catalogue: String = "catalogue" "Katalogens utgåva" "Edition of the catalogue",
        DECISIONS decisions: Frozen = "decisions" "Beslut i ordning" "Decisions in order",
        WITHDRAWN withdrawn: Option<bool> = "withdrawn" "Återkallad" "Withdrawn",
        WITHDRAWN_REASON withdrawn_reason: String = "withdrawn_reason" "Skäl till återkallelse" "Reason for withdrawal",
    }
}

impl Issued {
    /// The keys of the decisions in the report, as [`Issued::DECISIONS`] holds them: one a line, the first § 1.
    #[must_use]
    pub fn decisions_in_order<'a>(keys: impl IntoIterator<Item = &'a Key>) -> String {
        keys.into_iter().map(Key::as_str).collect::<Vec<_>>().join("\n")
    }
}

record! {
    /// An edition of the method that the organisation has decided for itself: the words of the levels, floors, measures
    /// or a matrix, as the text of a data file. Never changed: a new edition is added.
    Method {
        KIND kind: Option<super::method::MethodKind> = "kind" "Slag" "Kind",
        NAME name: String = "name" "Namn" "Name",
        EDITION edition: String = "edition" "Utgåva" "Edition",
        TEXT text: Prose = "text" "Innehåll" "Content",
        DECIDED decided: Option<Date> = "decided" "Beslutad" "Decided",
        DECIDED_BY decided_by: String = "decided_by" "Beslutad av" "Decided by",
        NOTE note: Prose = "note" "Anteckning" "Note",
        WITHDRAWN withdrawn: Option<bool> = "withdrawn" "Återkallad" "Withdrawn",
        WITHDRAWN_REASON withdrawn_reason: String = "withdrawn_reason" "Skäl till återkallelse" "Reason for withdrawal",
    }
}

record! {
    /// One answer to how well a measure is met in a system. Never changed: a later answer names those it takes the place
    /// of, and two that know nothing of each other both stand until somebody answers again.
    Answer {
        MEASURE measure: String = "measure" "Åtgärd ur katalogen" "Measure",
        CATALOGUE catalogue: String = "catalogue" "Katalogens utgåva" "Edition of the catalogue",
        ASSESSMENT assessment: Option<Assessment> = "assessment" "Självskattning" "Self-assessment",
        REASON reason: String = "reason" "Motivering" "Reason",
        ANSWERED answered: Option<DateTime> = "answered" "Besvarad" "Answered",
        ANSWERED_BY answered_by: String = "answered_by" "Besvarad av" "Answered by",
        REPLACES replaces: String = "replaces" "Ersätter" "Takes the place of",
        SITTING sitting: String = "sitting" "Klassningsmöte" "Sitting",
        WITHDRAWN withdrawn: Option<bool> = "withdrawn" "Återkallad" "Withdrawn",
        WITHDRAWN_REASON withdrawn_reason: String = "withdrawn_reason" "Skäl till återkallelse" "Reason for withdrawal",
    }
}

record! {
    /// How a measure is carried out in a system; its key is the system's and the measure's id.
    LocalMeasure {
        HOW how: Prose = "how" "Så gör vi här" "How we do it here",
        EVIDENCE evidence: String = "evidence" "Underlag" "Evidence",
        SIDE side: Option<Side> = "side" "Ansvarig sida" "Responsible side",
    }
}

record! {
    /// A sitting in which a system was classified. Its rows are [`Attendance`]s.
    Sitting {
        HELD held: Option<Date> = "held" "Datum" "Date",
        LEADER leader: String = "leader" "Mötesledare" "Facilitator",
        MINUTES minutes: Option<u32> = "minutes" "Minuter" "Minutes",
        SOURCE source: String = "source" "Underlag" "Source",
        NOTE note: Prose = "note" "Anteckning" "Note",
    }
}

record! {
    /// Somebody who took part in a sitting, by role.
    Attendance {
        ROLE role: String = "role" "Roll" "Role",
        NAME name: String = "name" "Namn" "Name",
        ARCHIVE archive: Option<bool> = "archive" "För arkivfunktionen" "For the archive function",
        OBSERVER observer: Option<bool> = "observer" "Åhörare" "Observer",
    }
}

record! {
    /// One vote on a level, as it was opened in a sitting. Never changed.
    Vote {
        ASPECT aspect: Option<super::level::Aspect> = "aspect" "Aspekt" "Aspect",
        LEVEL level: Option<Level> = "level" "Nivå" "Level",
        ROUND round: Option<u32> = "round" "Omgång" "Round",
        ROLE role: String = "role" "Roll" "Role",
        REASON reason: String = "reason" "Skäl" "Reason",
        DISSENT dissent: Option<bool> = "dissent" "Avvikande mening" "Dissent",
        WITHDRAWN withdrawn: Option<bool> = "withdrawn" "Återkallad" "Withdrawn",
        WITHDRAWN_REASON withdrawn_reason: String = "withdrawn_reason" "Skäl till återkallelse" "Reason for withdrawal",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn reports_are_due_from_the_earlier_moment_and_the_last_a_calendar_month_after_the_notification() {
        let incident = Incident {
            discovered: Some(date(2027, 1, 30).at(22, 0, 0, 0)),
            nis2_judged: Some(date(2027, 1, 31).at(9, 0, 0, 0)),
            nis2_notified: Some(date(2027, 1, 31).at(10, 0, 0, 0)),
            ..Incident::default()
        };
        let due = incident.report_deadlines();
        assert_eq!(due.warning, Some(date(2027, 1, 31).at(22, 0, 0, 0)));
        assert_eq!(due.notification, Some(date(2027, 2, 2).at(22, 0, 0, 0)));
        assert_eq!(due.last, Some(date(2027, 2, 28).at(10, 0, 0, 0)));
        let judged = Incident { discovered: None, ..incident };
        assert_eq!(judged.report_deadlines().warning, Some(date(2027, 2, 1).at(9, 0, 0, 0)));
        assert_eq!(Incident::default().report_deadlines().warning, None);
    }
}
