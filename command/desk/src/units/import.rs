//! Reads units that are imported: JSON, or CSV with a head. Each row that is no unit is named by its line, and the others are read.

use serde_json::{Map, Value, json};

use super::register::Unit;

/// Most rows of one import.
pub const ROWS_MAX: usize = 10_000;
/// The columns that a table may have, in any order; the first six are needed.
pub const COLUMNS: [&str; 15] = [
    "id", "name_zh", "name_en", "kind", "lon", "lat", "area", "skills", "shift", "account",
    "tracked", "pace", "places", "taken", "retired",
];
const NEEDED: usize = 6;

/// A row, by the line on which it stands: of JSON the number of the unit, from 1.
pub type Row = (u64, Result<Unit, Wrong>);

/// A row that is no unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The id, as far as it can be read.
    pub id: String,
    /// What is wrong, and what to do.
    pub why: String,
}

/// The units of a JSON array.
///
/// # Errors
/// When there are more than [`ROWS_MAX`].
pub fn from_json(units: &[Value]) -> Result<Vec<Row>, String> {
    few(units.len())?;
    let rows = (1..).zip(units);
    Ok(rows.map(|(line, unit)| (line, read(unit))).collect())
}

/// The units of a table with a head. Words of `skills` stand apart by spaces. Goods stand in no table, and are left as they are in `known`.
///
/// # Errors
/// When the head is not as it must be, or there are more than [`ROWS_MAX`] rows.
pub fn from_csv<'a>(
    text: &str,
    known: impl Fn(&str) -> Option<&'a Unit>,
) -> Result<Vec<Row>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns = columns_of(&head)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        few(rows.len() + 1)?;
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = Fields {
            columns: &columns,
            record: &record,
        };
        rows.push((line, fields.unit(&known)));
    }
    Ok(rows)
}

fn few(rows: usize) -> Result<(), String> {
    if rows > ROWS_MAX {
        return Err(format!(
            "more than {ROWS_MAX} rows: import them in several parts"
        ));
    }
    Ok(())
}

fn columns_of(head: &csv::StringRecord) -> Result<Vec<&'static str>, String> {
    let mut columns: Vec<&'static str> = Vec::new();
    for name in head {
        let Some(column) = COLUMNS.into_iter().find(|column| *column == name) else {
            let list = COLUMNS.join(", ");
            let name: String = name.chars().take(32).collect();
            return Err(format!("there is no column `{name}`; known are {list}"));
        };
        if columns.contains(&column) {
            return Err(format!("the column `{column}` stands there twice"));
        }
        columns.push(column);
    }
    let mut needed = COLUMNS[..NEEDED].iter();
    match needed.find(|column| !columns.contains(column)) {
        Some(column) => Err(format!(
            "the column `{column}` is missing: the first line names the columns"
        )),
        None => Ok(columns),
    }
}

/// The fields of one row.
struct Fields<'a> {
    columns: &'a [&'static str],
    record: &'a csv::StringRecord,
}

impl Fields<'_> {
    /// A field that is not empty.
    fn of(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|known| *known == column)?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    fn wrong(&self, why: impl Into<String>) -> Wrong {
        Wrong {
            id: self.of("id").unwrap_or_default().chars().take(64).collect(),
            why: why.into(),
        }
    }

    fn number<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, Wrong> {
        let Some(text) = self.of(column) else {
            return Ok(None);
        };
        let text: String = text.chars().take(32).collect();
        let wrong = |_| {
            self.wrong(format!(
                "`{column}` is not the number that it must be: {text}"
            ))
        };
        text.parse().map(Some).map_err(wrong)
    }

    fn truth(&self, column: &str) -> Result<Option<bool>, Wrong> {
        match self.of(column) {
            None => Ok(None),
            Some("true" | "1" | "是") => Ok(Some(true)),
            Some("false" | "0" | "否") => Ok(Some(false)),
            Some(_) => Err(self.wrong(format!("`{column}` is true or false"))),
        }
    }

    fn unit<'u>(&self, known: impl Fn(&str) -> Option<&'u Unit>) -> Result<Unit, Wrong> {
        let (fields, columns) = (self.record.len(), self.columns.len());
        if fields != columns {
            let why = format!("{fields} fields, and the head has {columns} columns");
            return Err(self.wrong(why));
        }
        let place = (self.number::<f64>("lon")?, self.number::<f64>("lat")?);
        let (Some(lon), Some(lat)) = place else {
            return Err(
                self.wrong("`lon` and `lat` are needed: where it stands when it is at home")
            );
        };
        let text = |column| self.of(column).unwrap_or_default();
        let skills: Vec<&str> = text("skills").split_whitespace().collect();
        let mut unit = Map::new();
        let mut put = |name: &str, value: Value| drop(unit.insert(name.to_owned(), value));
        put("id", json!(text("id")));
        put(
            "name",
            json!({ "zh": text("name_zh"), "en": text("name_en") }),
        );
        put("kind", json!(text("kind")));
        put("home", json!([lon, lat]));
        put("skills", json!(skills));
        for name in ["area", "shift", "account"] {
            put(name, json!(self.of(name)));
        }
        for name in ["tracked", "retired"] {
            if let Some(value) = self.truth(name)? {
                put(name, json!(value));
            }
        }
        if let Some(pace) = self.number::<u16>("pace")? {
            put("pace", json!(pace));
        }
        match (self.number::<u32>("places")?, self.number::<u32>("taken")?) {
            (Some(places), taken) => {
                let taken = taken.unwrap_or(0);
                put("capacity", json!({ "places": places, "taken": taken }));
            }
            (None, Some(_)) => return Err(self.wrong("`taken` needs `places`")),
            (None, None) => {}
        }
        if let Some(before) = known(text("id")) {
            put("stock", json!(before.stock));
        }
        read(&Value::Object(unit))
    }
}

