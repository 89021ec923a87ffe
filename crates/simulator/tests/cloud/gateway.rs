//! What the gateway lets in, and with which code it refuses the rest.

use crate::support::{Client, Draft, START, exchange, host, is, request, start};
use simulator::{Control, Simulator};
use std::time::Duration;

const ID: &str = "r-bp1ordersdev0001";

async fn cloud() -> (Simulator, Control) {
    let (cloud, _) = start(|_| {}).await;
    let control = cloud.control();
    (cloud, control)
}

#[tokio::test]
async fn both_schemes_by_get_and_post_in_query_and_form() {
    let (cloud, _) = cloud().await;
    for client in [Client::of(&cloud, 0), Client::of(&cloud, 0).v3()] {
        let draft =
            || Draft::new("DescribeInstanceAttribute", &[("InstanceId", ID), ("Odd", "a b*~+/é")]);
        for draft in [draft(), draft().get(), draft().in_form()] {
            let reply = client.send(&draft).await;
            assert_eq!(reply.status, 200, "{:?} {draft:?}: {}", client.scheme, reply.text());
        }
        let mut split = draft();
        split.form = vec![("RegionId".to_owned(), "cn-hangzhou".to_owned())];
        assert_eq!(client.send(&split).await.status, 200, "query and form are merged");
    }
}

#[tokio::test]
async fn a_wrong_secret_hears_what_should_have_been_signed() {
    let (cloud, _) = cloud().await;
    for client in [Client::of(&cloud, 0), Client::of(&cloud, 0).v3()] {
        let wrong = Client { access_key_secret: "wrong".to_owned(), ..client };
        let reply = wrong.call("DescribeRegions", &[]).await;
        assert_eq!(reply.refusal(), is(400, "SignatureDoesNotMatch"));
        let message = reply.json()["Message"].as_str().unwrap().to_owned();
        let (_, echoed) = message.split_once("server string to sign is:").unwrap();
        assert!(
            echoed.starts_with("POST&%2F&") || echoed.starts_with("ACS3-HMAC-SHA256\n"),
            "{echoed}"
        );
        assert!(!message.contains(&cloud.accounts()[0].access_key_secret));
    }
}

#[tokio::test]
async fn anything_changed_after_signing_is_noticed() {
    let (cloud, _) = cloud().await;
    let client = Client::of(&cloud, 0);
    let draft = || Draft::new("DescribeInstanceAttribute", &[("InstanceId", ID)]).in_form();
    for (client, from, to) in [
        (client.clone(), ID, "r-bp1ordersdev0002"),
        (client.clone(), "POST /", "GET /"),
        (client.clone().v3(), ID, "r-bp1ordersdev0002"),
        (client.clone().v3(), "POST /", "GET /"),
        (
            client.clone().v3(),
            "x-acs-date: 2026-01-02T03:04:05Z",
            "x-acs-date: 2026-01-02T03:04:06Z",
        ),
        (client.clone().v3(), "/?", "/?a=b"),
    ] {
        let signed = String::from_utf8(client.sign(&draft())).unwrap();
        let changed = signed.replace(from, to);
        assert_ne!(signed, changed, "{from}");
        let reply = exchange(&client.base, changed.as_bytes()).await.unwrap();
        assert_eq!(reply.refusal(), is(400, "SignatureDoesNotMatch"), "{from} → {to}");
    }
    let unsigned_header = String::from_utf8(client.v3().sign(&draft())).unwrap();
    let with_more = unsigned_header.replace("accept:", "user-agent: somebody\r\naccept:");
    let reply = exchange(cloud.base_url(), with_more.as_bytes()).await.unwrap();
    assert_eq!(reply.status, 200, "a header that nobody signed does not matter: {}", reply.text());
}

#[tokio::test]
async fn a_v3_signature_covers_the_headers_that_matter() {
    let (cloud, _) = cloud().await;
    let client = Client::of(&cloud, 0).v3();
    for name in
        ["host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"]
    {
        let signed = String::from_utf8(client.sign(&Draft::new("DescribeRegions", &[]))).unwrap();
        let (before, list) = signed.split_once("SignedHeaders=").unwrap();
        let (list, after) = list.split_once(',').unwrap();
        let names: Vec<&str> = list.split(';').filter(|other| *other != name).collect();
        let without = format!("{before}SignedHeaders={},{after}", names.join(";"));
        let reply = exchange(&client.base, without.as_bytes()).await.unwrap();
        assert_eq!(reply.refusal(), is(400, "IncompleteSignature"), "{name}");
    }
}

