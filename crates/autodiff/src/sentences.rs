/// Functions that panic with a sentence at the line of the caller:
/// `name(arguments) "format", values…;` for each, after a `#[cfg(…)]` if there is one.
///
/// For the error modules of tapegrad's own crates; no part of the public interface.
#[doc(hidden)]
#[macro_export]
macro_rules! sentences {
    ($($(#[$attribute:meta])* $name:ident($($argument:ident: $type:ty),*) $($text:expr),+;)+) => {$(
        $(#[$attribute])*
        #[cold]
        #[inline(never)]
        #[track_caller]
        pub(crate) fn $name($($argument: $type),*) -> ! {
            panic!($($text),+)
        }
    )+};
}
