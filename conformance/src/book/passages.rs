//! What the chapter says of each topic.

/// The passage of step 54 that a chapter of the specification builds on, retold.
pub fn passage(chapter: &str) -> &'static str {
    match chapter {
        "dropout" => "inverted dropout: y = x * mask / scale in training, and in testing nothing",
        "direct" => "mask in training; in testing multiply by 1 - ratio, what survived on average",
        "config" => {
            "Config.train and enable_backprop; using_config saves, yields, and in `finally` restores"
        }
        "layer" => "nothing: in the chapter the mode is the process's, not a layer's",
        "gradient" => "dropout is made of * and /, so the way back comes with them",
        "mask" => {
            "mask = rand(*x.shape) > ratio: on average a share of `ratio` is False, anew in every call"
        }
        "ensemble" => "to drop neurons is to train many networks; testing averages all of them",
        _ => "nothing: this is about the adapter that speaks for an implementation",
    }
}

#[cfg(test)]
mod tests {
    use super::passage;
    use crate::book::rules;
    use std::collections::BTreeSet;

    /// What the chapter says is another thing for each topic, and nothing for the adapter.
    #[test]
    fn each_topic_has_its_passage() {
        let topics = rules().iter().map(|rule| rule.chapter).collect::<BTreeSet<_>>();
        let passages = topics.iter().map(|topic| passage(topic)).collect::<BTreeSet<_>>();
        assert_eq!(passages.len(), topics.len(), "{topics:?}");
        assert!(passage("protocol").contains("the adapter"));
    }
}
