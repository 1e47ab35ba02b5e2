//! One file over several connections. A server or a line often gives one connection
//! less than there is; what lies ahead of the bytes that are being read is fetched
//! side by side, and read in order.
//!
//! Memory: what came ahead waits here, at most [`STRIPE`] for each connection.

use std::collections::VecDeque;

use reqwest::header::{ACCEPT, ACCEPT_RANGES, AUTHORIZATION, CONTENT_RANGE, IF_RANGE, RANGE};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use url::Url;

use super::fetch::{Broke, Client, Reply, Trouble};
use crate::host::variables;

/// Connections at once, unless `ROVE_CONNECTIONS` says otherwise. As many as a browser
/// opens to one host at most, less two.
const CONNECTIONS: usize = 4;
/// Most that the variable can ask for: a server is not ours alone.
const MOST: usize = 16;
/// What one request asks for.
pub(super) const STRIPE: u64 = 4 << 20;

/// A file of which the rest is fetched over several connections.
pub(super) struct Ahead<'a> {
    client: &'a Client,
    url: Url,
    validator: String,
    total: u64,
    /// First byte that nobody was asked for yet.
    next: u64,
    connections: usize,
    stripes: VecDeque<Stripe>,
}

/// One request under way.
struct Stripe {
    /// Bytes that are still to be read of it.
    left: u64,
    pieces: UnboundedReceiver<Result<Vec<u8>, String>>,
    task: JoinHandle<()>,
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// Returns how many connections one download may have.
    pub(super) fn connections(&self) -> usize {
        let given = self.host.env.get(variables::ROVE_CONNECTIONS);
        let given = given.and_then(|text| text.trim().parse().ok());
        given.unwrap_or(CONNECTIONS).clamp(1, MOST)
    }
}

impl Reply<'_> {
    /// Returns whether parts of this content can be asked for.
    pub(super) fn takes_ranges(&self) -> bool {
        let says = self.response.headers().get(ACCEPT_RANGES);
        self.status() == 206 || says.is_some_and(|unit| unit == "bytes")
    }
}

impl<'a> Ahead<'a> {
    /// Begins to fetch what comes after the first `from` bytes of what `reply` is an
    /// answer with. `None` if the server does not name this content: parts could then
    /// be of different ones.
    pub(super) fn start(reply: &Reply<'a>, from: u64, total: u64) -> Option<Self> {
        let mut ahead = Self {
            client: reply.client,
            // Where redirects led to: each part would be redirected again.
            url: reply.response.url().clone(),
            validator: reply.validator()?,
            total,
            next: from,
            connections: reply.client.connections(),
            stripes: VecDeque::new(),
        };
        ahead.ask();
        Some(ahead)
    }

    /// Asks for parts until there are as many requests as there may be.
    fn ask(&mut self) {
        while self.stripes.len() < self.connections && self.next < self.total {
            let length = STRIPE.min(self.total - self.next);
            let (from, last) = (self.next, self.next + length - 1);
            let mut request = self
                .client
                .http
                .get(self.url.clone())
                .header(ACCEPT, "*/*")
                .header(RANGE, format!("bytes={from}-{last}"))
                .header(IF_RANGE, &self.validator);
            if let Some(token) = &self.client.token
                && self.client.is_server(&self.url)
            {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let wanted = format!("bytes {from}-{last}/{}", self.total);
            let (sender, pieces) = unbounded_channel();
            let task = self.client.runtime.spawn(async move {
                if let Err(reason) = fetch(request, &wanted, &sender).await {
                    // Nobody listens any more: nobody wants to know.
                    let _ = sender.send(Err(reason));
                }
            });
            self.stripes.push_back(Stripe {
                left: length,
                pieces,
                task,
            });
            self.next += length;
        }
    }

    /// Adds bytes to `buffer` until it holds `wanted` or the file ends. Returns whether
    /// more may come. What came before a break stays.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, Trouble> {
        while buffer.len() < wanted {
            let Some(stripe) = self.stripes.front_mut() else {
                return Ok(false);
            };
            let broke = |reason: &str| {
                Trouble::Broke(Broke {
                    reason: reason.to_owned(),
                    unreachable: None,
                })
            };
            match self.client.wait(stripe.pieces.recv())? {
                Some(Ok(bytes)) if bytes.len() as u64 <= stripe.left => {
                    stripe.left -= bytes.len() as u64;
                    buffer.extend_from_slice(&bytes);
                }
                Some(Ok(_)) => return Err(broke("the server sent more than was asked for")),
                Some(Err(reason)) => return Err(broke(&reason)),
                None if stripe.left == 0 => {
                    self.stripes.pop_front();
                    self.ask();
                }
                None => return Err(broke("the server closed it too early")),
            }
        }
        Ok(true)
    }
}

/// Sends on the bytes of one part. `wanted`: what `content-range` has to say.
async fn fetch(
    request: reqwest::RequestBuilder,
    wanted: &str,
    sender: &UnboundedSender<Result<Vec<u8>, String>>,
) -> Result<(), String> {
    let said = |error: reqwest::Error| error.to_string();
    let mut response = request.send().await.map_err(said)?;
    let range = response.headers().get(CONTENT_RANGE);
    if response.status().as_u16() != 206 || range.is_none_or(|range| range != wanted) {
        return Err(format!(
            "the server takes no further connections ({})",
            response.status().as_u16()
        ));
    }
    while let Some(bytes) = response.chunk().await.map_err(said)? {
        if sender.send(Ok(bytes.to_vec())).is_err() {
            break;
        }
    }
    Ok(())
}
