//! The same call by hand: what a person would write in the cloud's own tools.
//!
//! The code is what the official documents show for each tool; none of it holds a key: all of them read the
//! environment.
//!
//! To add one: a file with a `code` function, a line in [`all`].

mod cli;
mod go;
mod java;
mod node;
mod python;

use domain::access::Access;
use domain::id::InstanceKey;

/// Code to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub title: &'static str,
    pub code: String,
}

pub fn all(key: &InstanceKey, to: Access) -> Vec<Snippet> {
    [
        ("aliyun-cli", cli::code as fn(&Call<'_>) -> String),
        ("Python (alibabacloud_r_kvstore20150101)", python::code),
        ("Node.js (@alicloud/r-kvstore20150101)", node::code),
        ("Go (r-kvstore-20150101)", go::code),
        ("Java (r_kvstore20150101)", java::code),
    ]
    .map(|(title, code)| Snippet { title, code: code(&Call::new(key, to)) })
    .into()
}

/// What every tool needs to know.
struct Call<'a> {
    id: &'a str,
    region: &'a str,
    endpoint: String,
    mode: &'static str,
    /// What the mode means, as a comment.
    meaning: &'static str,
}

impl<'a> Call<'a> {
    fn new(key: &'a InstanceKey, to: Access) -> Self {
        let (mode, meaning) = match to {
            Access::PasswordFree => {
                ("Close", "Close: password authentication is closed, access is password-free")
            }
            Access::PasswordRequired => {
                ("Open", "Open: password authentication is open, a password is required")
            }
        };
        let region = key.region.as_str();
        Self {
            id: key.id.as_str(),
            region,
            endpoint: format!("r-kvstore.{region}.aliyuncs.com"),
            mode,
            meaning,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_instance_region_and_the_word_that_reads_backwards() {
        let key: InstanceKey = "core/cn-hangzhou/r-bp1".parse().unwrap();
        for (to, word, other) in
            [(Access::PasswordFree, "Close", "Open"), (Access::PasswordRequired, "Open", "Close")]
        {
            let snippets = all(&key, to);
            assert_eq!(snippets.len(), 5);
            for Snippet { title, code } in snippets {
                assert!(code.contains("r-bp1") && code.contains("cn-hangzhou"), "{title}");
                assert!(code.contains(word) && !code.contains(other), "{title}: {code}");
                assert!(!code.contains("{0}") && !code.contains("{}"), "{title}");
            }
        }
    }
}
