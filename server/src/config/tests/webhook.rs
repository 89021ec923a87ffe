//! Where notices go: what is taken, and what is told of what is not.

use super::*;

#[test]
fn a_webhook_has_an_address_and_a_secret() {
    assert!(parsed("", &[]).unwrap().webhook.is_none());
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let secret = secret.display();
    let text = format!(
        "webhook_url = \"https://hooks.example.com/T0/hunter2\"\nwebhook_secret_file = \"{secret}\"\nwebhook_allow = [\"10.0.0.0/8\"]"
    );
    let config = parsed(&text, &[]).unwrap();
    let debug = format!("{config:?}");
    assert!(!debug.contains("hunter2") && !debug.contains("MfKQ"), "{debug}");
    let webhook = config.webhook.unwrap();
    assert_eq!(webhook.url(), "https://hooks.example.com/T0/hunter2");
    assert_eq!(webhook.allow, ["10.0.0.0/8".parse::<IpNet>().unwrap()]);
    let allow = [("LATCHKEY_WEBHOOK_ALLOW", "127.0.0.1, 10.0.0.0/8")];
    assert_eq!(parsed(&text, &allow).unwrap().webhook.unwrap().allow.len(), 2);

    let with_url =
        |url: &str| format!("webhook_url = \"{url}\"\nwebhook_secret_file = \"{secret}\"");
    for (url, told) in [
        ("http://hooks.example.com/hunter2", "is plain http"),
        ("https://169.254.169.254/hunter2", "is in a network that is not reached"),
        ("https://me:hunter2@hooks.example.com/", "has a user name or password in it"),
        ("hooks/hunter2", "is not https://HOST"),
    ] {
        refuses(&with_url(url), &[&format!("latchkey.toml:1: webhook_url: the address {told}")]);
        assert!(!parsed(&with_url(url), &[]).unwrap_err().join("").contains("hunter2"), "{url}");
    }
    refuses("webhook_url = \"https://hooks.example.com/\"", &["webhook_secret_file: is needed"]);
    refuses(
        "webhook_url = \"https://hooks.example.com/\"\nwebhook_secret_file = \"/does/not/exist\"",
        &["webhook_secret_file: the file /does/not/exist cannot be read"],
    );
    refuses(
        &format!("webhook_secret_file = \"{secret}\""),
        &["webhook_secret_file: is for webhook_url"],
    );
    refuses("webhook_allow = [\"all\"]", &["`all` is not an address or a block"]);
}
