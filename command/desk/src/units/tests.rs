mod advice;
mod book;
mod changes;
mod gate;
mod oracle;

use std::sync::Arc;

use yiping_model::{
    Act, Body, Decision, Fix, Position, Positions, Record, SourceId, Text, Timestamp, UnitId,
    UnitStatus, Zone,
};

use super::place::Place;
use super::register::{Capacity, Register, Stock, Unit, UnitKind};
use super::roads::Roads;
use super::{Settings, UnitBook};

/// Noon of a Sunday in the city.
const NOON: i64 = 1_772_337_600;

fn zone() -> Zone {
    Zone::named("Asia/Shanghai").expect("a zone")
}

fn id(text: &str) -> UnitId {
    UnitId::new(text).expect("an id")
}

fn unit(name: &str, home: [f64; 2]) -> Unit {
    let text = |text: &str| Text {
        zh: text.into(),
        en: text.into(),
    };
    Unit {
        id: id(name),
        name: text(name),
        kind: UnitKind::Vehicle,
        skills: Vec::new(),
        area: None,
        home: Place::from(home),
        shift: None,
        account: None,
        tracked: false,
        pace: 100,
        capacity: None,
        stock: Vec::new(),
        retired: false,
    }
}

/// A book that is told things one after the other.
struct Teller {
    book: UnitBook,
    next: u64,
}

impl Teller {
    fn new(units: Vec<Unit>, roads: Option<Arc<Roads>>) -> Self {
        Self::with(units, roads, Settings::default())
    }

    fn with(units: Vec<Unit>, roads: Option<Arc<Roads>>, settings: Settings) -> Self {
        let register = Register { units }.checked(settings.units_max);
        let book = UnitBook::new(register.expect("sound"), roads, settings, zone());
        Self { book, next: 1 }
    }

    fn tell(&mut self, secs: i64, body: Body) -> (Position, bool) {
        let position = Position(self.next);
        self.next += 1;
        let record = Record {
            position,
            received_at: Timestamp::from_secs(secs),
            body,
        };
        let changed = self.book.apply(&record);
        (position, changed)
    }

    fn act(&mut self, secs: i64, person: &str, act: Act) -> (Position, bool) {
        let decision = Decision {
            person: Some(person.to_owned()),
            seat: String::new(),
            act,
        };
        self.tell(secs, Body::Decision(decision))
    }

    fn status(&mut self, secs: i64, unit: &str, status: UnitStatus) -> bool {
        self.act(secs, "li", set(unit, status, None)).1
    }

    fn at(&mut self, secs: i64, unit: &str, place: [f64; 2]) -> bool {
        let fix = Fix {
            unit: id(unit),
            time: Timestamp::from_secs(secs),
            lon: place[0],
            lat: place[1],
            accuracy_metres: Some(10),
        };
        let positions = Positions {
            source: SourceId::new("tracker").expect("an id"),
            fixes: vec![fix],
        };
        self.tell(secs, Body::Positions(positions)).1
    }
}

fn set(unit: &str, status: UnitStatus, seen: Option<Position>) -> Act {
    Act::SetUnitStatus {
        unit: id(unit),
        status,
        seen,
        until: None,
        note: String::new(),
    }
}

fn shelter(name: &str) -> Unit {
    let blankets = Stock {
        item: "blankets".into(),
        name: Text {
            zh: "毛毯".into(),
            en: "blankets".into(),
        },
        unit: "条".into(),
        amount: 400,
    };
    Unit {
        kind: UnitKind::Shelter,
        capacity: Some(Capacity {
            places: 300,
            taken: 20,
        }),
        stock: vec![blankets],
        ..unit(name, [118.87, 28.97])
    }
}
