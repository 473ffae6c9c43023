//! One websocket, many callers: a JSON-RPC 2.0 client that keeps its promises under faults
