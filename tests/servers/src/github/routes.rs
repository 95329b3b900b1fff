//! The routes of the API.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router, extract};
use serde_json::{Value, json};

use super::repository::{Branch, Repository, Standing};
use super::{App, Asked, Hub};

/// A running server.
#[derive(Debug)]
pub(crate) struct State {
    hub: Hub,
    url: String,
    /// Repository, branch and folder by the name of their object.
    trees: HashMap<String, (usize, usize, String)>,
    /// The files with each content, by repository and name of the object.
    contents: HashMap<(usize, String), Content>,
    pub(super) asked: Mutex<Vec<Asked>>,
}

#[derive(Debug)]
struct Content {
    bytes: Vec<u8>,
    /// Where it is, as `acme/backend/.mcp.json`.
    paths: Vec<String>,
}

impl State {
    pub(super) fn new(hub: Hub, url: String) -> Self {
        let mut trees = HashMap::new();
        let mut contents = HashMap::new();
        for (at, repository) in hub.repositories.iter().enumerate() {
            for (number, branch) in repository.branches.iter().enumerate() {
                trees.insert(repository.commit(branch), (at, number, String::new()));
                let paths = branch.entries.iter().map(|entry| entry.path.as_str());
                let folders: BTreeSet<&str> =
                    paths.flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end])).collect();
                for folder in folders {
                    trees.insert(repository.folder(branch, folder), (at, number, folder.to_owned()));
                }
                for entry in &branch.entries {
                    let shown = format!("{}/{}", repository.full_name, entry.path);
                    let empty = || Content { bytes: entry.content.clone(), paths: Vec::new() };
                    contents.entry((at, entry.object_name())).or_insert_with(empty).paths.push(shown);
                }
            }
        }
        Self { hub, url, trees, contents, asked: Mutex::default() }
    }

    /// The files that a request for content is about.
    pub(super) fn paths_of(&self, path: &str) -> Vec<String> {
        let Some((before, sha)) = path.split_once("/git/blobs/") else { return Vec::new() };
        let about = |at: usize| {
            let repository = &self.hub.repositories[at];
            [format!("repos/{}", repository.full_name), format!("repositories/{}", repository.id())]
                .contains(&before.to_owned())
        };
        let files = self.contents.iter().filter(|((at, name), _)| name == sha && about(*at));
        files.flat_map(|(_, content)| content.paths.clone()).collect()
    }

    /// Who asks; an error where the token is another.
    fn caller(&self, headers: &HeaderMap) -> Result<Caller<'_>, BadCredentials> {
        let Some(given) = headers.get(header::AUTHORIZATION) else { return Ok(Caller::Nobody) };
        let given = given.to_str().ok().and_then(|given| given.strip_prefix("Bearer ")).ok_or(BadCredentials)?;
        match (&self.hub.token, &self.hub.app) {
            (Some((token, user)), _) if given == token => Ok(Caller::User(user)),
            (_, Some(app)) if app.admits(given) => Ok(Caller::App),
            _ => Err(BadCredentials),
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller<'s> {
    Nobody,
    User(&'s str),
    App,
}

/// The token is of nobody here.
struct BadCredentials;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/api/v3/app/installations/{installation}/access_tokens", post(exchange))
        .route("/api/v3/{*path}", get(answer))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), observed))
        .with_state(state)
}

/// Records, lets faults happen, and answers questions for news.
async fn observed(extract::State(state): extract::State<Arc<State>>, request: Request, next: Next) -> Response {
    let path = request.uri().to_string().trim_start_matches("/api/v3/").to_owned();
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let authorized = request.headers().contains_key(header::AUTHORIZATION);
    let mut answer = match fault(&state, &path) {
        Some(answer) => answer,
        None => tagged(next.run(request).await, known.as_ref()).await,
    };
    if let Some(date) = state.hub.app.as_ref().and_then(App::date) {
        answer.headers_mut().insert(header::DATE, HeaderValue::from_str(&date).expect("a header value"));
    }
    let asked = Asked { path, authorized, conditional: known.is_some(), status: answer.status().as_u16() };
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    answer
}

fn fault(state: &State, path: &str) -> Option<Response> {
    let mut faults = state.hub.faults.lock().unwrap_or_else(PoisonError::into_inner);
    let pending = faults.iter_mut().find(|pending| pending.times > 0 && path.contains(&pending.part))?;
    pending.times -= 1;
    Some(pending.fault.answer())
}

async fn tagged(answer: Response, known: Option<&HeaderValue>) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert("x-ratelimit-limit", HeaderValue::from_static("5000"));
    parts.headers.insert("x-ratelimit-remaining", HeaderValue::from_static("4999"));
    if parts.status == StatusCode::OK {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let tag = HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).expect("a header value");
        if known == Some(&tag) {
            parts.status = StatusCode::NOT_MODIFIED;
            return Response::from_parts(parts, Body::empty());
        }
        parts.headers.insert(header::ETAG, tag);
    }
    Response::from_parts(parts, Body::from(body))
}

async fn exchange(
    extract::State(state): extract::State<Arc<State>>,
    Path(installation): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    match &state.hub.app {
        Some(app) => app.exchange(&installation, &headers, &body),
        None => refused(StatusCode::NOT_FOUND, "Integration not found"),
    }
}

