//! The gate of positions: what phones and trackers say becomes positions that count, or is refused with a name.
//!
//! Where a person was is personal data. So a refusal never says where, no dead letter holds a byte of the message, a person sends only the own
//! unit's positions, and what is said of a person off duty is refused unless the configuration asks for it.

use std::collections::BTreeMap;

use serde_json::Value;
use yiping_model::{
    Disposition, Fix, Positions, Reason, Reject, SourceId, Timestamp, UnitId, UnitStatus,
};

use super::book::UnitBook;
use super::place::Place;
use super::register::UnitKind;

const MICROS_A_SEC: i64 = 1_000_000;

/// Who sends.
#[derive(Debug, Clone)]
pub struct Sender<'a> {
    /// The door by whose name the positions go.
    pub source: SourceId,
    /// The account of the person who sends; `None` for a program.
    pub account: Option<&'a str>,
    /// Where it came from, for dead letters.
    pub origin: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// What counts.
    pub positions: Option<Positions>,
    /// What does not.
    pub refused: Vec<Refused>,
}

/// One position that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which of the message's, counted from 0.
    pub index: u32,
    /// Why, by its name.
    pub reason: Reason,
    /// Why, in a sentence that says what to do, and not where anybody was.
    pub detail: String,
}

impl Refused {
    /// Set aside, or refused.
    pub fn disposition(&self) -> Disposition {
        if self.reason == Reason::UnknownUnit {
            Disposition::Quarantined
        } else {
            Disposition::Rejected
        }
    }
}

impl Judged {
    /// One dead letter for each reason, with how many it stands for.
    pub fn letters(&self, sender: &Sender<'_>) -> Vec<Reject> {
        let mut letters: BTreeMap<Reason, Reject> = BTreeMap::new();
        for refused in &self.refused {
            let letter = letters.entry(refused.reason).or_insert_with(|| Reject {
                source: sender.source.clone(),
                disposition: refused.disposition(),
                reason: refused.reason,
                detail: refused.detail.clone(),
                origin: sender.origin.as_str().into(),
                offset: None,
                size_bytes: 0,
                items: 0,
                sample: String::new(),
            });
            letter.items += 1;
        }
        letters.into_values().collect()
    }
}

/// Judges a message: one position `{"unit", "ts", "lon", "lat", "accuracy_m"}` or an array of them. Other fields are dropped.
pub fn judge(book: &UnitBook, sender: &Sender<'_>, body: &[u8], now: Timestamp) -> Judged {
    let mut judged = Judged::default();
    let items = match serde_json::from_slice(body) {
        Ok(Value::Array(items)) => items,
        Ok(one) => vec![one],
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            judged.refuse(
                0,
                Reason::NotJson,
                format!("not JSON, at line {line}, column {column}"),
            );
            return judged;
        }
    };
    let limit = book.settings().position.batch_max;
    if items.len() > limit {
        let count = items.len();
        judged.refuse(
            0,
            Reason::TooManyValues,
            format!("{count} positions in one message, the limit is {limit}: send them in parts"),
        );
        return judged;
    }
    let mut fixes = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let fix = read(item).and_then(|fix| admit(book, sender, fix, now));
        match fix {
            Ok(fix) => fixes.push(fix),
            Err((reason, detail)) => judged.refuse(index, reason, detail),
        }
    }
    let source = sender.source.clone();
    judged.positions = (!fixes.is_empty()).then_some(Positions { source, fixes });
    judged
}

impl Judged {
    fn refuse(&mut self, index: usize, reason: Reason, detail: String) {
        self.refused.push(Refused {
            index: u32::try_from(index).unwrap_or(u32::MAX),
            reason,
            detail,
        });
    }
}

type Wrong = (Reason, String);

