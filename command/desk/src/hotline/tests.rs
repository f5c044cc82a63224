//! Orders in, names and numbers out.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    Timestamp::from_secs(1_000_000)
}

fn order() -> Value {
    json!({
        "order": "12345-7", "ts": 999_990_000_i64, "text": "闻到刺鼻气味", "lon": 118.9, "lat": 28.9,
        "category": "环境", "domain": "air", "area": "330802", "place": "高家镇",
        "caller": "王某某", "phone": "13812345678", "address": "某小区 3 幢",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut order = order();
    order[name] = value;
    order
}

#[test]
fn nothing_of_the_caller_is_kept() {
    let judged = judge(order().to_string().as_bytes(), now());
    let (_, kept) = &judged.orders[0];
    let written = serde_json::to_string(kept).expect("JSON");
    for gone in [
        "王某某",
        "13812345678",
        "小区",
        "caller",
        "phone",
        "address",
    ] {
        assert!(!written.contains(gone), "{gone} in {written}");
    }
    assert!(written.contains("闻到刺鼻气味") && written.contains("高家镇"));
}

#[test]
fn numbers_and_announced_names_are_taken_out_of_texts() {
    let cases = [
        ("请回电13812345678谢谢", "请回电〔已隐去〕谢谢", 1),
        ("电话 0570-302 6666 转 2", "电话 〔已隐去〕 转 2", 1),
        ("身份证33080219800101123X", "身份证〔已隐去〕", 1),
        ("联系１３８１２３４５６７８", "联系〔已隐去〕", 1),
        ("姓名：张三丰，高家镇", "姓名：〔已隐去〕，高家镇", 1),
        ("我叫李四，闻到", "我叫〔已隐去〕，闻到", 1),
        ("联系人:王五 13800001111", "联系人:〔已隐去〕 〔已隐去〕", 2),
        (
            "市民反映 2024 年起 3 号楼 120 米",
            "市民反映 2024 年起 3 号楼 120 米",
            0,
        ),
        ("320 国道 12 公里处", "320 国道 12 公里处", 0),
    ];
    for (text, clean, count) in cases {
        assert_eq!(without_persons(text), (clean.to_owned(), count), "{text}");
    }
}

#[test]
fn what_is_wrong_has_a_name_and_repeats_nothing() {
    let cases = [
        (with("order", json!("")), Reason::MissingField),
        (with("order", json!("张三")), Reason::BadId),
        (with("order", json!(7)), Reason::WrongType),
        (with("ts", json!("gestern")), Reason::BadTime),
        (with("ts", json!(2_000_000_000_i64)), Reason::TimeAhead),
        (with("ts", json!(1)), Reason::TimeBehind),
        (with("text", json!(" ")), Reason::MissingField),
        (with("text", json!("字".repeat(1_001))), Reason::TooLarge),
        (with("lon", json!(181)), Reason::OutOfBounds),
        (with("lat", json!("28")), Reason::WrongType),
        (with("lat", Value::Null), Reason::MissingField),
        (json!("13812345678"), Reason::WrongType),
    ];
    for (body, reason) in cases {
        let judged = judge(body.to_string().as_bytes(), now());
        assert_eq!(judged.refused[0].reason, reason, "{body}");
        assert!(!judged.refused[0].detail.contains("13812345678"));
        assert!(judged.orders.is_empty());
    }
    assert_eq!(judge(b"{", now()).refused[0].reason, Reason::NotJson);
    let many = Value::Array(vec![order(); BATCH_MAX + 1]);
    let judged = judge(many.to_string().as_bytes(), now());
    assert_eq!(judged.refused[0].reason, Reason::TooManyValues);
    let mixed = json!([order(), with("lon", json!(999)), order()]);
    let judged = judge(mixed.to_string().as_bytes(), now());
    let indices: Vec<u32> = judged.orders.iter().map(|(index, _)| *index).collect();
    assert_eq!((indices, judged.refused[0].index), (vec![0, 2], 1));
}

proptest! {
    /// Whatever stands around it, no seven digits in a row are left, and what has none is not touched.
    #[test]
    fn no_number_of_a_person_is_left(text in "[ a一：姓名我叫0-9０-９-]{0,60}") {
        let (clean, _) = without_persons(&text);
        let mut run = 0;
        for c in clean.chars() {
            run = if digit(c) { run + 1 } else if matches!(c, ' ' | '-') { run } else { 0 };
            prop_assert!(run < DIGITS_MIN, "{text} {clean}");
        }
        prop_assert_eq!(without_persons(&clean).1, 0, "a second time finds nothing: {}", clean);
    }

    #[test]
    fn whatever_comes_is_judged(body in prop::collection::vec(any::<u8>(), 0..200)) {
        judge(&body, now());
    }
}
