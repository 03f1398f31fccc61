//! Takes evidence from running targets over HTTP and from /proc
