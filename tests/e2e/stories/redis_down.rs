//! Redis is never the truth.

use e2e::stack::free_address;
use e2e::{Cloud, Member, Process, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_test_finishes_when_redis_dies_in_the_middle() -> anyhow::Result<()> {
    let mut cloud = Cloud::own().await?;
    let address = free_address()?;
    let folder = tempfile::tempdir()?;
    let port = address.rsplit(':').next().unwrap_or_default();
    let mut command = tokio::process::Command::new("redis-server");
    command
        .args(["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path());
    let redis = Process::spawn("redis-server", &mut command, &folder.path().join("redis.log"))?;
    cloud.set("REDIS_URL", format!("redis://{address}"));
    e2e::wait::until("Redis", std::time::Duration::from_secs(10), || async {
        Ok(tokio::net::TcpStream::connect(&address).await.ok())
    })
    .await?;

    let stack = Stack::on(cloud).await?;
    let member = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("slow"));
    let test = member.start_test(server.url(), "click-1").await?;
    let mut follower = member.follow(&test.test_id).await?;
    follower.next().await?;
    redis.kill().await?;

    let test = member.wait_completed(&test.test_id).await?;
    assert!(test.score.is_some());
    let problem = member.client.ws_ticket().await.expect_err("there is nowhere to keep a ticket");
    assert!(problem.to_string().contains("503"), "{problem}");
    stack.stop().await
}
