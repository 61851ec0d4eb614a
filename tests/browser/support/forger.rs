//! Somebody who has a workshop's code and tools of their own: what they write comes to the table past the app.
//!
//! `forger <relay> <code>` says a line once the relay has stored what it wrote, and waits for one before it goes on.
//! `workshop.spec.ts` starts it beside browsers, and judges what their screens make of it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
#[path = "../../support/sealed.rs"]
mod sealed;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    forger::main();
}

#[cfg(not(target_arch = "wasm32"))]
mod forger {
    use std::io::BufRead;

    use automerge::transaction::{Transactable, Transaction};
    use automerge::{ActorId, Automerge, ObjId, ROOT, ReadDoc, ScalarValue};
    use klassrum::crypto::{Access, Keys, WorkshopCode};
    use klassrum::document::WorkshopDocument;
    use klassrum::register::Level;
    use klassrum::register::workshop::{Ballot, Decide, Digest, Join, Person, PersonKey, Round, Said, Statement};
    use sha2::{Digest as _, Sha256};

    use super::sealed::{append, entry, now, read};

    /// The role of the one whose vote is to be another.
    const VICTIM: &str = "Arkivarie";

    #[tokio::main]
    pub async fn main() {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [relay, code] = &arguments[..] else { panic!("forger <relay> <code>") };
        let secret = WorkshopCode::parse(code).and_then(|code| code.secret()).expect("a workshop's code");
        let mut forger = Forger {
            address: format!("{}/sync", relay.replacen("http", "ws", 1)),
            keys: Access::Edit(secret).keys(),
            key: PersonKey::from_seed(&[66; 32]),
            said: 0,
        };
        let table = forger.look().await;
        let open = forger.while_open(table).await;
        println!("voted");
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
        let table = forger.look().await;
        forger.after_close(table, open).await;
        println!("opened");
    }

    struct Forger {
        address: String,
        keys: Keys,
        key: PersonKey,
        /// How much they have said in their own name.
        said: u64,
    }

    /// What was written while the round was open.
    struct Open {
        round: Round,
        /// The vote in the victim's name.
        another: Digest,
        /// What opens their own vote.
        mine: Said,
    }

    /// The workshop as the relay has it.
    struct Table {
        document: Automerge,
        statements: Vec<Statement>,
        head: u64,
    }

    impl Table {
        /// Who said the first that fits.
        fn who(&self, is: impl Fn(&Said) -> bool) -> Person {
            self.statements.iter().find(|statement| is(&statement.said)).expect("somebody said so").by
        }

        fn leader(&self) -> Person {
            self.who(|said| matches!(said, Said::Begin(_)))
        }

        fn victim(&self) -> Person {
            self.who(|said| matches!(said, Said::Join(join) if join.role == VICTIM))
        }

        /// The victim's true vote.
        fn vote(&self) -> &Statement {
            let victim = self.victim();
            let is_vote = |statement: &&Statement| matches!(&statement.said, Said::Vote { .. });
            self.statements.iter().filter(is_vote).find(|statement| statement.by == victim).expect("a vote")
        }
    }

    impl Forger {
        async fn look(&self) -> Table {
            let mut document = WorkshopDocument::create(actor()).unwrap();
            let head = read(&self.address, &self.keys, |changes| _ = document.take_in(changes).unwrap()).await;
            let statements = document.statements().cloned().collect();
            let document = Automerge::load(&document.save()).unwrap().with_actor(ActorId::from(actor()));
            Table { document, statements, head }
        }

        /// What they say in their own name, as the app would say it.
        fn own(&mut self, said: &Said) -> Vec<u8> {
            self.said += 1;
            self.key.say(self.said, now(), None, said)
        }

        /// What they say in another's name, with a number after all that the other has said.
        fn forged(&self, by: Person, said: &Said) -> Vec<u8> {
            let mut bytes = self.key.say(1_000, now(), None, said);
            bytes[1..33].copy_from_slice(&by.0);
            assert!(Statement::from_bytes(&bytes).is_err(), "it is a forgery");
            bytes
        }

