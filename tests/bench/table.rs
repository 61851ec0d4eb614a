//! People at a workshop's table whose devices are no browsers.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use klassrum::crypto::{Access, Keys, WorkshopCode};
use klassrum::document::WorkshopDocument;
use klassrum::register::Level;
use klassrum::register::workshop::{Digest, Join, PersonKey, Round, Said, Workshop};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::sealed::{Heard, Line, entry, now};

/// How far a round has come, as one seat sees it.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
enum Step {
    Seated,
    Seen(Digest, usize),
    Opened(Digest, usize),
}

pub async fn sit(address: &str, code: &str, seats: usize) {
    let secret = WorkshopCode::parse(code).and_then(|code| code.secret()).expect("a workshop's code");
    let (tell, mut told) = unbounded_channel();
    let mut tables = Vec::new();
    for number in 0..seats {
        let keys = Access::Edit(secret.clone()).keys();
        let (vote, votes) = unbounded_channel();
        tables.push(vote);
        let (address, tell) = (address.to_owned(), tell.clone());
        tokio::spawn(async move {
            let line = Line::open(&address, &keys).await;
            Seat::new(number, &keys).stay(line, votes, tell).await;
        });
    }
    let mut reached: BTreeMap<Step, usize> = BTreeMap::new();
    let (write, mut lines) = unbounded_channel();
    std::thread::spawn(move || std::io::stdin().lines().try_for_each(|line| write.send(line.unwrap())));
    loop {
        tokio::select! {
            line = lines.recv() => {
                let Some(line) = line else { return };
                let (seat, level) = line.split_once(' ').expect("a seat and a level");
                println!("voted {}", clock());
                let level = Level::from_number(level.parse().unwrap()).expect("a level");
                tables[seat.parse::<usize>().unwrap()].send(level).unwrap();
            }
            Some(step) = told.recv() => {
                let count = reached.entry(step.clone()).or_default();
                *count += 1;
                if *count == seats {
                    match step {
                        Step::Seated => println!("seated"),
                        Step::Seen(_, votes) => println!("seen {votes} {}", clock()),
                        Step::Opened(_, votes) => println!("opened {votes} {}", clock()),
                    }
                }
            }
        }
    }
}

fn clock() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

struct Seat<'k> {
    number: usize,
    keys: &'k Keys,
    key: PersonKey,
    document: WorkshopDocument,
    said: u64,
    told: Vec<Step>,
}

impl<'k> Seat<'k> {
    fn new(number: usize, keys: &'k Keys) -> Self {
        let byte = u8::try_from(number).unwrap();
        let document = WorkshopDocument::create([byte.wrapping_add(100); 16]).unwrap();
        Self { number, keys, key: PersonKey::from_seed(&[byte; 32]), document, said: 0, told: Vec::new() }
    }

    async fn stay(mut self, mut line: Line<'_>, mut votes: UnboundedReceiver<Level>, tell: UnboundedSender<Step>) {
        loop {
            tokio::select! {
                heard = line.hear() => match heard {
                    Heard::CaughtUp => {
                        let role = format!("Roll {}", self.number);
                        self.say(&mut line, Said::Join(Join { role, name: String::new(), observer: false })).await;
                        tell.send(Step::Seated).unwrap();
                    }
                    Heard::Changes(all) => {
                        for changes in all {
                            self.document.take_in(&changes).unwrap();
                        }
                        self.open(&mut line).await;
                        self.look(&tell);
                    }
                },
                Some(level) = votes.recv() => {
                    let workshop = self.workshop();
                    let turn = workshop.turn().expect("a system at the table");
                    let mut asked = turn.asked.iter().filter_map(|asked| Some((asked, asked.round()?)));
                    let (asked, tally) = asked.find(|(_, tally)| tally.opened && !tally.closed).expect("an open round");
                    let round = Round { turn: turn.id, question: asked.question.clone(), number: tally.number };
                    let ballot = self.key.ballot(&round, self.said + 1, level);
                    let commitment = Some(ballot.commitment(&round, self.key.person()));
                    self.say(&mut line, Said::Vote { round, commitment }).await;
                    self.look(&tell);
                }
            }
        }
    }

    async fn say(&mut self, line: &mut Line<'_>, said: Said) {
        self.said += 1;
        let bytes = self.key.say(self.said, now(), None, &said);
        let changes = self.document.say(&[bytes]).unwrap();
        line.append(&[entry(self.keys, 0, None, &changes)]).await;
    }

    /// The workshop as this seat reads it; who founded it is not in doubt here.
    fn workshop(&self) -> Workshop {
        Workshop::from_statements(self.document.statements(), |_, _| true)
    }

    /// Opens the votes whose round is closed.
    async fn open(&mut self, line: &mut Line<'_>) {
        let votes = self.key.own_votes(self.document.statements());
        let due: Vec<_> = self.workshop().to_open(&votes).into_iter().cloned().collect();
        for own in due {
            self.say(line, Said::Reveal { vote: own.vote, ballot: own.ballot }).await;
        }
    }

    /// Tells how far each round has come, each step once.
    fn look(&mut self, tell: &UnboundedSender<Step>) {
        let workshop = self.workshop();
        let Some(turn) = workshop.turn() else { return };
        for asked in &turn.asked {
            for tally in &asked.rounds {
                let round = Round { turn: turn.id, question: asked.question.clone(), number: tally.number }.digest();
                let seen = Step::Seen(round, tally.voted.len());
                // They are opened all at once, and a few of them may come together.
                let opened = tally.closed && tally.sealed.is_empty();
                let opened = opened.then_some(Step::Opened(round, tally.opened_votes.len()));
                for step in [Some(seen), opened].into_iter().flatten() {
                    if !self.told.contains(&step) {
                        self.told.push(step.clone());
                        tell.send(step).unwrap();
                    }
                }
            }
        }
    }
}
