use tensorwire::Cache;

/// A folder, or a Redis server where this program was built to speak to one.
pub(super) fn cache(text: &str) -> Result<Cache, String> {
    match text.split_once("://") {
        _ if text.is_empty() => Err("a folder is expected".to_owned()),
        None => Ok(Cache::folder(text)),
        Some(("redis" | "rediss", _)) => redis(text),
        Some((scheme, _)) => Err(format!("a folder is expected, or redis://HOST:PORT, not {scheme}://")),
    }
}

#[cfg(feature = "redis")]
fn redis(url: &str) -> Result<Cache, String> {
    Cache::redis(url).map_err(|error| error.to_string())
}

#[cfg(not(feature = "redis"))]
fn redis(_: &str) -> Result<Cache, String> {
    Err("this program was built without the feature `redis`: a folder is expected".to_owned())
}
