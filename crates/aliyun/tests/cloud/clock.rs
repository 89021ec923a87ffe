//! A clock that is wrong, and what the `Date` of an answer does about it.

use std::time::Duration;

use aliyun::{ClockOffset, ErrorKind};
use domain::access::Access;
use domain::change::Observation;

use crate::server::{Answer, Server};
use crate::setup::{Hands, NOW, client, client_with, fixture, instance, ok, options_at, region};

fn expired(date: Option<&str>) -> Answer {
    let answer = Answer::new(400, fixture("errors/InvalidTimeStamp.Expired"));
    match date {
        Some(date) => answer.with("date", date),
        None => answer,
    }
}

const TWO_HOURS_LATER: &str = "Mon, 06 May 2024 09:08:09 GMT";
const INSANE: &[Option<&str>] = &[
    None,
    Some(""),
    Some("yesterday"),
    Some("Thu, 01 Jan 1970 00:00:00 GMT"),
    Some("Tue, 07 May 2024 07:08:10 GMT"),
    Some("Tue, 19 Jan 2038 03:14:08 GMT"),
    // Our own time: it does not explain why our time was refused.
    Some("Mon, 06 May 2024 07:08:09 GMT"),
];

#[tokio::test]
async fn a_read_corrects_its_time_and_succeeds() {
    let server =
        Server::plays([expired(Some(TWO_HOURS_LATER)), ok("DescribeInstanceAttribute/one")]).await;
    let client = client(&server);
    client.describe_instance_attribute(&region(), &instance()).await.unwrap();
    let times: Vec<_> =
        server.requests().iter().map(|request| request.param("Timestamp").unwrap()).collect();
    assert_eq!(times, ["2024-05-06T07:08:09Z", "2024-05-06T09:08:09Z"]);
    assert_eq!(client.clock_offset().applied_millis, 7_200_000);
}

#[tokio::test]
async fn a_read_whose_refusal_is_not_explained_is_not_repeated() {
    for date in INSANE {
        let server = Server::plays([expired(*date)]).await;
        let client = client(&server);
        let error = client.describe_instance_attribute(&region(), &instance()).await.unwrap_err();
        assert_eq!((error.kind, error.retryable), (ErrorKind::Clock, false), "{date:?}");
        assert_eq!(server.requests().len(), 1, "{date:?}");
        assert_eq!(client.clock_offset().applied_millis, 0, "{date:?}");
    }
}

#[tokio::test]
async fn a_write_says_that_the_clock_was_wrong_and_the_next_one_is_signed_right() {
    let server =
        Server::plays([expired(Some(TWO_HOURS_LATER)), ok("ModifyInstanceVpcAuthMode/accepted")])
            .await;
    let client = client(&server);
    let prepare = || async {
        let access = Access::PasswordRequired;
        client.prepare_modify_vpc_auth_mode(&region(), &instance(), access).await.unwrap()
    };
    let observed = client.send(prepare().await).await;
    assert!(matches!(observed, Observation::ClockWrong { status: 400, .. }), "{observed:?}");
    assert_eq!(server.requests().len(), 1);

    let prepared = prepare().await;
    assert!(
        prepared.call().form.contains(&("Timestamp".to_owned(), "2024-05-06T09:08:09Z".to_owned()))
    );
    // By our own clock, which is what ages are reckoned with.
    assert_eq!(prepared.signed_at(), NOW);
    assert!(matches!(client.send(prepared).await, Observation::Accepted { .. }));
}

#[tokio::test]
async fn a_write_whose_refusal_is_not_explained_is_denied() {
    for date in INSANE {
        let server = Server::plays([expired(*date)]).await;
        let client = client(&server);
        let prepared = client
            .prepare_modify_vpc_auth_mode(&region(), &instance(), Access::PasswordRequired)
            .await
            .unwrap();
        let observed = client.send(prepared).await;
        assert!(
            matches!(observed, Observation::Denied { status: 400, .. }),
            "{date:?}: {observed:?}"
        );
    }
}

/// Such an answer comes from something that is not sure what happened: its clock is no evidence.
#[tokio::test]
async fn a_server_error_that_calls_itself_expired_corrects_nothing() {
    let mut odd = expired(Some(TWO_HOURS_LATER));
    odd.status = 503;
    let server = Server::plays([odd]).await;
    let client = client(&server);
    let error = client.describe_instance_attribute(&region(), &instance()).await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::Clock, false));
    assert_eq!(client.clock_offset().applied_millis, 0);
}

#[tokio::test]
async fn a_date_in_an_accepted_answer_is_only_measured() {
    let hands = Hands::at(NOW);
    let answer = || ok("DescribeInstanceAttribute/one").with("date", TWO_HOURS_LATER);
    let server = Server::plays([answer(), answer()]).await;
    let client = client_with(&server, options_at(&hands));
    for measured in [7_200_000, 3_600_000] {
        client.describe_instance_attribute(&region(), &instance()).await.unwrap();
        let offset = ClockOffset { measured_millis: Some(measured), applied_millis: 0 };
        assert_eq!(client.clock_offset(), offset);
        hands.turn(Duration::from_hours(1));
    }
    assert_eq!(server.requests()[1].param("Timestamp").unwrap(), "2024-05-06T08:08:09Z");
}
