//! Bytes that no HTTP client sends.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::probe::{Probe, ProbeError};
use crate::wire::connection::WireError;
use crate::wire::link::Place;

/// How long the other side may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

impl Probe {
    /// Sends bytes to the host and port of the target over a connection of their own, without TLS or HTTP, and reads so
    /// many bytes of the answer. Fewer came where the server closed the connection or said nothing in time.
    pub(crate) async fn exchange_bytes(&self, sent: &[u8], wanted: usize) -> Result<Vec<u8>, ProbeError> {
        let Place::Http { client, url } = &self.opener().place else {
            return Err(ProbeError::Unreachable("the server is no HTTP server".to_owned()));
        };
        let shared = self.shared();
        shared.budget.take_request().map_err(ProbeError::Budget)?;
        shared.recorder.sent(false);
        let mut answer = Vec::with_capacity(wanted);
        let conversation = async {
            let mut stream = client.connect(url).await.map_err(|error| ProbeError::from(WireError::from(error)))?;
            let talk = async {
                stream.write_all(sent).await?;
                let mut part = vec![0; wanted];
                while answer.len() < wanted {
                    let read = stream.read(&mut part[..wanted - answer.len()]).await?;
                    if read == 0 {
                        break;
                    }
                    answer.extend_from_slice(&part[..read]);
                }
                Ok::<(), std::io::Error>(())
            };
            // A connection that is reset or left silent has said what it had to say.
            let _ = timeout(ANSWER, talk).await;
            Ok::<(), ProbeError>(())
        };
        tokio::select! {
            done = conversation => done?,
            () = shared.cancel.cancelled() => return Err(ProbeError::Stopped),
        }
        shared.recorder.received(answer.len());
        Ok(answer)
    }
}
