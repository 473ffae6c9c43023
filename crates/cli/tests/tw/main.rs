//! `tw` as its users run it: the real binary, against a local chain, against scripted nodes, and offline.

mod bad_nodes;
mod demo;
mod offline;
mod reads;
mod shell;
mod support;
