//! Refusals in the language of who asks.
//!
//! Every refusal has a code and says in English what failed. To whom prefers Chinese (`Accept-Language`; a program that says nothing does not)
//! it is said in the words of this table, whichever room refused; what the English said of the case goes along as `detail`.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A refusal is small; a longer body is none.
const BODY_BYTES_MAX: usize = 64 * 1_024;

/// What each code says in Chinese. A part in （） with `{}` is for the value of the case: without one it goes.
const WORDS: [(&str, &str); 39] = [
    ("already_acknowledged", "报警已有人签收（{}）"),
    ("already_approved", "停用已有人批准（{}）"),
    ("already_false", "报警已有人标为误报（{}）"),
    ("already_out_of_service", "已有人申请停用，或已停用（{}）"),
    ("already_shelved", "报警已有人搁置（{}）"),
    ("bad_body", "填写的内容不合要求，请检查后重试"),
    ("bad_query", "查询条件不合要求，请检查后重试"),
    ("busy", "此刻接收繁忙，请稍后再发"),
    ("conflict", "名称已被使用，或数量已到上限"),
    ("content_type", "请求内容须为 JSON"),
    ("forbidden", "不接受来自此地址或此页面的请求"),
    ("internal", "系统内部出错，请联系管理员"),
    ("log", "日志暂不能写入，请稍后再发"),
    ("method_not_allowed", "此地址不支持这种操作"),
    ("not_allowed", "没有这项权限，或不在负责的辖区和领域内"),
    ("not_found", "没有找到，可能已关闭或不存在"),
    ("not_json", "请求内容须为 JSON"),
    ("not_signed_in", "请先登录；如已填写，账号、密码或令牌不对"),
    ("nothing_usable", "没有一条可用的数据"),
    ("password_long", "密码太长"),
    ("password_named", "密码不能包含账号名"),
    (
        "password_plain",
        "密码太简单：小写字母、大写字母、数字、其他字符要混用（至少 {} 种）",
    ),
    ("password_same", "新密码不能与旧密码相同"),
    ("password_short", "密码太短（至少 {} 个字符）"),
    ("same_person", "申请人不能自己批准，须由另一人批准"),
    (
        "second_factor",
        "还需要一次性验证码；如已填写，验证码不对或已用过",
    ),
    ("shelf_full", "搁置或停用已到上限（{} 项），请先恢复一项"),
    ("shelved_too_long", "搁置时长须在上限以内（最多 {} 分钟）"),
    ("shown_otherwise", "报警与屏幕所示已不同，请重新查看后再定"),
    ("slow", "内容传得太慢，请重发"),
    ("timed_out", "用时过长（超过 {} 秒），请缩小范围"),
    ("too_large", "内容太大（上限 {} 字节）"),
    ("too_many_clients", "实时画面路数已满（{} 路），请关闭一路"),
    ("too_many_requests", "请求太频繁，请稍后再试（{} 秒后）"),
    ("too_many_tries", "登录失败次数过多，请稍后再试（{} 秒后）"),
    (
        "top_priority",
        "最高等级的报警不能搁置或停用：请签收，或标为误报",
    ),
    ("unavailable", "暂时不能办理，请稍后再试"),
    ("unreadable", "内容没有读全，请重发"),
    ("upgrade_required", "此地址只接受 WebSocket 连接"),
];

/// What the sentence of a refusal has of its case: a number, a name. It goes with the answer to where the language is known.
#[derive(Debug, Clone)]
pub(crate) struct OfCase(pub(crate) String);

/// What a code says in Chinese; `None` for one that this program does not have.
pub fn chinese(code: &str) -> Option<&'static str> {
    let place = WORDS.binary_search_by_key(&code, |(known, _)| known).ok()?;
    Some(WORDS[place].1)
}

