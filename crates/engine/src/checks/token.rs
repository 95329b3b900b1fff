//! What a JSON Web Token of ours says (RFC 7519). It is read without verification: its issuer vouches for it to the
//! server, and we only ask what it should be good for.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// The value of a header without its scheme: of `Bearer …` the token.
pub(crate) fn without_scheme(credential: &str) -> &str {
    credential.rsplit(' ').next().unwrap_or_default()
}

/// The claims of a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claims(Value);

impl Claims {
    /// The claims of the first JSON Web Token among headers; `None` where all of them are opaque.
    pub(crate) fn of(headers: &[(String, SecretString)]) -> Option<Self> {
        headers.iter().find_map(|(_, value)| Self::read(without_scheme(value.expose_secret())))
    }

    fn read(token: &str) -> Option<Self> {
        let [header, claims, _] = token.split('.').collect::<Vec<_>>()[..] else { return None };
        decoded(header)?.get("alg")?;
        decoded(claims).filter(Value::is_object).map(Self)
    }

    /// A claim that is a time, in seconds since 1970, whole ones: `exp`, `iat`, `nbf`.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let claim = self.0.get(name)?;
        // Fractions are allowed, and decide nothing here.
        #[expect(clippy::cast_possible_truncation, reason = "what is no time of this world saturates")]
        let from_fraction = || claim.as_f64().map(|seconds| seconds as i64);
        claim.as_i64().or_else(from_fraction)
    }

    /// A claim that is a text: `sub`, `iss`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Whom it was issued for, one or many.
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// What it allows, under any of the names that issuers use (RFC 9068 and others).
    pub(crate) fn scopes(&self) -> BTreeSet<&str> {
        let of = |name: &str| match self.0.get(name) {
            Some(Value::String(words)) => words.split_ascii_whitespace().collect::<Vec<_>>(),
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        ["scope", "scp", "permissions"].into_iter().flat_map(of).collect()
    }
}

/// One part of a token, decoded.
pub(crate) fn decoded(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A token of these claims for tests, signed by nobody.
#[cfg(test)]
pub(crate) fn bearer(claims: &Value) -> Vec<(String, SecretString)> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("Bearer {}.{}.c2ln", part(&serde_json::json!({ "alg": "ES256" })), part(claims));
    vec![("Authorization".to_owned(), token.into())]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_read_and_opaque_tokens_have_none() {
        let claims = Claims::of(&bearer(
            &json!({ "sub": "a", "exp": 1_700_000_000.5, "aud": ["x", "y"], "scope": "notes:read openid" }),
        ))
        .expect("claims");
        assert_eq!(
            (claims.text("sub"), claims.time("exp"), claims.time("iat")),
            (Some("a"), Some(1_700_000_000), None)
        );
        assert_eq!(claims.audiences(), ["x", "y"]);
        assert_eq!(claims.scopes().into_iter().collect::<Vec<_>>(), ["notes:read", "openid"]);
        for opaque in ["Bearer 0123456789abcdef", "Bearer a.b.c", "Basic dTpw"] {
            assert_eq!(Claims::of(&[("Authorization".to_owned(), opaque.into())]), None, "{opaque}");
        }
    }
}
