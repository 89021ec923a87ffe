//! A token that the cloud calls expired: a read gets another once, a write never does.

use std::sync::Arc;
use std::time::Duration;

use aliyun::{Client, CredentialsUri, ErrorKind, FixedKeys, Network, UriKeys};
use domain::access::Access;
use domain::change::Observation;

use crate::server::{Answer, Server};
use crate::setup::{
    Hands, NOW, client_of, credential, handed_out, instance, network_options, ok, refusal, region,
};

const EXPIRED: &str = "InvalidSecurityToken.Expired";

/// Keys and answers come from the same server; `hands` is its clock and ours.
fn client(server: &Server, hands: &Hands) -> Client {
    let network = Network::new(network_options(server, hands)).unwrap();
    let uri: CredentialsUri = format!("{}/keys", server.url()).parse().unwrap();
    client_of(server, hands, Arc::new(UriKeys::new(uri, &network)))
}

async fn read(client: &Client) -> Result<(), aliyun::Error> {
    client.describe_instance_attribute(&region(), &instance()).await.map(drop)
}

fn attribute() -> Answer {
    ok("DescribeInstanceAttribute/one")
}

fn keys_used(server: &Server) -> Vec<Option<String>> {
    let requests = server.requests();
    let calls = requests.iter().filter(|request| request.line.starts_with("POST"));
    calls.map(|request| request.param("AccessKeyId")).collect()
}

#[tokio::test]
async fn a_read_gets_one_new_key_and_one_more_try() {
    for status in [400, 403] {
        let server = Server::plays([
            handed_out("STS.old"),
            attribute(),
            refusal(status, EXPIRED),
            handed_out("STS.new"),
            attribute(),
        ])
        .await;
        let hands = Hands::at(NOW);
        let client = client(&server, &hands);
        read(&client).await.unwrap();
        hands.turn(Duration::from_mins(1));
        read(&client).await.unwrap();
        let used: Vec<_> = keys_used(&server).into_iter().map(Option::unwrap).collect();
        assert_eq!(used, ["STS.old", "STS.old", "STS.new"]);
    }
}

#[tokio::test]
async fn a_second_refusal_ends_it() {
    let server = Server::plays([
        handed_out("STS.old"),
        attribute(),
        refusal(400, EXPIRED),
        handed_out("STS.new"),
        refusal(400, EXPIRED),
    ])
    .await;
    let hands = Hands::at(NOW);
    let client = client(&server, &hands);
    read(&client).await.unwrap();
    hands.turn(Duration::from_mins(1));
    let error = read(&client).await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::Credential, false));
    assert_eq!(error.code.unwrap().as_str(), EXPIRED);
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn where_there_is_no_other_key_the_refusal_stands() {
    let server = Server::plays([refusal(400, EXPIRED)]).await;
    let keys = Arc::new(FixedKeys::new(credential()));
    let error = read(&client_of(&server, &Hands::at(NOW), keys)).await.unwrap_err();
    assert_eq!(error.code.unwrap().as_str(), EXPIRED);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn other_refusals_of_a_key_bring_no_new_one() {
    for code in ["InvalidSecurityToken.Malformed", "InvalidAccessKeyId.NotFound", "Forbidden.RAM"] {
        let server = Server::plays([handed_out("STS.old"), refusal(400, code)]).await;
        read(&client(&server, &Hands::at(NOW))).await.unwrap_err();
        assert_eq!(server.requests().len(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_write_is_not_sent_again_but_the_next_one_has_a_new_key() {
    let server = Server::plays([
        handed_out("STS.old"),
        attribute(),
        refusal(400, EXPIRED),
        handed_out("STS.new"),
        ok("ModifyInstanceVpcAuthMode/accepted"),
    ])
    .await;
    let hands = Hands::at(NOW);
    let client = client(&server, &hands);
    read(&client).await.unwrap();
    hands.turn(Duration::from_mins(1));
    let write = || async {
        let access = Access::PasswordRequired;
        let prepared =
            client.prepare_modify_vpc_auth_mode(&region(), &instance(), access).await.unwrap();
        client.send(prepared).await
    };
    let observed = write().await;
    let Observation::Denied { code, .. } = observed else { panic!("{observed:?}") };
    assert_eq!(code.as_str(), EXPIRED);
    assert_eq!(server.requests().len(), 3);
    assert!(matches!(write().await, Observation::Accepted { .. }));
    assert_eq!(keys_used(&server).last().unwrap().as_deref(), Some("STS.new"));
}

#[tokio::test]
async fn a_key_past_its_end_by_the_clouds_clock_is_not_even_sent() {
    // The cloud's clock is half an hour ahead and nobody told us to sign by it: only its `Date` says so.
    let late = |answer: Answer| answer.with("date", "Mon, 06 May 2024 07:38:09 GMT");
    let server = Server::plays([
        handed_out("STS.old"),
        late(Answer::new(400, crate::setup::fixture("errors/InvalidTimeStamp.Expired"))),
        late(attribute()),
        handed_out("STS.new"),
        late(attribute()),
    ])
    .await;
    let hands = Hands::at(NOW);
    let client = client(&server, &hands);
    read(&client).await.unwrap();
    // By our clock it is good for another ten minutes, by the cloud's it ended twenty minutes ago.
    hands.turn(Duration::from_mins(44));
    let error = read(&client).await.unwrap_err();
    // The new one says the same end in this script, and is not sent either.
    assert_eq!(error.kind, ErrorKind::Credential);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("GET")).count(), 2);
    assert_eq!(keys_used(&server).len(), 2);
}

#[tokio::test]
async fn a_clock_that_is_hours_ahead_does_not_make_every_fresh_key_an_expired_one() {
    // Our clock says 10:08, the key that has just come ends at 08:08, and it is 07:08.
    let hands = Hands::at(NOW.plus(Duration::from_hours(3)));
    let now = |answer: Answer| answer.with("date", "Mon, 06 May 2024 07:08:09 GMT");
    let server = Server::plays([
        handed_out("STS.fresh"),
        now(Answer::new(400, crate::setup::fixture("errors/InvalidTimeStamp.Expired"))),
        now(attribute()),
        now(attribute()),
    ])
    .await;
    let client = client(&server, &hands);
    read(&client).await.unwrap();
    read(&client).await.unwrap();
    assert_eq!(client.clock_offset().applied_millis, -3 * 3_600_000);
    assert_eq!(server.requests().len(), 4);
}