#[tokio::test]
async fn keys_are_known_and_enabled() {
    let (cloud, control) = cloud().await;
    let client = Client::of(&cloud, 0);
    let unknown = Client { access_key_id: "LTAIunknown".to_owned(), ..client.clone() };
    assert_eq!(
        unknown.call("DescribeRegions", &[]).await.refusal(),
        is(404, "InvalidAccessKeyId.NotFound")
    );
    control.enable_key(&client.access_key_id, false).unwrap();
    assert_eq!(
        client.call("DescribeRegions", &[]).await.refusal(),
        is(400, "InvalidAccessKeyId.Inactive")
    );
    assert_eq!(
        Client::of(&cloud, 1).call("DescribeRegions", &[]).await.status,
        200,
        "other accounts go on"
    );
    control.enable_key(&client.access_key_id, true).unwrap();
    assert_eq!(client.call("DescribeRegions", &[]).await.status, 200);
}

#[tokio::test]
async fn timestamps_are_well_formed_and_within_fifteen_minutes() {
    let (cloud, clock) = start(|_| {}).await;
    for client in [Client::of(&cloud, 0), Client::of(&cloud, 0).v3()] {
        for (seconds, let_in) in [(-900, true), (900, true), (-901, false), (901, false)] {
            let signed_at = START + time::Duration::seconds(seconds);
            let reply = Client { signed_at, ..client.clone() }.call("DescribeRegions", &[]).await;
            if let_in {
                assert_eq!(reply.status, 200, "{seconds}");
            } else {
                assert_eq!(reply.refusal(), is(400, "InvalidTimeStamp.Expired"), "{seconds}");
            }
        }
    }
    for wrong in [
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.123Z",
        "2026-01-02T03%3A04%3A05%2B08%3A00",
        "now",
    ] {
        let signed =
            String::from_utf8(Client::of(&cloud, 0).sign(&Draft::new("DescribeRegions", &[])))
                .unwrap();
        let changed = signed.replace("2026-01-02T03%3A04%3A05Z", wrong);
        let reply = exchange(cloud.base_url(), changed.as_bytes()).await.unwrap();
        assert_eq!(reply.refusal(), is(400, "InvalidTimeStamp.Format"), "{wrong}");
    }
    clock.advance(Duration::from_hours(1));
    let late = Client::of(&cloud, 0).call("DescribeRegions", &[]).await;
    assert_eq!(late.refusal(), is(400, "InvalidTimeStamp.Expired"));
    assert_eq!(
        late.headers["date"], "Fri, 02 Jan 2026 04:04:05 GMT",
        "the answer says what time it is there"
    );
}

#[tokio::test]
async fn a_nonce_is_good_for_one_rightly_signed_request() {
    let (cloud, clock) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let signed = client.sign(&Draft::new("DescribeRegions", &[]));
    assert_eq!(exchange(&client.base, &signed).await.unwrap().status, 200);
    assert_eq!(
        exchange(&client.base, &signed).await.unwrap().refusal(),
        is(400, "SignatureNonceUsed")
    );

    let draft = Draft::new("DescribeRegions", &[]);
    let wrong = Client { access_key_secret: "wrong".to_owned(), ..client.clone() };
    assert_eq!(wrong.send(&draft).await.refusal(), is(400, "SignatureDoesNotMatch"));
    assert_eq!(
        client.send(&draft).await.status,
        200,
        "a wrong signature does not use up the nonce"
    );
    assert_eq!(
        Client::of(&cloud, 1).send(&draft).await.status,
        200,
        "another key may use the same one"
    );
    assert_eq!(client.clone().v3().send(&draft).await.refusal(), is(400, "SignatureNonceUsed"));

    clock.advance(Duration::from_secs(15 * 60 + 1));
    let later = Client { signed_at: clock.now(), ..client };
    assert_eq!(later.send(&draft).await.status, 200, "forgotten after the window");
}

