//! A drill's log: the log, seen so that only one drill happens in it.
//!
//! What is appended here goes into an envelope of the drill, and only what lies in its envelopes is read here, opened. The city clock ticks on, and units
//! are where they are; everything else of the city is passed over. So whatever follows a log can follow a drill, and nobody who follows the
//! city meets it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_model::{Body, Class, Drill, DrillId, Drilled, Position, Record};

use crate::{Appended, Archive, Chunk, Log, LogError, LogId};

/// The log of one drill.
#[derive(Clone)]
pub struct DrillLog {
    log: Arc<dyn Log>,
    drill: DrillId,
    /// The record that opened it: nothing of it lies before.
    opened: Position,
}

impl DrillLog {
    /// That of this drill, which the record at `opened` began.
    pub fn new(log: Arc<dyn Log>, drill: DrillId, opened: Position) -> Self {
        Self { log, drill, opened }
    }

    fn envelope(&self, body: Body) -> Body {
        Body::Drill(Box::new(Drill {
            drill: self.drill.clone(),
            what: Drilled::Record(body),
        }))
    }

    /// The record as this drill sees it; `None` for what it does not see.
    fn see(&self, record: &Record) -> Option<Record> {
        let body = match &record.body {
            body @ (Body::Tick | Body::Positions(_)) => body.clone(),
            Body::Drill(drill) if drill.drill == self.drill => match &drill.what {
                Drilled::Record(body) => body.clone(),
                Drilled::Step(_) => return None,
            },
            _ => return None,
        };
        Some(Record { body, ..*record })
    }

    /// What is put at the end of a chunk of which the drill sees nothing there: everybody passes over it.
    fn nothing(&self, record: &Record) -> Record {
        Record {
            body: self.envelope(Body::Tick),
            ..*record
        }
    }
}

#[async_trait]
impl Log for DrillLog {
    fn id(&self) -> LogId {
        self.log.id()
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let bodies = bodies.into_iter().map(|body| self.envelope(body)).collect();
        self.log.append(bodies).await.map_err(|error| match error {
            LogError::Unwritable { why, bodies } => LogError::Unwritable {
                why,
                bodies: bodies.into_iter().map(opened).collect(),
            },
            other => other,
        })
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        let records = self.log.read(after.max(self.opened), limit).await?;
        let Some(last) = records.last() else {
            return Ok(Chunk::empty());
        };
        let mut seen: Vec<Record> = records
            .iter()
            .filter_map(|record| self.see(record))
            .collect();
        if seen.last().is_none_or(|seen| seen.position < last.position) {
            seen.push(self.nothing(last));
        }
        Ok(Chunk::after(seen.into(), after, limit))
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.log.end()
    }

    fn end_of(&self, class: Class) -> watch::Receiver<Position> {
        self.log.end_of(class)
    }

    /// A drill drops nothing: retention is the log's.
    async fn retain(
        &self,
        _keep_from: Position,
        _archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        Ok(())
    }
}

/// What lies in an envelope.
fn opened(envelope: Body) -> Body {
    match envelope {
        Body::Drill(drill) => match drill.what {
            Drilled::Record(body) => body,
            what @ Drilled::Step(_) => Body::Drill(Box::new(Drill { what, ..*drill })),
        },
        body => body,
    }
}

impl std::fmt::Debug for DrillLog {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DrillLog")
            .field("drill", &self.drill)
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CityClock, memory::MemoryLog};
    use proptest::prelude::*;
    use yiping_model::{Act, Decision, Timestamp};

    /// Something that can be told apart.
    fn said(number: usize) -> Body {
        Body::Decision(Decision {
            person: None,
            seat: number.to_string(),
            act: Act::SignOut,
        })
    }

    async fn all(log: &dyn Log, limit: usize) -> Vec<Record> {
        let (mut after, mut found) = (Position::START, Vec::new());
        loop {
            let records = log.read(after, limit).await.expect("readable");
            let Some(last) = records.last() else {
                return found;
            };
            assert!(last.position > after && records.len() <= limit);
            after = last.position;
            found.extend(records.iter().cloned());
        }
    }

    async fn worlds(script: &[u8], limit: usize) {
        let clock = CityClock::driven(Timestamp::from_secs(1));
        let log: Arc<dyn Log> = Arc::new(MemoryLog::new(clock));
        let drill = |id: &str| {
            DrillLog::new(
                Arc::clone(&log),
                DrillId::new(id).expect("valid"),
                Position::START,
            )
        };
        let (one, other) = (drill("drill-1"), drill("drill-2"));
        let mut wanted: [Vec<Body>; 3] = [const { Vec::new() }; 3];
        for (number, who) in script.iter().enumerate() {
            let ways: [&dyn Log; 3] = [&*log, &one, &other];
            let who = usize::from(*who);
            if let Some(way) = ways.get(who) {
                way.append(vec![said(number)]).await.expect("kept");
                wanted[who].push(said(number));
            } else {
                log.append(vec![Body::Tick]).await.expect("kept");
                for each in &mut wanted {
                    each.push(Body::Tick);
                }
            }
        }
        let real = all(&*log, limit).await;
        for (who, view) in [(0, &*log), (1, &one as &dyn Log), (2, &other)] {
            let told = all(view, limit).await;
            // At the end of the log everybody is at its end.
            assert_eq!(
                told.last().map(|record| record.position),
                real.last().map(|record| record.position)
            );
            for record in &told {
                let place = record.position.0 as usize - 1;
                assert_eq!(real[place].received_at, record.received_at);
            }
            let bodies = told.into_iter().map(|record| record.body);
            let bodies: Vec<Body> = bodies
                .filter(|body| !matches!(body, Body::Drill(_)))
                .collect();
            assert_eq!(bodies, wanted[who], "each sees its own world and the time");
        }
    }

    proptest! {
        #[test]
        fn nobody_sees_another_world(script in prop::collection::vec(0_u8..4, 0..60), limit in 1_usize..7) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(worlds(&script, limit));
        }
    }

    #[tokio::test]
    async fn what_was_before_a_drill_began_is_not_read() {
        let clock = CityClock::driven(Timestamp::from_secs(1));
        let log: Arc<dyn Log> = Arc::new(MemoryLog::new(clock));
        log.append(vec![Body::Tick, Body::Tick])
            .await
            .expect("kept");
        let id = DrillId::new("drill-1").expect("valid");
        let drill = DrillLog::new(Arc::clone(&log), id, Position(2));
        drill.append(vec![said(1)]).await.expect("kept");
        let read = drill.read(Position::START, 10).await.expect("readable");
        assert_eq!(read.len(), 1);
        let first = read.first().expect("one");
        assert_eq!((first.position, &first.body), (Position(3), &said(1)));
    }
}