fn read(value: &Value) -> Result<Unit, Wrong> {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let read: Result<Unit, _> = serde_json::from_value(value.clone());
    read.map_err(|error| Wrong {
        id: id.chars().take(64).collect(),
        why: error.to_string(),
    })
}

/// The definition of a unit as a record says it: canonical JSON (RFC 8785).
///
/// # Errors
/// When a number is none.
pub fn definition(unit: &Unit) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\u{feff}id,name_zh,name_en,kind,lon,lat,skills,pace,tracked\n\
        v-1,一号车,Vehicle 1,vehicle,118.87,28.97,fire hazmat,120,是\n\
        v-2,二号车,Vehicle 2,castle,118.87,28.97,,,\n\
        v-3,三号车,Vehicle 3,vehicle,east,28.97,,,\n\
        v-4,四号车,Vehicle 4,vehicle,118.87\n\
        \"v-5\",\"五,号车\",Vehicle 5,vehicle,118.87,28.97,,,否\n";

    #[test]
    fn a_table_is_read_and_each_wrong_row_named_by_its_line() {
        let rows = from_csv(TABLE, |_| None).expect("a head");
        let lines: Vec<(u64, bool)> = rows.iter().map(|(at, row)| (*at, row.is_ok())).collect();
        let expected = [(2, true), (3, false), (4, false), (5, false), (6, true)];
        assert_eq!(lines, expected);
        let first = rows[0].1.as_ref().expect("a unit");
        assert_eq!((first.skills.len(), first.pace), (2, 120));
        let last = rows[4].1.as_ref().expect("a unit");
        assert_eq!((last.name.zh.as_str(), last.tracked), ("五,号车", false));
        let why = |at: usize| rows[at].1.as_ref().expect_err("wrong").clone();
        assert_eq!(why(1).id, "v-2");
        assert!(why(1).why.contains("castle"), "{:?}", why(1));
        assert!(why(2).why.contains("`lon`"), "{:?}", why(2));
        assert!(why(3).why.contains("5 fields"), "{:?}", why(3));
    }

    #[test]
    fn a_head_that_is_none_is_refused_whole() {
        let refused = |text: &str| from_csv(text, |_| None).expect_err(text);
        assert!(refused("id,name_zh\n").contains("`name_en` is missing"));
        assert!(refused("id,id\n").contains("twice"));
        assert!(refused("id,color\n").contains("no column `color`"));
    }

    #[test]
    fn goods_stay_when_a_table_changes_a_unit() {
        let unit = json!({
            "id": "v-1", "name": {"zh": "x", "en": "x"}, "kind": "vehicle", "home": [118.0, 28.0],
            "stock": [{"item": "foam", "name": {"zh": "泡沫", "en": "foam"}, "unit": "升", "amount": 3}],
        });
        let unit = read(&unit).expect("a unit");
        let rows = from_csv(TABLE, |id| (id == "v-1").then_some(&unit)).expect("a head");
        assert_eq!(rows[0].1.as_ref().expect("a unit").stock, unit.stock);
        assert!(rows[4].1.as_ref().expect("a unit").stock.is_empty());
    }

    #[test]
    fn json_is_read_strictly_and_each_wrong_unit_named_by_its_number() {
        let good = json!({"id": "v-1", "name": {"zh": "x", "en": "x"}, "kind": "vehicle", "home": [118.0, 28.0]});
        let mut more = good.clone();
        more["color"] = json!("red");
        let rows = from_json(&[good, more, json!(7)]).expect("few");
        assert!(rows[0].1.is_ok());
        let wrong = rows[1].1.as_ref().expect_err("one too many");
        assert!(wrong.why.contains("color"), "{wrong:?}");
        assert_eq!((rows[2].0, rows[2].1.is_err()), (3, true));
        let unit = rows[0].1.as_ref().expect("a unit");
        let text = definition(unit).expect("canonical");
        assert_eq!(serde_json::from_str::<Unit>(&text).expect("reads"), *unit);
    }
}
