//! Resources of one user that another one reads by their address.

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, was_granted};
use crate::checks::second::{SecondCaller, listed_to, second_caller};
use crate::checks::subject::{over_network, resource_at};
use crate::probe::{Exchange, Probe, ProbeError, is_text};
use crate::snapshot::Item;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-001",
    title: "Other user's object is readable",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Look up at each read whether the caller may have the object, and answer the address of somebody else's like one that does not exist.",
    tags: &[Tag::Cwe(639), Tag::McpTop10(7), Tag::Agentic(3)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Resources that are read as each caller.
const RESOURCES: usize = 5;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    if snapshot.resources.is_empty() {
        return Ok(Verdict::not_applicable("the server lists no resources"));
    }
    let SecondCaller { headers, view } = match second_caller(probe).await? {
        Ok(caller) => caller,
        Err(verdict) => return Ok(verdict),
    };
    let anonymous = listed_to(probe, &[]).await?.unwrap_or_default();
    let is_private = |resource: &&Item| {
        !view.resources.contains(&resource.uri) && !anonymous.resources.contains(&resource.uri) && is_text(resource)
    };
    let private: Vec<&Item> = snapshot.resources.iter().filter(is_private).take(RESOURCES).collect();
    if private.is_empty() {
        return Ok(Verdict::not_applicable("no resource that may be read is listed to the first caller alone"));
    }
    let mut drafts = Vec::new();
    let mut is_unstable = false;
    for resource in private {
        let params = json!({ "uri": resource.uri });
        let own = async || probe.request("resources/read", params.clone()).send().await;
        let Some(content) = contents(&own().await?) else { continue };
        if contents(&own().await?).as_ref() != Some(&content) {
            is_unstable = true;
            continue;
        }
        let read = async |headers: &[(String, SecretString)]| {
            send_as(probe, 0, "resources/read", params.clone(), |request| request.credentials(headers)).await
        };
        let to_second = read(headers).await?;
        if contents(&to_second).as_ref() != Some(&content) || contents(&read(&[]).await?).as_ref() == Some(&content) {
            continue;
        }
        let message = "a resource that only the first caller is listed is read by the second, with the same content";
        // The content is private: that it is the same is evidence enough.
        let seen =
            Sample::whole(format!("the same {} bytes", content.iter().map(String::len).sum::<usize>()), "differential");
        let draft = Draft::new(
            over_network(Severity::High, snapshot),
            Confidence::Confirmed,
            resource_at(resource, ""),
            message,
        );
        drafts.push(draft.sample(seen.after(to_second.request.clone(), to_second.status)));
    }
    Ok(if drafts.is_empty() && is_unstable {
        Verdict::not_assessed("unstable: a resource has another content each time that it is read")
    } else {
        Verdict::Decided(drafts)
    })
}

/// What a resource holds; `None` where it was not read or is empty, which is the same for everybody.
fn contents(answer: &Exchange) -> Option<Vec<String>> {
    let parts = answer.result().filter(|_| was_granted(answer))?.get("contents")?.as_array()?;
    let held = |part: &Value| part.get("text").or_else(|| part.get("blob"))?.as_str().map(str::to_owned);
    let parts: Vec<String> = parts.iter().filter_map(held).filter(|part| !part.trim().is_empty()).collect();
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn contents_are_compared_and_emptiness_is_not() {
        let read = |contents: Value| contents_of(&json!({ "id": 1, "result": { "contents": contents } }));
        let one = read(json!([{ "uri": "notes://a", "text": "Call Ann." }]));
        assert_eq!(one, read(json!([{ "uri": "notes://a", "text": "Call Ann.", "_meta": { "readAt": 7 } }])));
        assert_ne!(one, read(json!([{ "uri": "notes://a", "text": "Call Bob." }])));
        assert_eq!(read(json!([{ "uri": "notes://a", "text": "" }])), None);
        assert_eq!(read(json!([])), None);
        assert_eq!(contents_of(&json!({ "id": 1, "error": { "code": -32602, "message": "no" } })), None);
    }

    fn contents_of(body: &Value) -> Option<Vec<String>> {
        contents(&answered(200, &body.to_string()))
    }
}
