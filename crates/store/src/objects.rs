//! Objects: put, get, delete, presign.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use contracts::api::uploads::PresignedPut;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Result, Store, StoreError};

/// How long a presigned address works (architecture section 5).
const PRESIGNED_FOR: Duration = Duration::from_mins(5);

impl Store {
    pub(crate) async fn put_object(&self, bucket: &str, key: &str, media_type: &str, bytes: Vec<u8>) -> Result<()> {
        let request =
            self.s3.put_object().bucket(bucket).key(key).content_type(media_type).body(ByteStream::from(bytes));
        request.send().await.map_err(StoreError::unavailable("write an object"))?;
        Ok(())
    }

    pub(crate) async fn get_object(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>> {
        let Some(ObjectBytes(body)) = self.open_object(bucket, key).await? else { return Ok(None) };
        let body = body.collect().await.map_err(StoreError::unavailable("read an object to its end"))?;
        Ok(Some(body.to_vec()))
    }

    pub(crate) async fn open_object(&self, bucket: &str, key: &str) -> Result<Option<ObjectBytes>> {
        match self.s3.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => Ok(Some(ObjectBytes(object.body))),
            Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => Ok(None),
            Err(error) => Err(StoreError::unavailable("read an object")(error)),
        }
    }

    pub(crate) async fn has_object(&self, bucket: &str, key: &str) -> Result<bool> {
        match self.s3.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.as_service_error(), Some(HeadObjectError::NotFound(_))) => Ok(false),
            Err(error) => Err(StoreError::unavailable("look for an object")(error)),
        }
    }

    pub(crate) async fn delete_object(&self, bucket: &str, key: &str) -> Result<()> {
        let deleted = self.s3.delete_object().bucket(bucket).key(key).send().await;
        deleted.map(drop).map_err(StoreError::unavailable("delete an object"))
    }

    pub(crate) async fn put_document<T: Serialize>(&self, key: &str, document: &T) -> Result<()> {
        let json =
            serde_json::to_vec(document).map_err(|error| StoreError::damaged(format!("object `{key}`"), error))?;
        self.put_object(&self.settings.manifests_bucket, key, "application/json", json).await
    }

    pub(crate) async fn get_document<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(json) = self.get_object(&self.settings.manifests_bucket, key).await? else { return Ok(None) };
        serde_json::from_slice(&json).map(Some).map_err(|error| StoreError::damaged(format!("object `{key}`"), error))
    }

    /// An address that reads this one object without credentials for five minutes, saved under `file_name`.
    pub(crate) async fn presign_download(
        &self,
        bucket: &str,
        key: &str,
        media_type: &str,
        file_name: &str,
    ) -> Result<Url> {
        let request = self.s3.get_object().bucket(bucket).key(key).response_content_type(media_type);
        let request = request.response_content_disposition(format!("attachment; filename=\"{file_name}\""));
        let signed = request.presigned(expiry()).await.map_err(StoreError::unavailable("sign a download address"))?;
        signed.uri().parse().map_err(StoreError::unavailable("read the signed download address"))
    }

    /// A request that writes this one object without credentials, begun within five minutes, with a body of exactly this length
    /// and, where it is given in hexadecimal, this SHA-256.
    pub(crate) async fn presign_put(
        &self,
        bucket: &str,
        key: &str,
        media_type: &str,
        size_bytes: u64,
        sha256: Option<&str>,
    ) -> Result<PresignedPut> {
        let length = i64::try_from(size_bytes).map_err(StoreError::unavailable("sign an upload of this length"))?;
        let request = self.s3.put_object().bucket(bucket).key(key).content_type(media_type).content_length(length);
        let request = request.set_checksum_sha256(sha256.and_then(base64_of_hex));
        let expires_at = Timestamp::now() + PRESIGNED_FOR;
        let signed = request.presigned(expiry()).await.map_err(StoreError::unavailable("sign an upload address"))?;
        let url = signed.uri().parse().map_err(StoreError::unavailable("read the signed upload address"))?;
        let headers: BTreeMap<_, _> =
            signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(PresignedPut { url, headers, expires_at })
    }
}

/// What an object holds, as it arrives.
pub struct ObjectBytes(ByteStream);

impl ObjectBytes {
    /// The next bytes; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        self.0.try_next().await.map_err(StoreError::unavailable("read an object to its end"))
    }
}

fn expiry() -> PresigningConfig {
    PresigningConfig::expires_in(PRESIGNED_FOR).expect("five minutes are allowed")
}

/// S3 takes digests in Base64.
fn base64_of_hex(hex: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    bytes.map(|bytes| BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_in_both_notations() {
        assert_eq!(base64_of_hex("00ff10").as_deref(), Some("AP8Q"));
        assert_eq!(base64_of_hex("0g"), None);
        assert_eq!(base64_of_hex("é"), None);
    }
}
