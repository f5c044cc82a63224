//! The gate of a hotline's orders (12345 工单): what comes in becomes an order that is kept, or is refused with a name.
//!
//! Who called is personal data, and nobody's business here. So only the fields that are named below are read, and whatever else a message has is
//! dropped before anything is kept; in the text, what looks like a telephone number, an identity number, or a name that is announced as one is taken
//! out; no dead letter holds a byte of the message.

use std::time::Duration;

use serde_json::Value;
use yiping_model::command::{HotlineOrder, Place};
use yiping_model::{Reason, Timestamp};

use crate::command::ORDER_CHARS_MAX;

/// Orders of one message.
pub const BATCH_MAX: usize = 100;
/// Digits in a row, spaces and hyphens between them aside, that are taken for a number of a person: a landline has seven.
const DIGITS_MIN: usize = 7;
/// What stands for a number, and for a name, that was taken out.
const HIDDEN: &str = "〔已隐去〕";
/// What announces a name.
const ANNOUNCES: [&str; 7] = ["姓名", "联系人", "来电人", "诉求人", "市民", "我叫", "本人"];
/// Characters of a name that was announced, at most.
const NAME_CHARS_MAX: usize = 4;
/// An order may be so far ahead of the city clock, and so far behind. Ours.
const AHEAD_MAX: Duration = Duration::from_mins(1);
const BEHIND_MAX: Duration = Duration::from_hours(7 * 24);

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// Which of the message's, counted from 0, and the order.
    pub orders: Vec<(u32, HotlineOrder)>,
    /// What does not count.
    pub refused: Vec<Refused>,
    /// How many numbers and names were taken out of texts.
    pub hidden: usize,
}

/// An order that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which of the message's.
    pub index: u32,
    /// Why, by its name.
    pub reason: Reason,
    /// Why, in a sentence that says what to do and repeats nothing of the message.
    pub detail: String,
}

/// Judges a message: one order `{"order", "ts", "text", "lon", "lat"}`, with `place`, `category`, `domain` and `area` where known, or an array of
/// them.
pub fn judge(body: &[u8], now: Timestamp) -> Judged {
    let mut judged = Judged::default();
    let items = match serde_json::from_slice(body) {
        Ok(Value::Array(items)) => items,
        Ok(one) => vec![one],
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let detail = format!("not JSON, at line {line}, column {column}");
            judged.refuse(0, Reason::NotJson, detail);
            return judged;
        }
    };
    if items.len() > BATCH_MAX {
        let detail = format!(
            "{} orders in one message, the limit is {BATCH_MAX}: send them in parts",
            items.len()
        );
        judged.refuse(0, Reason::TooManyValues, detail);
        return judged;
    }
    for (index, item) in items.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        match read(item, now) {
            Ok((order, hidden)) => {
                judged.hidden += hidden;
                judged.orders.push((index, order));
            }
            Err((reason, detail)) => judged.refuse(index, reason, detail),
        }
    }
    judged
}

impl Judged {
    /// Refuses one.
    pub fn refuse(&mut self, index: u32, reason: Reason, detail: String) {
        self.refused.push(Refused {
            index,
            reason,
            detail,
        });
    }
}

type Wrong = (Reason, String);

fn read(item: &Value, now: Timestamp) -> Result<(HotlineOrder, usize), Wrong> {
    if !item.is_object() {
        let detail = "an order is an object with order, ts, text, lon and lat".to_owned();
        return Err((Reason::WrongType, detail));
    }
    let given = |name: &str| item.get(name).filter(|value| !value.is_null());
    let field =
        |name: &str| given(name).ok_or((Reason::MissingField, format!("`{name}` is missing")));
    let wrong = |name: &str, what: &str| (Reason::WrongType, format!("`{name}` is no {what}"));
    let text = |name: &str, max: usize| -> Result<Option<&str>, Wrong> {
        let Some(value) = given(name) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| wrong(name, "text"))?;
        if text.chars().count() > max {
            let detail = format!("`{name}` has more than {max} characters");
            return Err((Reason::TooLarge, detail));
        }
        Ok(Some(text.trim()))
    };
    let needed = |name: &str, max: usize| {
        let found = text(name, max)?.filter(|text| !text.is_empty());
        found.ok_or((Reason::MissingField, format!("`{name}` is missing")))
    };
    let number = |name: &str| field(name)?.as_f64().ok_or_else(|| wrong(name, "number"));
    let order = needed("order", 64)?;
    let printable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !order.chars().all(printable) {
        let detail = "`order` holds letters, digits, `-`, `_` and `.` only".to_owned();
        return Err((Reason::BadId, detail));
    }
    let at = time(field("ts")?, now)?;
    let (lon, lat) = (number("lon")?, number("lat")?);
    if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
        let detail = "`lon` and `lat` are no place: degrees, WGS-84".to_owned();
        return Err((Reason::OutOfBounds, detail));
    }
    let mut hidden = 0;
    let mut clean = |text: &str| {
        let (text, count) = without_persons(text);
        hidden += count;
        text
    };
    let order = HotlineOrder {
        order: order.into(),
        at,
        text: cut(&clean(needed("text", ORDER_CHARS_MAX)?), ORDER_CHARS_MAX),
        category: cut(&clean(text("category", 200)?.unwrap_or_default()), 200),
        domain: text("domain", 64)?
            .filter(|domain| !domain.is_empty())
            .map(Into::into),
        place: Place {
            lon,
            lat,
            name: cut(&clean(text("place", 200)?.unwrap_or_default()), 200),
        },
        area: text("area", 12)?
            .filter(|area| !area.is_empty())
            .map(Into::into),
    };
    Ok((order, hidden))
}

