/// What the streams of this crate have in common: a boxed stream inside, `next` for whoever has no use for the trait.
macro_rules! streamed {
    ($name:ident of $item:ty, $next:literal) => {
        impl $name {
            #[doc = $next]
            pub async fn next(&mut self) -> Option<Result<$item>> {
                self.0.next().await
            }
        }

        impl futures_util::Stream for $name {
            type Item = Result<$item>;

            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                self.0.poll_next_unpin(context)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(crate) use streamed;
