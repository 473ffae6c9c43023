//! A client for any Substrate chain: every answer pinned to a block
