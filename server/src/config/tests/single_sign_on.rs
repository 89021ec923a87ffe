//! Who vouches for people: what is taken, and what is told of what is not.

use domain::person::Role;

use super::*;

const WHOLE: &str = r#"
oidc_issuer = "https://id.example.com/realms/a"
oidc_client_id = "latchkey"
group_roles = ["redis-admins=admin", "cn=ops,ou=x=operator", "all=none"]
"#;

#[test]
fn a_provider_needs_to_know_the_portal_and_groups_need_roles() {
    let usual = parsed("", &[]).unwrap().single_sign_on;
    assert!(usual.oidc.is_none() && usual.local_users && usual.group_roles.0.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hunter2\n").unwrap();
    let text = format!("{WHOLE}oidc_client_secret_file = \"{}\"\n", secret.display());
    let config = parsed(&text, &[]).unwrap();
    let debug = format!("{config:?}");
    assert!(!debug.contains("hunter2"), "{debug}");
    let roles = config.single_sign_on.group_roles.0;
    assert_eq!(roles["redis-admins"], Some(Role::Admin));
    assert_eq!(roles["cn=ops,ou=x"], Some(Role::Operator));
    assert_eq!(roles["all"], None, "in, with what the portal gives");
    let oidc = config.single_sign_on.oidc.unwrap();
    assert_eq!(oidc.issuer, "https://id.example.com/realms/a");
    assert_eq!(oidc.client_secret.unwrap().expose_secret(), "hunter2");
    assert_eq!((oidc.scopes, oidc.groups_claim.as_str()), (vec!["profile".to_owned()], "groups"));

    let more = format!(
        "{WHOLE}oidc_scopes = [\"profile\", \"groups\"]\noidc_groups_claim = \"realm_access.roles\"\n\
         oidc_name = \"公司账号\"\noidc_allow = [\"10.0.0.0/8\"]\nlocal_users = \"off\"\n"
    );
    let variables = [
        ("LATCHKEY_OIDC_CLIENT_SECRET_FILE", secret.to_str().unwrap()),
        ("LATCHKEY_GROUP_ROLES", "a=viewer, b=operator"),
    ];
    let config = parsed(&more, &variables).unwrap().single_sign_on;
    assert!(!config.local_users);
    assert_eq!(config.group_roles.0.len(), 2);
    let oidc = config.oidc.unwrap();
    assert_eq!((oidc.scopes.len(), oidc.groups_claim.as_str()), (2, "realm_access.roles"));
    assert_eq!(oidc.label.as_deref(), Some("公司账号"));
    assert_eq!(oidc.client_secret.unwrap().expose_secret(), "hunter2");
}

#[test]
fn what_cannot_be_used_is_told_without_what_stands_in_it() {
    let with = |line: &str| format!("{line}\n{WHOLE}");
    let proxied = |line: &str| format!("trusted_proxies = [\"10.0.0.0/8\"]\n{line}");
    for (text, told) in [
        (with("local_users = \"maybe\""), "local_users: `maybe` is not on or off"),
        (
            with("oidc_client_secret_file = \"/does/not/exist\""),
            "the file /does/not/exist cannot be read",
        ),
        (with("oidc_scopes = [\"a b\"]"), "`a b` is not a scope"),
        (with("oidc_name = \"0123456789012345678901234567890123456789x\""), "at most 40"),
        (with("oidc_allow = [\"all\"]"), "is not an address or a block"),
        (
            WHOLE.replace("https://id.example.com/realms/a", "http://id.example.com"),
            "is plain http",
        ),
        (
            WHOLE.replace("id.example.com/realms/a", "10.0.0.1"),
            "is in a network that is not reached",
        ),
        (WHOLE.replace("=admin", "=root"), "is not GROUP=ROLE"),
        (WHOLE.replace("redis-admins=admin", "=admin"), "is not GROUP=ROLE"),
        (WHOLE.replace("cn=ops,ou=x", "redis-admins"), "`redis-admins` has a role already"),
        ("local_users = \"off\"".to_owned(), "can only be off where"),
        ("proxy_user_header = \"Remote-User\"".to_owned(), "needs trusted_proxies"),
        ("proxy_groups_header = \"Remote-Groups\"".to_owned(), "is for proxy_user_header"),
        (proxied("proxy_user_header = \"Cookie\""), "`Cookie` is not a header such as"),
        (proxied("proxy_user_header = \"a b\""), "`a b` is not a header such as"),
        (
            proxied("proxy_user_header = \"a\"\nproxy_groups_header = \"b\""),
            "group_roles: is needed with",
        ),
        ("oidc_client_id = \"x\"".to_owned(), "is for oidc_issuer, which is not set"),
        (
            "oidc_issuer = \"https://id.example.com\"\ngroup_roles = [\"a=admin\"]".to_owned(),
            "oidc_client_id: is needed",
        ),
        (
            "oidc_issuer = \"https://id.example.com\"\noidc_client_id = \"x\"".to_owned(),
            "group_roles: is needed with oidc_issuer",
        ),
    ] {
        refuses(&text, &[told]);
    }
}

#[test]
fn a_proxy_may_vouch_with_and_without_groups() {
    let proxied = "trusted_proxies = [\"10.0.0.0/8\"]\nproxy_user_header = \"Remote-User\"\n";
    let proxy = parsed(proxied, &[]).unwrap().single_sign_on.proxy_user.unwrap();
    assert_eq!((proxy.user.as_str(), proxy.groups), ("remote-user", None));
    let more = "proxy_groups_header = \"Remote-Groups\"\ngroup_roles = [\"a=viewer\"]\nlocal_users = \"off\"";
    let config = parsed(&format!("{proxied}{more}"), &[]).unwrap().single_sign_on;
    assert!(!config.local_users && config.proxy_user.unwrap().groups.is_some());
}
