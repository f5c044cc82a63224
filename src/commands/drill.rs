//! `yiping drill`: begins and ends drills of a program that runs, as a person who may.

use std::io::BufRead as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use yiping_notify::Client;

use super::say;
use crate::cli::{Drill, DrillAt};

/// A drill begins once its rooms are open.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn drill(command: Drill) -> anyhow::Result<()> {
    match command {
        Drill::Start(asked) => {
            let body = json!({
                "scenario": asked.scenario.to_string(),
                "seed": asked.seed,
                "after_secs": asked.after_secs,
                "area": asked.area,
                "participants": asked.participants,
                "channels": asked.channels,
                "note": asked.note,
            });
            let program = Program::enter(&asked.at)?;
            let drill = program.ask(&Method::POST, "/api/v1/drills", Some(&body))?;
            say(&line(&drill));
            say(&format!("its screens are at {}/drill/", asked.at.program));
        }
        Drill::Stop(asked) => ended(&asked.at, &asked.drill, false, &asked.note)?,
        Drill::Abort(asked) => ended(&asked.at, &asked.drill, true, &asked.note)?,
        Drill::List(at) => {
            let answer = Program::enter(&at)?.ask(&Method::GET, "/api/v1/drills", None)?;
            for drill in answer["items"].as_array().into_iter().flatten() {
                say(&line(drill));
            }
        }
        Drill::Score(asked) => {
            let path = format!("/api/v1/drills/{}/score", asked.drill);
            let score = Program::enter(&asked.at)?.ask(&Method::GET, &path, None)?;
            say(&serde_json::to_string_pretty(&score)?);
        }
    }
    Ok(())
}

fn ended(at: &DrillAt, drill: &str, aborted: bool, note: &str) -> anyhow::Result<()> {
    let body = json!({ "aborted": aborted, "note": note });
    let path = format!("/api/v1/drills/{drill}/stop");
    let drill = Program::enter(at)?.ask(&Method::POST, &path, Some(&body))?;
    say(&line(&drill));
    Ok(())
}

/// A drill in a line.
fn line(drill: &Value) -> String {
    let text = |name: &str| drill[name].as_str().unwrap_or("—").to_owned();
    let state = match drill["aborted"].as_bool() {
        None => "runs".to_owned(),
        Some(false) => format!("over since {}", text("stopped")),
        Some(true) => format!("broken off at {}", text("stopped")),
    };
    format!(
        "[DRILL] {} {} since {}: {state}",
        text("id"),
        text("scenario"),
        text("opened")
    )
}

/// The program, to which somebody is signed in.
struct Program {
    client: Client,
    address: String,
    cookie: String,
}

impl Program {
    /// Signs in; the password is the first line of standard input.
    fn enter(at: &DrillAt) -> anyhow::Result<Self> {
        let mut password = String::new();
        super::complain(&format!(
            "password of {} (it is read from standard input):",
            at.account
        ));
        std::io::stdin()
            .lock()
            .read_line(&mut password)
            .context("standard input cannot be read")?;
        let ca_file = at.ca_file.as_deref().map(Path::new);
        let client = Client::open(PATIENCE, ca_file).map_err(|why| anyhow!(why))?;
        let mut program = Self {
            client,
            address: at.program.trim_end_matches('/').to_owned(),
            cookie: String::new(),
        };
        let mut body = json!({
            "name": at.account,
            "password": password.trim_end_matches(['\r', '\n']),
            "seat": "command line",
        });
        if let Some(code) = &at.code {
            body["code"] = json!(code);
        }
        let (_, cookie) = program.send(&Method::POST, "/api/v1/session", Some(&body))?;
        program.cookie = cookie.context("the program gave no session")?;
        Ok(program)
    }

    fn ask(&self, method: &Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.send(method, path, body).map(|(answer, _)| answer)
    }

    /// The answer, and the cookie that came with it.
    fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(Value, Option<String>)> {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("{}{path}", self.address))
            .header(header::CONTENT_TYPE, "application/json");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let answer = self.client.send(request.body(bytes)?);
        let answer = answer.map_err(|why| anyhow!("{}: {why}", self.address))?;
        let cookie = answer.headers().get(header::SET_COOKIE);
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookie.map(str::to_owned);
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if !answer.status().is_success() {
            let why = said["error"]["message"]
                .as_str()
                .unwrap_or("no reason given");
            bail!("{}: {why}", answer.status());
        }
        Ok((said, cookie))
    }
}
