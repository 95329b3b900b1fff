//! Objects: put, get, presign.

use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
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
        let object = match self.s3.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) => return Ok(None),
            Err(error) => return Err(StoreError::unavailable("read an object")(error)),
        };
        let body = object.body.collect().await.map_err(StoreError::unavailable("read an object to its end"))?;
        Ok(Some(body.to_vec()))
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
        let expiry = PresigningConfig::expires_in(PRESIGNED_FOR).expect("five minutes are allowed");
        let request = self.s3.get_object().bucket(bucket).key(key).response_content_type(media_type);
        let request = request.response_content_disposition(format!("attachment; filename=\"{file_name}\""));
        let signed = request.presigned(expiry).await.map_err(StoreError::unavailable("sign a download address"))?;
        signed.uri().parse().map_err(StoreError::unavailable("read the signed download address"))
    }
}
