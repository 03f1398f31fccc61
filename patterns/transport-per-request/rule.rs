//! The source rule: a pool of connections for each call, which keeps its idle connections for ever.

use plumb_evidence::source::SourceFinding;
use plumb_scan::instances::{PerCall, per_call};
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule = Rule { pattern: "transport-per-request", linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    per_call(code).iter().map(|found| finding(code, found)).collect()
}

fn finding(code: &Code<'_>, found: &PerCall) -> SourceFinding {
    let message = format!(
        "a transport is made for each call of {}, and keeps the connections that it opens when the call is over: \
         nothing closes them or uses them again",
        found.caller
    );
    let mut finding = code.finding(RULE.pattern, found.at, found.confidence, message);
    finding.object = found.object;
    finding.path.push(code.step(found.at, "made here"));
    if let Some(call) = found.call {
        finding.path.push(code.step(call, format!("{} asks for it, and forgets it", found.caller)));
    }
    finding.fix = plumb_scan::fixes::shared(code, found.at);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    const HEAD: &str = "package p\nimport (\n\"context\"\n\"net/http\"\n\"time\"\n\"golang.org/x/net/http2\"\n)\n\
        var _ = time.Second\nvar _ http2.Transport\nvar _ context.Context\n";

    fn lines(body: &str) -> Vec<u32> {
        let first = HEAD.lines().count() as u32;
        let found = lines_found(&RULE, &format!("{HEAD}{body}"));
        found.into_iter().map(|line| line - first).collect()
    }

    /// In a handler.
    fn in_handler(body: &str) -> Vec<u32> {
        lines(&format!("func h(w http.ResponseWriter, r *http.Request) {{\n{body}\n}}"))
    }

    #[test]
    fn a_transport_that_a_handler_keeps_is_found() {
        assert_eq!(
            in_handler("c := &http.Client{Transport: &http.Transport{}}\nc.Get(\"http://u\")"),
            [2]
        );
        assert_eq!(
            in_handler(
                "t := &http.Transport{MaxIdleConns: 3}\nc := http.Client{Transport: t}\nc.Get(\"u\")"
            ),
            [2]
        );
        assert_eq!(in_handler("t := &http2.Transport{AllowHTTP: true}\nt.RoundTrip(r)"), [2]);
        assert_eq!(in_handler("c := http.Client{}\nc.Transport = &http.Transport{}\nc.Do(r)"), [3]);
        assert_eq!(in_handler("var t = &http.Transport{}\nt.RoundTrip(r)"), [2]);
        assert_eq!(
            in_handler("t := &http.Transport{}\nhttp2.ConfigureTransport(t)\nt.RoundTrip(r)"),
            [2]
        );
        let context = "func f(ctx context.Context, r *http.Request) {\nt := &http.Transport{}\nt.RoundTrip(r)\n}";
        assert_eq!(lines(context), [2]);
        let looping = "func f(urls []string) {\nfor _, u := range urls {\nc := http.Client{Transport: &http.Transport{}}\nc.Get(u)\n}\n}";
        assert_eq!(lines(looping), [3]);
        let closure = "func routes(m *http.ServeMux) {\nm.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {\nt := &http.Transport{}\nt.RoundTrip(r)\n})\n}";
        assert_eq!(lines(closure), [3]);
    }

    #[test]
    fn a_transport_of_a_factory_is_found_where_it_is_made() {
        let factory = "type client struct { http *http.Client }\nfunc newClient() *client {\nt := &http2.Transport{}\nreturn &client{http: &http.Client{Transport: t}}\n}\nfunc (c *client) get() {}\n";
        let handler =
            "func h(w http.ResponseWriter, r *http.Request) {\nc := newClient()\nc.get()\n}";
        assert_eq!(lines(&format!("{factory}{handler}")), [3]);
        let chained = "func h(w http.ResponseWriter, r *http.Request) {\nnewClient().get()\n}";
        assert_eq!(lines(&format!("{factory}{chained}")), [3]);
        let handed_on = "func client2() *client { return newClient() }\nfunc h(w http.ResponseWriter, r *http.Request) {\nc := client2()\nc.get()\n}";
        assert_eq!(lines(&format!("{factory}{handed_on}")), [3]);
    }

    #[test]
    fn a_transport_that_is_shared_or_ends_is_not() {
        assert_eq!(
            in_handler("c := http.Client{Transport: http.DefaultTransport}\nc.Do(r)"),
            [0; 0]
        );
        assert_eq!(
            in_handler("t := &http.Transport{DisableKeepAlives: true}\nt.RoundTrip(r)"),
            [0; 0]
        );
        assert_eq!(
            in_handler("t := &http.Transport{IdleConnTimeout: time.Second}\nt.RoundTrip(r)"),
            [0; 0]
        );
        assert_eq!(
            in_handler("t := &http.Transport{}\nt.IdleConnTimeout = time.Second\nt.RoundTrip(r)"),
            [0; 0]
        );
        assert_eq!(
            in_handler("t := &http.Transport{}\ndefer t.CloseIdleConnections()\nt.RoundTrip(r)"),
            [0; 0]
        );
        assert_eq!(
            in_handler(
                "c := http.Client{Transport: &http.Transport{}}\ndefer c.CloseIdleConnections()\nc.Do(r)"
            ),
            [0; 0]
        );
        assert_eq!(in_handler("t := &http.Transport{}\nkeep(t)"), [0; 0]);
        // It gets a connection that is there already.
        let given = "t := &http.Transport{DialTLSContext: func(ctx context.Context, n, a string) (net.Conn, error) {\n\
                     select {\ncase c := <-conns:\nreturn c, nil\ndefault:\nreturn nil, errors.New(\"one\")\n}\n}}\n\
                     t.RoundTrip(r)";
        assert_eq!(in_handler(given), [0; 0]);
        let dialed = given.replace("return nil, errors", "return d.DialContext(ctx, n, a), errors");
        assert_eq!(in_handler(&dialed), [2]);
        assert_eq!(in_handler("t := &http.Transport{DialContext: dialer}\nt.RoundTrip(r)"), [2]);
        assert_eq!(
            in_handler("t := http.DefaultTransport.(*http.Transport).Clone()\nt.RoundTrip(r)"),
            [0; 0]
        );
        assert_eq!(lines("var t = &http.Transport{}"), [0; 0]);
        assert_eq!(lines("func main() {\nt := &http.Transport{}\nt.RoundTrip(nil)\n}"), [0; 0]);
        assert_eq!(
            lines(
                "func fetch(u string) {\nc := http.Client{Transport: &http.Transport{}}\nc.Get(u)\n}"
            ),
            [0; 0]
        );
        assert_eq!(
            lines(
                "type s struct { t *http.Transport }\nfunc (s *s) h(w http.ResponseWriter, r *http.Request) {\ns.t = &http.Transport{}\n}"
            ),
            [0; 0]
        );
    }

    #[test]
    fn a_factory_that_is_called_once_is_sound() {
        let factory = "type client struct { http *http.Client }\nfunc newClient() *client {\nreturn &client{http: &http.Client{Transport: &http.Transport{}}}\n}\nfunc (c *client) get() {}\n";
        let once =
            |caller: &str| assert_eq!(lines(&format!("{factory}{caller}")), [0; 0], "{caller}");
        once("var shared = newClient()");
        once("func main() {\nc := newClient()\nc.get()\n}");
        once(
            "type server struct { c *client }\nfunc newServer() *server { return &server{c: newClient()} }",
        );
        once("func NewFrom(ctx context.Context) {\nc := newClient()\nc.get()\n}");
        once(
            "func f(ctx context.Context) {\nc := newClient()\nkeep(c)\n}\nfunc keep(c *client) {}",
        );
        once(
            "func f(ctx context.Context) {\nc := newClient()\ngo func() { c.Close() }()\n}\nfunc (c *client) Close() {}",
        );
    }

    #[test]
    fn a_handler_tells_more_than_a_context_or_a_range() {
        let confidence = |body: &str| {
            let knowledge = plumb_scan::Knowledge::new(&crate::objects::OBJECTS);
            let text = format!("{HEAD}{body}");
            let scan = plumb_scan::memory::scan_text(&[&RULE], &knowledge, "1.24", &text);
            scan.findings.iter().map(|finding| finding.confidence).collect::<Vec<_>>()
        };
        use plumb_evidence::finding::Confidence::{Likely, Possible};
        let made = "t := &http.Transport{}\nt.RoundTrip(nil)\n";
        assert_eq!(confidence(&format!("func h(r *http.Request) {{\n{made}}}")), [Likely]);
        assert_eq!(confidence(&format!("func f() {{\nfor {{\n{made}}}\n}}")), [Likely]);
        assert_eq!(confidence(&format!("func f(ctx context.Context) {{\n{made}}}")), [Possible]);
        assert_eq!(
            confidence(&format!("func f(all []string) {{\nfor range all {{\n{made}}}\n}}")),
            [Possible]
        );
    }
}
