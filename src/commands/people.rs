//! `yiping people`: accounts and tokens from the command line, while the program is stopped.

use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use yiping_desk::people::{AccountForm, TokenForm, Who};
use yiping_desk::rights::Scope;
use yiping_log::{CityClock, DiskLog, Log};
use yiping_server::People;
use yiping_server::people::Change;

use super::{configuration, say};
use crate::cli::{NewAccount, NewToken, Place};
use crate::house::PEOPLE;
use crate::sign_in;

/// Makes an account whose password, the first line of standard input, the person must change; or gives an account another one.
pub(crate) async fn account(arguments: NewAccount) -> anyhow::Result<()> {
    let mut password = String::new();
    say("password, which the person must change (it is read from standard input):");
    std::io::stdin()
        .lock()
        .read_line(&mut password)
        .context("standard input cannot be read")?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let form = AccountForm {
        display: arguments.display.unwrap_or_else(|| arguments.name.clone()),
        name: arguments.name.clone(),
        roles: arguments.roles.into_iter().collect::<BTreeSet<_>>(),
        scope: Scope {
            areas: arguments.areas,
            domains: arguments.domains,
        },
        closed: false,
    };
    with(&arguments.place, async |people, _folder| {
        let by = Who::operator();
        if people
            .register()
            .accounts()
            .any(|one| one.name == form.name)
        {
            people
                .change_account(
                    &by,
                    form,
                    Change {
                        password: Some(password),
                        drop_second: arguments.reset_second_factor,
                        subject: None,
                    },
                )
                .await?;
        } else {
            people.make_account(&by, form, password, true).await?;
        }
        Ok(())
    })
    .await?;
    say(&format!("account {} is made", arguments.name));
    Ok(())
}

/// Issues a token and prints it.
pub(crate) async fn token(arguments: NewToken) -> anyhow::Result<()> {
    let form = TokenForm {
        name: arguments.name,
        role: arguments.role,
        seat: arguments.seat,
    };
    let token = with(&arguments.place, async |people, _folder| {
        Ok(people.issue_token(&Who::operator(), form).await?)
    })
    .await?;
    say(&token);
    Ok(())
}

/// Makes the accounts and tokens of a demonstration.
pub(crate) async fn demo(place: Place) -> anyhow::Result<()> {
    let made = with(&place, async |people, folder| {
        sign_in::for_demonstration(people, folder).await
    })
    .await?;
    let made = made.context("there are accounts already, and this command did not make them")?;
    for line in made.lines("http://127.0.0.1:8080") {
        say(&line);
    }
    Ok(())
}

/// Opens the register and the log of a program that is stopped.
async fn with<T>(
    place: &Place,
    work: impl AsyncFnOnce(&People, &Path) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = configuration(place.config.as_deref())?;
    config.people.check()?;
    let folder = place.data_dir.as_ref().unwrap_or(&config.data.dir);
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the data folder {}", folder.display()))?;
    let log = DiskLog::open(&folder.join("log"), config.log.clone(), |end| {
        CityClock::life(end)
    })
    .context("while the program runs, accounts and tokens are made by its API: POST /api/v1/accounts and /api/v1/tokens")?;
    let log = Arc::new(log);
    let people = People::open(
        folder.join(PEOPLE),
        Arc::clone(&log) as Arc<dyn Log>,
        config.people.clone(),
    )?;
    let done = work(&people, folder).await;
    log.close().await;
    done
}