#[tokio::test]
async fn temporary_credentials_need_their_own_token_in_time() {
    let (cloud, clock) = start(|_| {}).await;
    let control = cloud.control();
    let account = &cloud.accounts()[0].name;
    let credentials = control.issue_credentials(account, Duration::from_mins(10)).unwrap();
    let other = control.issue_credentials(account, Duration::from_mins(10)).unwrap();
    for client in
        [Client::temporary(&cloud, &credentials), Client::temporary(&cloud, &credentials).v3()]
    {
        let identity = client.ok("GetCallerIdentity", &[]).await;
        assert_eq!(identity["IdentityType"], "AssumedRoleUser");
        assert_eq!(identity["AccountId"], cloud.accounts()[0].uid);
        for (token, code) in [
            (None, "MissingSecurityToken"),
            (Some("nonsense".to_owned()), "InvalidSecurityToken.Malformed"),
            (Some(other.security_token.clone()), "InvalidSecurityToken.MismatchWithAccessKey"),
        ] {
            let reply = Client { token, ..client.clone() }.call("DescribeRegions", &[]).await;
            assert_eq!(reply.refusal(), is(400, code));
        }
    }
    clock.advance(Duration::from_mins(10));
    let late = Client { signed_at: clock.now(), ..Client::temporary(&cloud, &credentials) };
    assert_eq!(
        late.call("DescribeRegions", &[]).await.refusal(),
        is(400, "InvalidSecurityToken.Expired")
    );
}

#[tokio::test]
async fn missing_and_malformed_parameters_have_codes_of_their_own() {
    let (cloud, _) = cloud().await;
    let client = Client::of(&cloud, 0);
    for name in [
        "Action",
        "Version",
        "AccessKeyId",
        "SignatureMethod",
        "SignatureNonce",
        "Timestamp",
        "Signature",
    ] {
        let signed = String::from_utf8(client.sign(&Draft::new("DescribeRegions", &[]))).unwrap();
        let changed = signed.replacen(&format!("{name}="), &format!("No{name}="), 1);
        assert_ne!(signed, changed, "{name}");
        let reply = exchange(&client.base, changed.as_bytes()).await.unwrap();
        assert_eq!(reply.refusal(), is(400, &format!("Missing{name}")));
    }
    for (from, to, status, code) in [
        ("SignatureMethod=HMAC-SHA1", "SignatureMethod=MD5", 400, "InvalidSignatureMethod"),
        ("SignatureVersion=1.0", "SignatureVersion=2.0", 400, "InvalidSignatureVersion"),
        ("Action=DescribeRegions", "Action=DescribeAccounts", 404, "InvalidAction.NotFound"),
        ("Action=DescribeRegions", "Action=describeregions", 404, "InvalidAction.NotFound"),
        ("Version=2015-01-01", "Version=2099-01-01", 400, "InvalidVersion"),
        ("Version=2015-01-01", "Version=2015-04-01", 404, "InvalidAction.NotFound"),
        ("POST /?", "POST /?a=%zz&", 400, "InvalidParameter"),
        ("POST /?", "POST /?a=1&a=2&", 400, "InvalidParameter"),
        ("POST /?", "PUT /?", 400, "UnsupportedHTTPMethod"),
        ("POST /?", "POST /elsewhere?", 404, "InvalidAction.NotFound"),
    ] {
        let signed = String::from_utf8(client.sign(&Draft::new("DescribeRegions", &[]))).unwrap();
        let changed = signed.replacen(from, to, 1);
        assert_ne!(signed, changed, "{from}");
        let reply = exchange(&client.base, changed.as_bytes()).await.unwrap();
        assert_eq!(reply.refusal(), is(status, code), "{from} → {to}");
    }
    let reply = client.call("DescribeInstanceAttribute", &[]).await;
    assert_eq!(reply.refusal(), is(400, "MissingInstanceId"));
    let reply = client.call("DescribeInstanceAttribute", &[("InstanceId", "")]).await;
    assert_eq!(reply.refusal(), is(400, "MissingInstanceId"));
    let reply = client.call("DescribeParameters", &[("InstanceId", ID)]).await;
    assert_eq!(reply.refusal(), is(400, "MissingDBInstanceId"));
    let reply = client.call("DescribeInstances", &[("RegionId", "moon-north-1")]).await;
    assert_eq!(reply.refusal(), is(404, "InvalidRegionId.NotFound"));
}

#[tokio::test]
async fn the_first_thing_wrong_is_the_one_reported() {
    let (cloud, _) = cloud().await;
    let wrong_in_every_way = Client {
        access_key_id: "LTAIunknown".to_owned(),
        access_key_secret: "wrong".to_owned(),
        token: Some("nonsense".to_owned()),
        signed_at: START - time::Duration::hours(1),
        ..Client::of(&cloud, 0)
    };
    let draft = Draft::new("NoSuchAction", &[]);
    assert_eq!(wrong_in_every_way.send(&draft).await.refusal(), is(404, "InvalidAction.NotFound"));
    let draft = Draft::new("DescribeRegions", &[]);
    assert_eq!(
        wrong_in_every_way.send(&draft).await.refusal(),
        is(400, "InvalidTimeStamp.Expired")
    );
    let in_time = Client { signed_at: START, ..wrong_in_every_way };
    assert_eq!(in_time.send(&draft).await.refusal(), is(404, "InvalidAccessKeyId.NotFound"));
    let known = Client { access_key_id: cloud.accounts()[0].access_key_id.clone(), ..in_time };
    assert_eq!(known.send(&draft).await.refusal(), is(400, "InvalidSecurityToken.Malformed"));
}

