//! Discovery of what an uploaded tree configures.

use contracts::api::scans::{CreateScan, Risk};
use contracts::documents::{UploadedFile, UploadedTree};
use e2e::{Member, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_tree_shows_its_servers_and_no_secret() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let secret = ["planted", "value", "0123456789abcdefABCDEF"].concat();
    let config = serde_json::json!({"mcpServers": {
        "shell": {"command": "npx", "args": ["-y", "shell-mcp", "--token", secret], "env": {"API_KEY": secret}},
        "docs": {"type": "http", "url": "https://docs.example/mcp"},
    }});
    let file = |path: &str, text: String| UploadedFile { path: path.to_owned(), text };
    let files = vec![
        file("app/.mcp.json", config.to_string()),
        file("app/.cursor/mcp.json", "{".to_owned()),
        file("app/README.md", "not a configuration".to_owned()),
    ];
    let request =
        CreateScan { name: "app@main".to_owned(), tree: Some(UploadedTree { files }), github: None, upload: None };
    let scan = member.client.create_scan(&request, Some("upload-1")).await?;
    let scan = member.wait_scan(&scan.scan_id).await?;

    let mut found: Vec<_> = scan.discovered.iter().map(|mcp| (mcp.name.as_str(), mcp.risk)).collect();
    found.sort_unstable();
    assert_eq!(found, [("docs", Risk::Medium), ("shell", Risk::High)]);
    assert_eq!(scan.skipped.len(), 1, "{:?}", scan.skipped);
    assert!(!serde_json::to_string(&scan)?.contains(&secret));
    stack.stop().await
}
