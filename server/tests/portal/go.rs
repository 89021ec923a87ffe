//! Where somebody may go, and what the portal says of itself.

use crate::ground::{CATALOG, Ground, Memory, ORDERS, until};

#[tokio::test]
async fn what_is_found_is_what_one_may_do() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (vera, oleg, adam) = (
        portal.signed_in("vera").await,
        portal.signed_in("oleg").await,
        portal.signed_in("adam").await,
    );
    let main = |page: String| {
        page.split_once("<main").unwrap().1.split_once("</main>").unwrap().0.to_owned()
    };
    let found = async |who: &crate::browser::Browser, query: &str| {
        main(who.get(&format!("/go?{query}")).await.body)
    };
    let (review, instance) = ("/api/ui/review/take", format!("href=\"/instances/{ORDERS}\""));
    until("its mode to be known", async || {
        found(&oleg, "q=orders-cache-dev").await.contains(review).then_some(())
    })
    .await;
    let seen = found(&vera, "q=orders-cache-dev").await;
    assert!(seen.contains(&instance) && !seen.contains(review), "{seen}");
    let operated = found(&oleg, "q=orders-cache-dev").await;
    assert!(operated.contains(&instance) && operated.contains(review), "{operated}");
    assert!(operated.contains("Enable password-free access on"), "{operated}");
    // Pages by their names, in both languages, and only those that one may open.
    assert!(found(&oleg, "q=AUDIT").await.contains("href=\"/audit\""));
    assert!(found(&oleg, "q=%E5%AE%A1%E8%AE%A1").await.contains("href=\"/audit\""));
    assert!(!found(&oleg, "q=people").await.contains("href=\"/people\""));
    assert!(found(&adam, "q=people").await.contains("href=\"/people\""));
    // Without a word: what was open, in that order, and every page.
    let recent = found(&oleg, &format!("recent={CATALOG}%20{ORDERS}%20nonsense%20a/b/c")).await;
    let (first, second) = (recent.find(CATALOG).unwrap(), recent.find(ORDERS).unwrap());
    assert!(first < second && recent.contains("href=\"/settings\""), "{recent}");
    assert!(!found(&oleg, "").await.contains("/instances/core"), "nothing was open");
    // The palette's list is one of options; both say how many there are.
    let options = found(&oleg, "in=palette&q=orders-cache-dev").await;
    assert!(
        options.contains("role=\"listbox\"") && options.contains("role=\"option\""),
        "{options}"
    );
    assert!(!operated.contains("role=\"option\""), "{operated}");
    for page in [&operated, &options] {
        assert!(page.contains("2 results"), "{page}");
    }
    assert!(found(&oleg, "q=%00%F0%9F%94%91<script>").await.contains("Nothing found"));
}

#[tokio::test]
async fn diagnostics_have_numbers_and_no_names() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let page = portal.signed_in("vera").await.get("/about").await.body;
        let (_, text) = page.split_once("id=\"diagnostics\"").unwrap();
        let text = text.split_once('>').unwrap().1.split("</pre>").next().unwrap();
        let database = if memory == Memory::Sqlite { "SQLite" } else { "PostgreSQL" };
        assert!(text.contains(&format!("database: {database}; replicas with a duty: 1")), "{text}");
        assert!(
            text.contains(concat!("Latchkey ", env!("CARGO_PKG_VERSION"), ", commit")),
            "{text}"
        );
        assert!(text.contains("accounts: 1"), "{text}");
        for secret in
            ["core", "vera", "oleg", "cn-hangzhou", "127.0.0.1", "LTAI", "/tmp", "postgres:"]
        {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