#[tokio::test]
async fn an_error_says_who_where_and_what_to_read() {
    let (cloud, _) = cloud().await;
    let reply = Client::of(&cloud, 0)
        .call("DescribeInstanceAttribute", &[("InstanceId", "r-nobody")])
        .await;
    assert_eq!(reply.refusal(), is(404, "InvalidInstanceId.NotFound"));
    let body = reply.json();
    let request_id = body["RequestId"].as_str().unwrap();
    assert_eq!(request_id.len(), 36);
    assert!(
        request_id
            .chars()
            .all(|letter| letter == '-' || letter.is_ascii_digit() || letter.is_ascii_uppercase())
    );
    assert_eq!(body["HostId"], host(cloud.base_url()));
    let recommend = body["Recommend"].as_str().unwrap();
    assert!(recommend.contains("InvalidInstanceId.NotFound") && recommend.contains(request_id));
    assert_eq!(reply.headers["content-type"], "application/json;charset=utf-8");
    assert_eq!(reply.headers["x-acs-request-id"], request_id);
}

#[tokio::test]
async fn xml_is_what_the_old_gateway_speaks_unless_asked() {
    let (cloud, _) = cloud().await;
    let client = Client::of(&cloud, 0);
    for format in [None, Some("XML"), Some("xml")] {
        let draft = Draft { format, ..Draft::new("DescribeRegions", &[]) };
        let reply = client.send(&draft).await;
        assert_eq!(reply.headers["content-type"], "text/xml;charset=utf-8");
        let text = reply.text();
        assert!(
            text.starts_with("<?xml version='1.0' encoding='UTF-8'?><DescribeRegionsResponse>"),
            "{text}"
        );
        let ids = elements(&text, "RegionId");
        assert_eq!(ids[..2], ["cn-hangzhou", "cn-shanghai"]);
        assert_eq!(ids.len(), 6);
    }
    let draft = Draft {
        format: None,
        ..Draft::new("DescribeInstanceAttribute", &[("InstanceId", "r-nobody")])
    };
    let reply = client.send(&draft).await;
    assert_eq!(reply.status, 404);
    assert_eq!(elements(&reply.text(), "Code"), ["InvalidInstanceId.NotFound"]);
    let draft = Draft { format: Some("YAML"), ..Draft::new("DescribeRegions", &[]) };
    assert_eq!(elements(&client.send(&draft).await.text(), "Code"), ["InvalidFormat"]);
    let draft = Draft { accept: "application/xml", ..Draft::new("DescribeRegions", &[]) };
    assert!(client.v3().send(&draft).await.text().starts_with("<?xml"));
}

#[tokio::test]
async fn names_that_are_markup_stay_text_in_xml() {
    let (cloud, control) = cloud().await;
    let name = "<a href=\"x\">&'\u{1}\tü";
    control.set_field(ID, "InstanceName", name.into()).unwrap();
    let draft =
        Draft { format: None, ..Draft::new("DescribeInstanceAttribute", &[("InstanceId", ID)]) };
    let text = Client::of(&cloud, 0).send(&draft).await.text();
    assert_eq!(elements(&text, "InstanceName"), [name.replace('\u{1}', "\u{FFFD}")]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (cloud, _) = cloud().await;
    let body = "a".repeat(1024 * 1024 + 1);
    let bytes = request("POST", "/?Format=JSON", &[("host", host(cloud.base_url()))], &body);
    let reply = exchange(cloud.base_url(), &bytes).await.unwrap();
    assert_eq!(reply.refusal(), is(413, "RequestEntityTooLarge"));
}

/// The text of every element of a name, read by a parser that the simulator does not use.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                inside = tag.name().as_ref() == name;
                if inside {
                    found.push(String::new());
                }
            }
            Event::End(_) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(entity) if inside => {
                let character = entity.resolve_char_ref().unwrap();
                let named =
                    || quick_xml::escape::resolve_predefined_entity(&entity).unwrap().to_owned();
                let text = character.map_or_else(named, |character| character.to_string());
                found.last_mut().unwrap().push_str(&text);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}