        /// A vote of their own, and what opens it.
        fn vote(&mut self, round: &Round, level: Level) -> (Vec<u8>, Said) {
            let ballot = self.key.ballot(round, self.said + 1, level);
            let commitment = Some(ballot.commitment(round, self.key.person()));
            let vote = self.own(&Said::Vote { round: round.clone(), commitment });
            let opens = Said::Reveal { vote: Statement::from_bytes(&vote).unwrap().id, ballot };
            (vote, opens)
        }

        async fn while_open(&mut self, mut table: Table) -> Open {
            let (leader, victim) = (table.leader(), table.victim());
            let Said::Vote { round, .. } = table.vote().said.clone() else { panic!("a vote") };
            let commitment = Some(false_ballot().commitment(&round, victim));
            let another = self.forged(victim, &Said::Vote { round: round.clone(), commitment });
            let back = self.forged(victim, &Said::Vote { round: round.clone(), commitment: None });
            let close = self.forged(leader, &Said::Close { round: round.clone(), votes: Vec::new() });
            let true_one = table.vote().id.to_string();
            let id = Digest(Sha256::digest(&another).into());
            let mut changes = write(&mut table.document, |change| {
                let (_, said) = ReadDoc::get(change, ROOT, "said").unwrap().unwrap();
                // In the true one's place, beside it, and in the place of all.
                put(change, &said, &true_one, another.clone());
                put(change, &said, "back", back);
                put(change, &said, "close", close);
                change.delete(ROOT, "said").unwrap();
                put(change, &ROOT, "another", another);
            });
            // And a seat and a vote of their own, as anybody with the code may have.
            let join = Join { role: "Driftleverantör".into(), name: String::new(), observer: false };
            let join = self.own(&Said::Join(join));
            let (vote, mine) = self.vote(&round, Level::Moderate);
            changes.extend(write(&mut table.document, |change| {
                put(change, &ROOT, "join", join);
                put(change, &ROOT, "vote", vote);
            }));
            append(&self.address, &self.keys, &[entry(&self.keys, table.head, None, &changes)]).await;
            Open { round, another: id, mine }
        }

        async fn after_close(&mut self, mut table: Table, open: Open) {
            let Open { round, another, mine } = open;
            let (leader, victim) = (table.leader(), table.victim());
            let open_another = Said::Reveal { vote: another, ballot: false_ballot() };
            let open_true = Said::Reveal { vote: table.vote().id, ballot: false_ballot() };
            let (second, opens_second) = self.vote(&round, Level::Serious);
            let named = vec![another, Statement::from_bytes(&second).unwrap().id];
            let close = Said::Close { round: round.clone(), votes: named };
            let decide = Said::Decide(Decide {
                question: round.question.clone(),
                level: Level::Serious,
                reason: "Förfalskat".into(),
                dissent: true,
                raise: None,
                instead_of: Vec::new(),
            });
            let all = [
                self.forged(victim, &open_another),
                self.forged(victim, &open_true),
                self.own(&open_true),
                second,
                self.own(&opens_second),
                self.own(&close),
                self.forged(leader, &close),
                self.own(&decide),
                self.forged(leader, &decide),
                // Last what is true: once it is on a screen, all before it has come there too.
                self.own(&mine),
            ];
            let changes = write(&mut table.document, |change| {
                for (number, bytes) in all.into_iter().enumerate() {
                    put(change, &ROOT, &format!("forged-{number}"), bytes);
                }
            });
            append(&self.address, &self.keys, &[entry(&self.keys, table.head, None, &changes)]).await;
        }
    }

    /// What a forged vote is for.
    fn false_ballot() -> Ballot {
        Ballot { level: Level::Serious, nonce: Digest([7; 32]) }
    }

    /// Never used before.
    fn actor() -> [u8; 16] {
        let mut actor = [66; 16];
        actor[..8].copy_from_slice(&now().to_le_bytes());
        actor[8..12].copy_from_slice(&std::process::id().to_le_bytes());
        actor
    }

    fn write(document: &mut Automerge, edit: impl FnOnce(&mut Transaction<'_>)) -> Vec<u8> {
        let mut change = document.transaction();
        edit(&mut change);
        change.commit();
        document.get_last_local_change().unwrap().raw_bytes().to_vec()
    }

    fn put(change: &mut Transaction<'_>, into: &ObjId, key: &str, bytes: Vec<u8>) {
        change.put(into, key, ScalarValue::Bytes(bytes)).unwrap();
    }
}
