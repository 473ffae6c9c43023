//! The derive macro of tensorwire-scale