fn read(item: &Value) -> Result<Fix, Wrong> {
    if !item.is_object() {
        let detail = "a position is an object with unit, ts, lon and lat".to_owned();
        return Err((Reason::WrongType, detail));
    }
    let field = |name: &str| {
        let found = item.get(name).filter(|value| !value.is_null());
        found.ok_or_else(|| (Reason::MissingField, format!("`{name}` is missing")))
    };
    let number = |name: &str| {
        let value = field(name)?.as_f64();
        value.ok_or_else(|| (Reason::WrongType, format!("`{name}` is no number")))
    };
    let unit = field("unit")?.as_str();
    let unit = unit.ok_or_else(|| (Reason::WrongType, "`unit` is no text".to_owned()))?;
    let unit = UnitId::new(unit).map_err(|error| (Reason::BadId, format!("`unit`: {error}")))?;
    let time = match field("ts")? {
        Value::Number(millis) => millis.as_i64().map(Timestamp::from_millis),
        Value::String(text) => Timestamp::parse(text).ok(),
        _ => None,
    };
    let time = time.ok_or_else(|| {
        let detail = "`ts` is neither epoch milliseconds nor an RFC 3339 time with an offset";
        (Reason::BadTime, detail.to_owned())
    })?;
    let place = Place::from([number("lon")?, number("lat")?]);
    if !place.is_sound() {
        let detail = "`lon` and `lat` are no place: degrees, WGS-84".to_owned();
        return Err((Reason::OutOfBounds, detail));
    }
    let accuracy = match item.get("accuracy_m").filter(|value| !value.is_null()) {
        None => None,
        Some(value) => {
            let metres = value.as_f64().filter(|metres| *metres >= 0.0);
            let wrong = || {
                (
                    Reason::WrongType,
                    "`accuracy_m` is no number of metres".to_owned(),
                )
            };
            // A cast saturates: whatever is that far off is refused next.
            Some(metres.ok_or_else(wrong)?.ceil() as u16)
        }
    };
    Ok(Fix {
        unit,
        time,
        lon: place.lon,
        lat: place.lat,
        accuracy_metres: accuracy,
    })
}

fn admit(book: &UnitBook, sender: &Sender<'_>, fix: Fix, now: Timestamp) -> Result<Fix, Wrong> {
    let limits = &book.settings().position;
    let Some((unit, state)) = book.unit(fix.unit.as_str()) else {
        let detail = format!("the register knows no unit `{}`", fix.unit);
        return Err((Reason::UnknownUnit, detail));
    };
    if sender.account.is_some() && unit.account.as_deref() != sender.account {
        let detail = format!(
            "`{}` is not your unit: a person tells only the own position",
            fix.unit
        );
        return Err((Reason::NotOwn, detail));
    }
    let ahead_secs = fix.time.micros_since(now) / MICROS_A_SEC;
    if ahead_secs > i64::from(limits.max_ahead_secs) {
        let limit = limits.max_ahead_secs;
        let detail = format!(
            "the time is {ahead_secs} s ahead of the city clock, the limit is {limit} s; set the device's clock"
        );
        return Err((Reason::TimeAhead, detail));
    }
    if -ahead_secs > i64::from(limits.max_behind_secs) {
        let (behind, limit) = (-ahead_secs, limits.max_behind_secs);
        let detail =
            format!("the time is {behind} s behind the city clock, the limit is {limit} s");
        return Err((Reason::TimeBehind, detail));
    }
    let deployed = !matches!(
        state.status,
        UnitStatus::Available | UnitStatus::OutOfService
    );
    let on_duty = deployed || unit.is_on_shift(book.zone(), now);
    if unit.kind == UnitKind::Person && !on_duty && !limits.off_duty {
        let detail = format!(
            "`{}` is off duty: stop sending until the shift begins",
            fix.unit
        );
        return Err((Reason::OffDuty, detail));
    }
    if !limits.bounds.holds(Place::from([fix.lon, fix.lat])) {
        let detail = "the place lies outside of units.position.bounds".to_owned();
        return Err((Reason::OutOfBounds, detail));
    }
    if let Some(metres) = fix.accuracy_metres
        && metres > limits.accuracy_metres_max
    {
        let limit = limits.accuracy_metres_max;
        let detail = format!("accurate to {metres} m, the limit is {limit} m");
        return Err((Reason::Inaccurate, detail));
    }
    Ok(fix)
}
