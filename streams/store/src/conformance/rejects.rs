//! Dead letters as they are defined: the newest so many.

use yiping_model::{Body, Reason, SourceId};

use super::Oracle;
use crate::{History, RejectQuery, StoredReject};

impl Oracle<'_> {
    pub(super) async fn agree_on_rejects(&self, store: &impl History) {
        let mqtt = SourceId::new("mqtt").expect("valid");
        let half = self.records().get(self.records().len() / 2);
        for source in [None, Some(mqtt)] {
            for reason in [None, Some(Reason::NotJson)] {
                for (before, limit) in [(None, 1_000), (half.map(|record| record.position), 2)] {
                    let query = RejectQuery {
                        source: source.clone(),
                        reason,
                        before,
                        limit,
                    };
                    let told = store.rejects(&query).await.expect("reads");
                    super::oracle::same(&told, &self.rejects(&query), &query);
                }
            }
        }
    }

    fn rejects(&self, query: &RejectQuery) -> Vec<StoredReject> {
        self.records()
            .iter()
            .rev()
            .filter_map(|record| match &record.body {
                Body::Reject(reject) => Some(StoredReject {
                    position: record.position,
                    received_at: record.received_at,
                    reject: reject.clone(),
                }),
                Body::Tick
                | Body::Reading(_)
                | Body::Event(_)
                | Body::Finding(_)
                | Body::Decision(_)
                | Body::Recall(_)
                | Body::Notice(_)
                | Body::Positions(_)
                | Body::Command(_)
                | Body::Drill(_)
                | Body::Duty(_) => None,
            })
            .take(self.settings().rejects_kept_max as usize)
            .filter(|letter| query.before.is_none_or(|before| letter.position < before))
            .filter(|letter| {
                let reject = &letter.reject;
                query
                    .source
                    .as_ref()
                    .is_none_or(|source| *source == reject.source)
                    && query.reason.is_none_or(|reason| reason == reject.reason)
            })
            .take(query.limit)
            .collect()
    }
}
