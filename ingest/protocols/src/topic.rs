//! MQTT topics and filters: levels separated by `/`, `+` for one level, `#` for the rest (MQTT 5.0, section 4.7).

/// Whether this is a filter that a broker takes.
pub fn valid_filter(filter: &str) -> bool {
    let levels = unshared(filter);
    let mut rest_seen = false;
    !levels.is_empty()
        && filter.len() <= 65_535
        && !filter.contains('\0')
        && levels.split('/').all(|level| {
            let fits = !rest_seen && (level.len() == 1 || !level.contains(['+', '#']));
            rest_seen |= level == "#";
            fits
        })
}

/// Whether a message on this topic belongs to this filter; `$share/<group>/` before the filter does not count.
pub fn matches(filter: &str, topic: &str) -> bool {
    let filter = unshared(filter);
    if topic.starts_with('$') && !filter.starts_with('$') {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        match (wanted, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (wanted, Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// The level of this number, counted from 1.
pub fn level(topic: &str, number: usize) -> Option<&str> {
    topic.split('/').nth(number.checked_sub(1)?)
}

fn unshared(filter: &str) -> &str {
    filter
        .strip_prefix("$share/")
        .and_then(|rest| rest.split_once('/'))
        .map_or(filter, |(_group, filter)| filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_filter_matches_as_the_standard_says() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/b/c", "a/b", false),
            ("a/+/c", "a/x/c", true),
            ("a/+", "a", false),
            ("a/+", "a/", true),
            ("a/#", "a", true),
            ("a/#", "a/b/c", true),
            ("#", "a/b", true),
            ("#", "$SYS/load", false),
            ("+/load", "$SYS/load", false),
            ("$SYS/#", "$SYS/load", true),
            ("衢州/+/上报", "衢州/站/上报", true),
            ("#", "衢州", true),
            ("$share/g/a/+", "a/b", true),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn a_filter_that_a_broker_refuses_is_refused() {
        for filter in ["", "a+", "a/#/b", "#/", "a#", "$share/g/"] {
            assert!(!valid_filter(filter), "{filter}");
        }
        for filter in ["#", "+", "a/+/b/#", "/", "$share/g/a"] {
            assert!(valid_filter(filter), "{filter}");
        }
    }

    #[test]
    fn levels_count_from_one() {
        assert_eq!(level("city/air/7", 3), Some("7"));
        assert_eq!(level("city/air/7", 4), None);
        assert_eq!(level("city", 0), None);
    }

    proptest! {
        #[test]
        fn a_topic_matches_itself_and_everything(topic in "[a-z衢/]{1,12}") {
            prop_assert!(matches(&topic, &topic));
            prop_assert!(matches("#", &topic));
        }
    }
}
