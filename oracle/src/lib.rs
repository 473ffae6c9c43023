//! Compares tensorwire with independent implementations.