fn time(given: &Value, now: Timestamp) -> Result<Timestamp, Wrong> {
    let wrong = |reason, detail: &str| Err((reason, detail.to_owned()));
    let at = match given {
        Value::Number(millis) => millis.as_i64().map(Timestamp::from_millis),
        Value::String(text) => Timestamp::parse(text).ok(),
        _ => None,
    };
    let Some(at) = at else {
        let detail = "`ts` is neither epoch milliseconds nor an RFC 3339 time with an offset";
        return wrong(Reason::BadTime, detail);
    };
    if at > now + AHEAD_MAX {
        let detail = "`ts` is more than a minute ahead of the city clock";
        return wrong(Reason::TimeAhead, detail);
    }
    if at + BEHIND_MAX < now {
        let detail = "`ts` is more than seven days behind the city clock";
        return wrong(Reason::TimeBehind, detail);
    }
    Ok(at)
}

/// What is hidden may be shorter than what stands for it.
fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// The text without what looks like the number of a person, or a name that is announced; and how much was taken out.
pub fn without_persons(text: &str) -> (String, usize) {
    let (text, numbers) = without_numbers(text);
    let (text, names) = without_names(&text);
    (text, numbers + names)
}

fn digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn without_numbers(text: &str) -> (String, usize) {
    let between = |c: char| matches!(c, ' ' | '-' | '－' | '—' | '\u{3000}');
    let (mut out, mut count) = (String::new(), 0);
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if !digit(chars[at]) {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let (mut end, mut digits, mut last) = (at, 0, at);
        while end < chars.len() && (digit(chars[end]) || between(chars[end])) {
            if digit(chars[end]) {
                digits += 1;
                last = end + 1;
            }
            end += 1;
        }
        // An identity number may end with an X.
        if digits == 17 && chars.get(last).is_some_and(|c| matches!(c, 'x' | 'X')) {
            last += 1;
        }
        if digits >= DIGITS_MIN {
            out.push_str(HIDDEN);
            count += 1;
        } else {
            out.extend(&chars[at..last]);
        }
        at = last;
    }
    (out, count)
}

fn without_names(text: &str) -> (String, usize) {
    let (mut out, mut count, mut rest) = (String::new(), 0, text);
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || c == '·';
    while let Some((start, word)) = ANNOUNCES
        .iter()
        .filter_map(|word| rest.find(word).map(|start| (start, *word)))
        .min()
    {
        let after = start + word.len();
        out.push_str(&rest[..after]);
        rest = &rest[after..];
        let said = rest.trim_start_matches([':', '：', ' ', '为', '是']);
        // Without a colon only what says of itself that it is a name announces one: 市民反映 and 本人发现 do not.
        let announced = rest.starts_with([':', '：']) || matches!(word, "我叫");
        let name: usize = said
            .chars()
            .take(NAME_CHARS_MAX)
            .take_while(|c| han(*c))
            .map(char::len_utf8)
            .sum();
        if announced && name > 0 {
            out.push_str(&rest[..rest.len() - said.len()]);
            out.push_str(HIDDEN);
            count += 1;
            rest = &said[name..];
        }
    }
    out.push_str(rest);
    (out, count)
}

#[cfg(test)]
mod tests;
