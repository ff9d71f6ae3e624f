//! The faults of the server, by name.

/// Makes an enum variant, its name in paths, and its place in [`Fault::ALL`] from one line.
macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A way in which the server can misbehave, at `/fault/NAME`.
        ///
        /// Each also takes the parameters of `/photo`: `bytes`, `format`, `seed` and `delay_ms`. Numbers in
        /// parentheses are the defaults of a fault's own parameters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[$doc])* $variant,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the path, such as `cut-body`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

impl Fault {
    /// The path, such as `/fault/cut-body`; a query may follow.
    pub fn path(self) -> String {
        format!("/fault/{}", self.name())
    }

    /// Whether the server is silent or slow for so long that a client waits for its timeouts.
    pub fn is_slow(self) -> bool {
        matches!(
            self,
            Self::StallBeforeHead
                | Self::StallInHead
                | Self::StallInBody
                | Self::StallOnReuse
                | Self::LengthTooLongStall
                | Self::Drip
        )
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }
}

faults! {
    /// Any status: `code` (404), with a line of text if the status may have a body. `retry_after=S` adds the field
    /// `Retry-After`.
    Status = "status",
    /// A redirect to `to` (percent-encoded; the photo) with `code` (302) and an empty body.
    Redirect = "redirect",
    /// Like [`Fault::Redirect`], with `body` (1024) bytes of HTML.
    RedirectBody = "redirect-body",
    /// A redirect to itself.
    RedirectLoop = "redirect-loop",
    /// `hops` (3) redirects, then the photo.
    RedirectChain = "redirect-chain",
    /// A redirect to the photo on this server by another host name: `http://localhost:PORT/photo`.
    RedirectHost = "redirect-host",
    /// A redirect without a target.
    RedirectNoLocation = "redirect-no-location",
    /// Reads the request, then closes.
    CloseBeforeHead = "close-before-head",
    /// Reads the request, then resets the connection.
    ResetBeforeHead = "reset-before-head",
    /// Sends `at` (half) bytes of the body, and resets the connection 20 ms later.
    ResetInBody = "reset-in-body",
    /// Closes within the head.
    CutInHead = "cut-in-head",
    /// Closes after half of the body whose length it has declared.
    CutBody = "cut-body",
    /// Reads the request, then is silent.
    StallBeforeHead = "stall-before-head",
    /// Is silent from the middle of the head on.
    StallInHead = "stall-in-head",
    /// Is silent from the middle of the body on.
    StallInBody = "stall-in-body",
    /// The whole photo, `step` (1024) bytes each `every_ms` (100) milliseconds.
    Drip = "drip",
    /// A correct chunked body of `chunk` (4096) bytes each; `trailer=1` adds chunk extensions and a trailer field.
    Chunked = "chunked",
    /// A correct first chunk, then one whose size is not a number, then closes.
    ChunkedBadSize = "chunked-bad-size",
    /// A chunked body that ends, with the connection, before its last chunk.
    ChunkedCut = "chunked-cut",
    /// Correct: the whole photo without a length, ended by closing.
    CloseDelimited = "close-delimited",
    /// Half of the photo without a length, ended by a reset 20 ms later.
    CloseDelimitedReset = "close-delimited-reset",
    /// An HTML page that claims to be a photo.
    Html = "html",
    /// An empty body.
    Empty = "empty",
    /// Declares `claim` (2147483648) bytes, sends 10 and closes.
    LengthTooLong = "length-too-long",
    /// Declares `claim` (2147483648) bytes, sends 10 and is silent.
    LengthTooLongStall = "length-too-long-stall",
    /// Declares half of the photo and sends all of it, so that the rest looks like the next reply.
    LengthTooShort = "length-too-short",
    /// Declares two lengths, the true one and one more.
    LengthTwiceDifferent = "length-twice-different",
    /// Declares a length that is not a number.
    LengthNotANumber = "length-not-a-number",
    /// Sends bytes that are not HTTP, then closes.
    Noise = "noise",
    /// The greeting of an SSH server, then closes.
    SshBanner = "ssh-banner",
    /// A head of `bytes` (1048576) bytes that does not end, then closes.
    HugeHead = "huge-head",
    /// Correct: an HTTP/1.0 reply without a length, ended by closing.
    Http10 = "http10",
    /// Correct: a 103 and a 102 in front of the reply.
    EarlyHints = "early-hints",
    /// A correct reply, and 5 ms later a second, unrequested one.
    StrayReply = "stray-reply",
    /// A correct reply that promises to keep the connection, which is closed `after_ms` (0) milliseconds later.
    CloseAfterReply = "close-after-reply",
    /// A correct reply to the first request of a connection; to a later one it closes without a byte.
    CloseOnReuse = "close-on-reuse",
    /// A correct reply to the first request of a connection; no byte to a later one, as if a router had forgotten the
    /// connection.
    StallOnReuse = "stall-on-reuse",
    /// A correct reply to the first request of a connection; status 408 to a later one, then closes.
    TimeoutOnReuse = "timeout-on-reuse",
    /// Sends exactly `reply` (percent-encoded; a good one): its `first` (all) bytes, `step` (all) at a time every
    /// `every_ms` (100) milliseconds. Then comes `end` (keep): keep, close, cut, reset or stall. A cut is a close
    /// without TLS's `close_notify`.
    ///
    /// In the reply, `{photo}` is the photo, `{half}` and `{rest}` are its halves, `{len}` is its length and `{hex}` the
    /// same in hexadecimal digits. `{to}` is its address, `{addr}` this server, and `{9*text}` nine times the text.
    Raw = "raw",
    /// The first `fail` (1) requests for the same path and query end by the fault `as` (reset-before-head) and its
    /// parameters, the later ones with the photo. A meaningless parameter, as in `key=7`, makes another query.
    Flaky = "flaky",
}
