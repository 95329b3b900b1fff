//! What was read before is asked for only if it changed.

use discovery::github::GitHub;
use servers::github::{Hub, Repository};

use crate::{config, scan_by, settings};

#[tokio::test]
async fn a_second_scan_sends_entity_tags_and_shows_the_same() {
    let server = Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/a").file(".mcp.json", config("a")).file("sub/mcp.json", config("b")))
        .start();
    for (cache_bytes, kept) in [(1 << 20, true), (0, false)] {
        let mut with_cache = settings(&server);
        with_cache.cache_bytes = cache_bytes;
        let github = GitHub::new(with_cache).expect("a client");
        let first = scan_by(&github, "acme", None).await.expect("a scan");
        server.forget();
        let second = scan_by(&github, "acme", None).await.expect("a scan");
        assert_eq!((&second.found.mcps, &second.found.skipped), (&first.found.mcps, &first.found.skipped));
        assert_eq!(first.found.mcps.len(), 2);
        let asked = server.asked();
        assert!(asked.iter().all(|asked| (asked.status == 304) == kept && asked.conditional == kept), "{asked:?}");
        server.forget();
    }
}
