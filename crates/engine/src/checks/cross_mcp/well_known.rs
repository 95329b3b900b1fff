//! Names of tools that are known to belong to somebody: distinctive ones only, nothing that any server could call its
//! own.

/// The tools of one publisher.
pub(super) struct Publisher {
    /// How the publisher's own servers are called; a server with one of these words is taken for the original.
    pub(super) names: &'static [&'static str],
    /// Its tools.
    pub(super) tools: &'static [&'static str],
}

/// Publishers, by the distinctive names of their tools.
pub(super) const PUBLISHERS: &[Publisher] = &[
    Publisher {
        names: &["github"],
        tools: &[
            "create_pull_request",
            "merge_pull_request",
            "get_pull_request",
            "list_pull_requests",
            "create_pull_request_review",
            "get_pull_request_files",
            "get_pull_request_status",
            "update_pull_request_branch",
            "fork_repository",
            "push_files",
            "create_or_update_file",
            "search_repositories",
            "pull_request_read",
            "issue_write",
            "list_code_scanning_alerts",
            "list_secret_scanning_alerts",
            "run_secret_scanning",
        ],
    },
    Publisher { names: &["gitlab"], tools: &["create_merge_request", "merge_merge_request", "list_merge_requests"] },
    Publisher {
        names: &["slack"],
        tools: &[
            "slack_post_message",
            "slack_reply_to_thread",
            "slack_list_channels",
            "slack_get_channel_history",
            "slack_get_thread_replies",
            "slack_get_users",
            "slack_add_reaction",
            "conversations_add_message",
            "conversations_history",
        ],
    },
    Publisher {
        names: &["playwright"],
        tools: &[
            "browser_navigate",
            "browser_snapshot",
            "browser_evaluate",
            "browser_file_upload",
            "browser_take_screenshot",
            "browser_run_code",
        ],
    },
    Publisher {
        names: &["puppeteer"],
        tools: &[
            "puppeteer_navigate",
            "puppeteer_screenshot",
            "puppeteer_evaluate",
            "puppeteer_click",
            "puppeteer_fill",
        ],
    },
    Publisher {
        names: &["brave"],
        tools: &[
            "brave_web_search",
            "brave_local_search",
            "brave_news_search",
            "brave_image_search",
            "brave_video_search",
        ],
    },
    Publisher { names: &["context7", "upstash"], tools: &["resolve-library-id", "get-library-docs"] },
    Publisher { names: &["sequential", "thinking"], tools: &["sequentialthinking", "sequential_thinking"] },
    Publisher { names: &["filesystem"], tools: &["list_allowed_directories", "read_multiple_files", "directory_tree"] },
    Publisher {
        names: &["memory", "knowledge"],
        tools: &[
            "create_entities",
            "create_relations",
            "add_observations",
            "delete_entities",
            "open_nodes",
            "search_nodes",
        ],
    },
    Publisher {
        names: &["notion"],
        tools: &[
            "notion-search",
            "notion-fetch",
            "notion-create-pages",
            "notion-update-page",
            "API-post-search",
            "API-post-page",
        ],
    },
    Publisher {
        names: &["linear"],
        tools: &["linear_create_issue", "linear_update_issue", "linear_search_issues", "linear_add_comment"],
    },
    Publisher {
        names: &["atlassian", "jira", "confluence"],
        tools: &[
            "jira_create_issue",
            "jira_search",
            "confluence_search",
            "confluence_get_page",
            "getJiraIssue",
            "createJiraIssue",
            "getConfluencePage",
            "searchJiraIssuesUsingJql",
        ],
    },
    Publisher {
        names: &["stripe"],
        tools: &[
            "stripe_create_payment_link",
            "create_payment_link",
            "list_payment_intents",
            "create_refund",
            "finalize_invoice",
        ],
    },
    Publisher { names: &["sentry"], tools: &["get_sentry_issue", "analyze_issue_with_seer", "find_organizations"] },
    Publisher {
        names: &["figma"],
        tools: &["get_figma_data", "download_figma_images", "get_design_context", "get_variable_defs"],
    },
    Publisher {
        names: &["supabase"],
        tools: &["apply_migration", "list_edge_functions", "deploy_edge_function", "get_anon_key"],
    },
    Publisher {
        names: &["cloudflare"],
        tools: &["d1_database_query", "kv_namespaces_list", "workers_get_worker_code"],
    },
    Publisher {
        names: &["aws", "awslabs", "amazon"],
        tools: &["call_aws", "suggest_aws_commands", "aws___search_documentation"],
    },
    Publisher {
        names: &["gmail", "google"],
        tools: &[
            "gmail_send_email",
            "gmail_search_messages",
            "search_gmail_messages",
            "gdrive_search",
            "google_calendar_create_event",
        ],
    },
    Publisher { names: &["whatsapp"], tools: &["whatsapp_send_message", "send_whatsapp_message"] },
    Publisher {
        names: &["firecrawl"],
        tools: &["firecrawl_scrape", "firecrawl_search", "firecrawl_crawl", "firecrawl_extract"],
    },
    Publisher { names: &["exa"], tools: &["web_search_exa", "company_research_exa", "crawling_exa"] },
    Publisher { names: &["tavily"], tools: &["tavily-search", "tavily-extract", "tavily_search", "tavily_extract"] },
    Publisher { names: &["desktop", "commander"], tools: &["start_process", "interact_with_process", "edit_block"] },
];

/// The publisher of a tool of that name.
pub(super) fn publisher_of(tool: &str) -> Option<&'static Publisher> {
    PUBLISHERS.iter().find(|publisher| publisher.tools.iter().any(|known| known.eq_ignore_ascii_case(tool)))
}
