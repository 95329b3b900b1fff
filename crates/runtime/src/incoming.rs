//! From the JSON of an envelope to the type that a handler consumes.

use contracts::{Envelope, Message};
use serde_json::value::RawValue;

/// What a handler consumes: one message type, or an enum of several made with [`one_of!`](crate::one_of).
pub trait Incoming: Sized + Send + 'static {
    /// Reads a whole envelope whose `type` is `kind`.
    fn parse(kind: &str, json: &RawValue) -> Result<Envelope<Self>, ParseError>;
}

/// Why a body is no message for this handler. Such messages are rejected.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Not an envelope at all.
    #[error("body is no CloudEvents envelope: {0}")]
    Envelope(#[source] serde_json::Error),
    /// A type that the handler does not consume: a subscription's filter is too wide.
    #[error("type `{kind}` is not consumed here")]
    UnknownType {
        /// The envelope's `type`.
        kind: String,
    },
    /// The envelope is fine, `data` is not.
    #[error("data is no `{kind}`: {source}")]
    Data {
        /// The envelope's `type`.
        kind: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// `data` was sent by reference and the object is gone.
    #[error("the object `{key}` that holds the data does not exist")]
    DataMissing {
        /// The envelope's `dataref`.
        key: String,
    },
}

impl<T: Message> Incoming for T {
    fn parse(kind: &str, json: &RawValue) -> Result<Envelope<Self>, ParseError> {
        if kind == T::TYPE {
            parse_as(json, |data| data)
        } else {
            Err(ParseError::UnknownType { kind: kind.to_owned() })
        }
    }
}

/// Reads an envelope of `T` and wraps its data.
pub fn parse_as<T: Message, Wrapped>(json: &RawValue, wrap: fn(T) -> Wrapped) -> Result<Envelope<Wrapped>, ParseError> {
    let event: Envelope<T> =
        serde_json::from_str(json.get()).map_err(|source| ParseError::Data { kind: T::TYPE.to_owned(), source })?;
    Ok(Envelope {
        specversion: event.specversion,
        id: event.id,
        source: event.source,
        kind: event.kind,
        subject: event.subject,
        time: event.time,
        datacontenttype: event.datacontenttype,
        org: event.org,
        traceparent: event.traceparent,
        severity: event.severity,
        dataref: event.dataref,
        data: wrap(event.data),
    })
}

/// Declares an enum over several message types, so that one handler consumes them all.
///
/// A variant is named like its message type, or names the type itself: `Failed(events::test::TestFailed)`. A message
/// of any other type is rejected.
#[macro_export]
macro_rules! one_of {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident $(($message:ty))?),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        $visibility enum $name {
            $(
                $(#[$variant_attribute])*
                #[doc = concat!("A `", stringify!($variant), "` message.")]
                $variant($crate::__message_type!($variant $(, $message)?)),
            )+
        }

        impl $crate::Incoming for $name {
            fn parse(
                kind: &str,
                json: &$crate::macro_support::RawValue,
            ) -> ::std::result::Result<$crate::macro_support::Envelope<Self>, $crate::ParseError> {
                $(
                    if kind == <$crate::__message_type!($variant $(, $message)?) as $crate::macro_support::Message>::TYPE {
                        return $crate::macro_support::parse_as(json, Self::$variant);
                    }
                )+
                ::std::result::Result::Err($crate::ParseError::UnknownType { kind: kind.to_owned() })
            }
        }
    };
}

/// The message type of a variant of [`one_of!`]: the one in parentheses, or else the variant's own name.
#[doc(hidden)]
#[macro_export]
macro_rules! __message_type {
    ($variant:ident) => {
        $variant
    };
    ($variant:ident, $message:ty) => {
        $message
    };
}

#[cfg(test)]
mod tests {
    use contracts::events::report::ReportFailed;
    use contracts::events::test::TestFailed;
    use serde_json::json;

    use super::*;

    one_of! {
        /// Two of the catalogue, one under another name.
        enum Sad { TestFailed, Report(contracts::events::report::ReportFailed) }
    }

    fn envelope(kind: &str, data: &serde_json::Value) -> Box<RawValue> {
        let envelope = json!({
            "specversion": "1.0", "id": "m-1", "source": "/services/api", "type": kind, "time": "2026-01-01T00:00:00Z",
            "datacontenttype": "application/json", "org": "org-1", "an_extension": true, "data": data,
        });
        serde_json::value::to_raw_value(&envelope).unwrap()
    }

    #[test]
    fn each_type_finds_its_variant() {
        let test = json!({ "test_id": "t-1", "target": "https://mcp.example", "reason": "no answer" });
        let event = Sad::parse(TestFailed::TYPE, &envelope(TestFailed::TYPE, &test)).unwrap();
        assert_eq!((event.id.as_str(), event.org.as_str()), ("m-1", "org-1"));
        assert!(matches!(event.data, Sad::TestFailed(body) if body.reason == "no answer"));

        let report = json!({ "report_id": "r-1", "test_id": "t-1", "reason": "no font" });
        let event = Sad::parse(ReportFailed::TYPE, &envelope(ReportFailed::TYPE, &report)).unwrap();
        assert!(matches!(event.data, Sad::Report(body) if body.reason == "no font"));
    }

    #[test]
    fn what_is_not_consumed_or_not_readable_says_so() {
        let unknown = "test.invented.v1";
        let error = Sad::parse(unknown, &envelope(unknown, &json!({}))).unwrap_err();
        assert_eq!(error.to_string(), "type `test.invented.v1` is not consumed here");

        let error = TestFailed::parse(ReportFailed::TYPE, &envelope(ReportFailed::TYPE, &json!({}))).unwrap_err();
        assert!(matches!(error, ParseError::UnknownType { .. }), "{error}");

        let error =
            Sad::parse(TestFailed::TYPE, &envelope(TestFailed::TYPE, &json!({ "test_id": "t-1" }))).unwrap_err();
        assert!(error.to_string().contains("missing field `target`"), "{error}");
    }
}
