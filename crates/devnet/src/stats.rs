//! What the server has seen.

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// JSON-RPC requests served, those inside batches included.
    pub requests: u64,
    /// TCP connections accepted.
    pub connections_opened: u64,
    /// TCP connections open now.
    pub connections_open: u64,
    /// Bytes received from clients, the websocket's framing and handshake included.
    pub bytes_in: u64,
    /// Bytes sent to clients, the websocket's framing and handshake included.
    pub bytes_out: u64,
}