/// Answers refusals in the language of who asks.
pub(crate) async fn spoken(request: Request, next: Next) -> Response {
    let is_chinese = prefers_chinese(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    // A room that speaks the language itself says so, and says more of the case.
    let is_said = response.headers().contains_key(header::CONTENT_LANGUAGE);
    if !is_refusal || !is_chinese || is_said || !is_json(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return (status, head.headers).into_response();
    };
    let of_case = head.extensions.get::<OfCase>();
    let Some(said) = in_chinese(&bytes, of_case) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    head.headers.remove(header::CONTENT_LENGTH);
    let language = HeaderValue::from_static("zh-CN");
    head.headers.insert(header::CONTENT_LANGUAGE, language);
    let vary = HeaderValue::from_static("accept-language");
    head.headers.append(header::VARY, vary);
    Response::from_parts(head, Body::from(said))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The same refusal in Chinese; `None` for what is none.
fn in_chinese(body: &[u8], of_case: Option<&OfCase>) -> Option<String> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let error = answer.get_mut("error")?.as_object_mut()?;
    let words = chinese(error.get("code")?.as_str()?)?;
    let message = Value::String(with(words, of_case));
    let detail = error.insert("message".to_owned(), message)?;
    error.insert("detail".to_owned(), detail);
    Some(answer.to_string())
}

fn with(words: &str, of_case: Option<&OfCase>) -> String {
    if let Some(OfCase(value)) = of_case {
        return words.replace("{}", value);
    }
    let place = words.find("{}").and_then(|place| {
        let from = words[..place].rfind('（')?;
        let to = place + words[place..].find('）')?;
        Some((&words[..from], &words[to + '）'.len_utf8()..]))
    });
    place.map_or_else(
        || words.to_owned(),
        |(before, after)| [before, after].concat(),
    )
}

/// Whether Chinese is asked for, and no other language that is wanted more; RFC 9110, 12.5.4.
fn prefers_chinese(headers: &HeaderMap) -> bool {
    let asked = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
    let ranges = asked
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let (mut chinese, mut other) = (0.0_f32, 0.0_f32);
    for range in ranges {
        let (language, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight = weight.trim().parse().unwrap_or(0.0_f32);
        let primary = language.trim().split('-').next().unwrap_or_default();
        let held = if primary.eq_ignore_ascii_case("zh") {
            &mut chinese
        } else {
            &mut other
        };
        *held = held.max(weight);
    }
    chinese > 0.0 && chinese >= other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(asked: &str) -> bool {
        let value = HeaderValue::from_str(asked).expect("a value");
        prefers_chinese(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
    }

    #[test]
    fn chinese_is_for_who_prefers_it_and_english_for_all_others() {
        for chinese in [
            "zh-CN",
            "zh",
            "ZH-Hans-CN, en;q=0.9",
            "en;q=0.5, zh-CN;q=0.8",
            "en,zh",
        ] {
            assert!(prefers(chinese), "{chinese}");
        }
        for other in [
            "",
            "en",
            "*",
            "en-US,en;q=0.9,zh-CN;q=0.8",
            "zh;q=0",
            "zh;q=x",
            "de, zh;q=0.9",
        ] {
            assert!(!prefers(other), "{other}");
        }
        assert!(!prefers_chinese(&HeaderMap::new()), "a program");
    }

    #[test]
    fn the_table_is_in_order_and_says_each_in_chinese() {
        assert!(WORDS.is_sorted_by(|one, two| one.0 < two.0));
        for (code, words) in WORDS {
            assert_eq!(chinese(code), Some(words));
            let bare = with(words, None);
            assert!(!bare.contains(['{', '（']) && !bare.is_empty(), "{bare}");
            let letters = bare.replace("JSON", "").replace("WebSocket", "");
            assert!(
                !letters.contains(|c: char| c.is_ascii_alphabetic()),
                "{bare}"
            );
        }
        assert_eq!(chinese("no_such_code"), None);
    }

    #[test]
    fn a_refusal_keeps_its_code_and_what_the_english_said() {
        let body = br#"{"error":{"code":"too_large","message":"body exceeds the limit of 9 bytes"},"rejected":[]}"#;
        let nine = OfCase("9".to_owned());
        let said = |of_case| in_chinese(body, of_case).expect("a refusal");
        assert_eq!(
            said(Some(&nine)),
            r#"{"error":{"code":"too_large","detail":"body exceeds the limit of 9 bytes","message":"内容太大（上限 9 字节）"},"rejected":[]}"#
        );
        assert!(said(None).contains(r#""message":"内容太大""#));
        for other in [
            "{}",
            r#"{"error":1}"#,
            r#"{"error":{"code":"unknown","message":""}}"#,
            "x",
        ] {
            assert_eq!(in_chinese(other.as_bytes(), None), None);
        }
    }
}