async fn answer(
    extract::State(state): extract::State<Arc<State>>,
    Path(path): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let Ok(caller) = state.caller(&headers) else { return refused(StatusCode::UNAUTHORIZED, "Bad credentials") };
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["user"] => match caller {
            Caller::User(user) => Json(json!({ "login": user, "type": "User" })).into_response(),
            Caller::App => refused(StatusCode::FORBIDDEN, "Resource not accessible by integration"),
            Caller::Nobody => refused(StatusCode::UNAUTHORIZED, "Requires authentication"),
        },
        ["users", name] => account(&state, name),
        ["orgs" | "users", name, "repos"] => {
            // Of a user only public ones are listed, whoever asks.
            let private = caller != Caller::Nobody && parts[0] == "orgs";
            list(&state, &path, &query, |repository| repository.owner() == name && (private || !repository.private))
        }
        ["user", "repos"] => list(&state, &path, &query, |repository| caller == Caller::User(repository.owner())),
        ["installation", "repositories"] if caller == Caller::App => list(&state, &path, &query, |_| true),
        ["repositories", id, ref rest @ ..] => {
            let found = state.hub.repositories.iter().position(|repository| repository.id().to_string() == id);
            of_repository(&state, found, caller, rest, &query, &headers)
        }
        ["repos", owner, name, ref rest @ ..] => {
            let full_name = format!("{owner}/{name}");
            let was = Standing::Was(full_name.clone());
            if let Some(moved) = state.hub.repositories.iter().find(|repository| repository.state == was) {
                let id = moved.id().to_string();
                let to = [&[state.url.as_str(), "repositories", &id], rest].concat().join("/");
                let body = Json(json!({ "message": "Moved Permanently", "url": to }));
                return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)], body).into_response();
            }
            let found = state.hub.repositories.iter().position(|repository| repository.full_name == full_name);
            of_repository(&state, found, caller, rest, &query, &headers)
        }
        _ => refused(StatusCode::NOT_FOUND, "Not Found"),
    }
}

fn account(state: &State, name: &str) -> Response {
    let kind = if state.hub.organizations.iter().any(|known| known == name) {
        "Organization"
    } else if state.hub.users.iter().any(|known| known == name) {
        "User"
    } else {
        return refused(StatusCode::NOT_FOUND, "Not Found");
    };
    Json(json!({ "login": name, "type": kind, "public_repos": 1 })).into_response()
}

/// A page of a list, with links to the others.
fn list(state: &State, path: &str, query: &HashMap<String, String>, shown: impl Fn(&Repository) -> bool) -> Response {
    let number = |name: &str, default: usize| query.get(name).and_then(|value| value.parse().ok()).unwrap_or(default);
    let (page, size) = (number("page", 1), number("per_page", 30).clamp(1, 100));
    let all: Vec<_> = state.hub.repositories.iter().filter(|repository| shown(repository)).collect();
    let total = all.len();
    let last = total.div_ceil(size);
    let body: Vec<_> = all.into_iter().skip((page - 1) * size).take(size).map(Repository::shown).collect();
    let mut headers = HeaderMap::new();
    if page < last {
        let link =
            |page: usize, rel: &str| format!("<{}/{path}?per_page={size}&page={page}>; rel=\"{rel}\"", state.url);
        let links = format!("{}, {}", link(page + 1, "next"), link(last, "last"));
        headers.insert(header::LINK, HeaderValue::from_str(&links).expect("a header value"));
    }
    if path == "installation/repositories" {
        return (headers, Json(json!({ "total_count": total, "repositories": body }))).into_response();
    }
    (headers, Json(body)).into_response()
}

fn of_repository(
    state: &State,
    found: Option<usize>,
    caller: Caller<'_>,
    rest: &[&str],
    query: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Response {
    let found = found.map(|at| (at, &state.hub.repositories[at]));
    let found = found.filter(|(_, repository)| {
        repository.state != Standing::Deleted && (caller != Caller::Nobody || !repository.private)
    });
    let Some((at, repository)) = found else { return refused(StatusCode::NOT_FOUND, "Not Found") };
    if repository.state == Standing::Blocked {
        let block = json!({ "reason": "dmca", "created_at": "2024-04-22T17:53:56Z", "html_url": "https://github.example/dmca" });
        let body = Json(json!({ "message": "Repository access blocked", "block": block }));
        return (StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, body).into_response();
    }
    if rest.is_empty() {
        return Json(repository.shown()).into_response();
    }
    if repository.state == Standing::Empty {
        return refused(StatusCode::CONFLICT, "Git Repository is empty.");
    }
    let accepts = |media_type: &str| headers.get(header::ACCEPT).is_some_and(|accepted| accepted == media_type);
    match rest {
        ["commits", reference @ ..] if accepts("application/vnd.github.sha") => {
            let reference = reference.join("/");
            let wanted = reference.strip_prefix("heads/").unwrap_or(&reference);
            let is_it = |branch: &&Branch| branch.name == wanted || repository.commit(branch) == wanted;
            match repository.branches.iter().find(is_it) {
                Some(branch) => repository.commit(branch).into_response(),
                None => refused(StatusCode::UNPROCESSABLE_ENTITY, &format!("No commit found for SHA: {reference}")),
            }
        }
        ["git", "trees", sha] => match state.trees.get(*sha).filter(|(of, ..)| *of == at) {
            Some((_, branch, folder)) => {
                let branch = &repository.branches[*branch];
                Json(repository.listing(branch, folder, query.contains_key("recursive"), sha)).into_response()
            }
            None => refused(StatusCode::NOT_FOUND, "Not Found"),
        },
        ["git", "blobs", sha] if accepts("application/vnd.github.raw+json") => {
            match state.contents.get(&(at, (*sha).to_owned())) {
                Some(content) => content.bytes.clone().into_response(),
                None => refused(StatusCode::NOT_FOUND, "Not Found"),
            }
        }
        _ => refused(StatusCode::NOT_FOUND, "Not Found"),
    }
}

pub(super) fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message, "documentation_url": "https://docs.github.com/rest" }))).into_response()
}
