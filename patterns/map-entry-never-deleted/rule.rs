//! The source rule: entries that nothing takes out of a map.

use plumb_evidence::source::SourceFinding;
use plumb_scan::maps::leaks;
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule = Rule { pattern: "map-entry-never-deleted", linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let found = leaks(code).iter().map(|leak| {
        let mut finding =
            code.finding(RULE.pattern, leak.at, leak.confidence, leak.message.clone());
        let steps = leak.steps.iter();
        finding.path = steps.map(|(span, text)| code.step(*span, text.clone())).collect();
        finding
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    const HEAD: &str = "package p\nimport (\n\"fmt\"\n\"net\"\n\"sync\"\n)\nvar _ = fmt.Sprint\nvar _ sync.Mutex\nvar _ net.Conn\n";

    /// An object that lasts, with connections by their names.
    const HUB: &str = "type conn struct { id, name string\nnext int }\nfunc (c *conn) stop() {}\n\
        type hub struct { mu sync.Mutex\nconns map[string]*conn\nstates map[string]int\nby map[*conn]int\nopen, next int }\n";

    fn lines(body: &str) -> Vec<u32> {
        let first = HEAD.lines().count() as u32;
        let found = lines_found(&RULE, &format!("{HEAD}{body}"));
        found.into_iter().map(|line| line - first).collect()
    }

    /// Lines after those of the hub.
    fn of_hub(body: &str) -> Vec<u32> {
        let first = HUB.lines().count() as u32;
        lines(&format!("{HUB}{body}")).into_iter().map(|line| line - first).collect()
    }

    #[test]
    fn a_delete_under_another_key_is_found() {
        let put =
            "func (h *hub) join(user, addr string) {\nh.conns[user+\"@\"+addr] = &conn{}\n}\n";
        assert_eq!(
            of_hub(&format!("{put}func (h *hub) leave(user string) {{ delete(h.conns, user) }}")),
            [2]
        );
        let caller = "func serve(h *hub, r *Request) { h.leave(r.Query().Get(\"user\")) }\n";
        let leave = "func (h *hub) leave(user string) { delete(h.conns, user) }";
        assert_eq!(of_hub(&format!("{put}{caller}{leave}")), [2]);
        let put = "func (h *hub) join(c *conn) {\nh.conns[\"conn:\"+c.id] = c\n}\n";
        assert_eq!(
            of_hub(&format!(
                "{put}func (h *hub) leave(c *conn) {{ delete(h.conns, \"user:\"+c.id) }}"
            )),
            [2]
        );
        assert_eq!(
            of_hub(&format!("{put}func (h *hub) leave(c *conn) {{ delete(h.conns, c.id) }}")),
            [2]
        );
        let put = "func (h *hub) join(c *conn) {\nkey := fmt.Sprintf(\"%s/%d\", c.id, c.next)\nh.conns[key] = c\n}\n";
        assert_eq!(
            of_hub(&format!("{put}func (h *hub) leave(c *conn) {{ delete(h.conns, c.id) }}")),
            [3]
        );
        let put = "var peers = map[string]int{}\nfunc join(c net.Conn) {\npeers[c.RemoteAddr().String()] = 1\n}\n";
        assert_eq!(
            lines(&format!(
                "{put}func leave(c net.Conn) {{ delete(peers, c.LocalAddr().String()) }}"
            )),
            [3]
        );
        let put = "var peers sync.Map\nfunc join(host, port string) {\npeers.Store(net.JoinHostPort(host, port), 1)\n}\n";
        assert_eq!(lines(&format!("{put}func leave(host string) {{ peers.Delete(host) }}")), [3]);
        let made = "func lockID(s string, n int) string { return fmt.Sprint(s, n) }\n\
            func (h *hub) lock(c *conn) {\nh.states[lockID(c.id, 0)] = 1\n}\n\
            func (h *hub) rlock(c *conn) {\nh.states[c.id] = 1\n}\n\
            func (h *hub) unlock(c *conn) { delete(h.states, lockID(c.id, 1)) }\n";
        assert_eq!(of_hub(made), [6]);
        let keyed = "type key struct { user, addr string }\nvar open = map[key]int{}\n\
            func join(user, addr string) {\nopen[key{user: user, addr: addr}]++\n}\n\
            func leave(user string) { delete(open, key{user: user}) }\n";
        assert_eq!(lines(keyed), [4]);
        let address = "type req struct{}\nvar open = map[*req]int{}\nfunc begin(r *req) {\nopen[r] = 1\n}\n\
            func end(r req) { delete(open, &r) }\n";
        assert_eq!(lines(address), [4]);
    }

    #[test]
    fn a_delete_that_may_be_of_the_same_key_is_not() {
        let silent = |body: &str| assert_eq!(of_hub(body), [0; 0], "{body}");
        let put = "func (h *hub) join(user, addr string) { h.conns[user+\"@\"+addr] = &conn{} }\n";
        silent(&format!(
            "{put}func (h *hub) leave(user, addr string) {{ delete(h.conns, user+\"@\"+addr) }}"
        ));
        silent(&format!("{put}func (h *hub) leave(key string) {{ delete(h.conns, key) }}"));
        silent(&format!(
            "{put}func (h *hub) leave(user string) {{ delete(h.conns, user) }}\nfunc (h *hub) end(u, a string) {{ h.leave(u+\"@\"+a) }}"
        ));
        silent(&format!(
            "{put}func (h *hub) leave(user string) {{ delete(h.conns, user) }}\nfunc (h *hub) clear() {{ for key := range h.conns {{ delete(h.conns, key) }} }}"
        ));
        silent(&format!(
            "{put}func (h *hub) leave(user string) {{ delete(h.conns, user) }}\nfunc (h *hub) reset() {{ h.conns = map[string]*conn{{}} }}"
        ));
        silent(&format!(
            "{put}func (h *hub) leave(user string) {{ delete(h.conns, user); sweep(h.conns) }}\nfunc sweep(m map[string]*conn) {{}}"
        ));
        let put = "func (h *hub) join(c *conn) { h.conns[c.id] = c }\n";
        silent(&format!("{put}func (h *hub) leave(c *conn) {{ delete(h.conns, c.id) }}"));
        silent(&format!("{put}func (h *hub) leave(id string) {{ delete(h.conns, id) }}"));
        // One node's parent is another one's own name.
        silent(&format!("{put}func (h *hub) leave(c *conn) {{ delete(h.conns, c.name) }}"));
        silent(&format!(
            "{put}func clean(s string) string {{ return s }}\nfunc (h *hub) leave(c *conn) {{ delete(h.conns, clean(c.id)) }}"
        ));
        let put = "func (h *hub) join(c *conn) { h.conns[\"a\"+c.id] = c }\n";
        silent(&format!("{put}func (h *hub) leave(c *conn) {{ delete(h.conns, \"ab\"+c.id) }}"));
        silent(&format!(
            "{put}func (h *hub) leave(c *conn) {{ k := c.id\nif c.next > 0 {{ k = \"a\" + k }}\ndelete(h.conns, k) }}"
        ));
    }

    #[test]
    fn entries_that_are_ended_but_kept_are_found() {
        let put = "func (h *hub) add(id string) {\nc := &conn{}\nh.conns[id] = c\n}\n";
        let end =
            |body: &str| of_hub(&format!("{put}func (h *hub) remove(id string) {{\n{body}\n}}"));
        assert_eq!(end("c, ok := h.conns[id]\nif !ok { return }\nc.stop()"), [6]);
        assert_eq!(end("c := h.conns[id]\nc.stop()"), [6]);
        assert_eq!(end("h.conns[id].stop()"), [6]);
        assert_eq!(end("if c, ok := h.conns[id]; ok {\ndefer c.stop()\n}"), [6]);
        assert_eq!(end("m := h.conns\nc := m[id]\nc.stop()"), [7]);
    }

    #[test]
    fn entries_that_go_or_may_come_back_are_not() {
        let put = "func (h *hub) add(id string) {\nc := &conn{}\nh.conns[id] = c\n}\n";
        let silent = |name: &str, body: &str| {
            let text = format!("{put}func (h *hub) {name}(id string) {{\n{body}\n}}");
            assert_eq!(of_hub(&text), [0; 0], "{body}");
        };
        silent("remove", "c := h.conns[id]\nc.stop()\ndelete(h.conns, id)");
        silent("remove", "c := h.conns[id]\nc.stop()\nh.conns[id] = nil");
        silent("remove", "c := h.conns[id]\nprintln(c.name)");
        silent("ping", "c := h.conns[id]\nc.stop()");
        // An entry that is a set of its own.
        silent("remove", "if c, ok := h.conns[id]; ok { c.Delete(id) }");
        silent(
            "remove",
            "c := h.conns[id]\nc.stop()\nh.forget(id)\n}\nfunc (h *hub) forget(id string) { delete(h.conns, id)",
        );
        silent("remove", "c := h.conns[id]\nc.stop()\nsweep(h.conns)");
        silent("remove", "c := h.conns[id]\nc.stop()\nclear(h.conns)");
        silent("remove", "c := h.conns[id]\nc.stop()\nif len(h.conns) > 100 { println() }");
        let given = "func (h *hub) RegisterConn(id string, c *conn) { h.conns[id] = c }\n";
        let end = "func (h *hub) remove(id string) { c := h.conns[id]\nc.stop() }";
        assert_eq!(of_hub(&format!("{given}{end}")), [0; 0]);
    }

    #[test]
    fn what_stays_when_its_sibling_goes_is_found() {
        let put = "func (h *hub) add(c *conn) {\nh.conns[c.id] = c\nh.states[c.id] = 1\n}\n";
        assert_eq!(
            of_hub(&format!("{put}func (h *hub) remove(id string) {{\ndelete(h.conns, id)\n}}")),
            [6]
        );
        let keyed = "func (h *hub) add(c *conn) { h.conns[c.id] = c }\nfunc (h *hub) exited(c *conn, code int) { h.by[c] = code }\n";
        assert_eq!(
            of_hub(&format!("{keyed}func (h *hub) remove(id string) {{\ndelete(h.conns, id)\n}}")),
            [4]
        );
        let variables = "var conns = map[string]int{}\nvar states = map[string]int{}\nfunc add(id string) {\nconns[id] = 1\nstates[id] = 2\n}\n";
        assert_eq!(
            lines(&format!("{variables}func remove(id string) {{ delete(conns, id) }}")),
            [7]
        );
    }

    #[test]
    fn what_goes_with_its_sibling_or_remembers_is_not() {
        let silent = |body: &str| assert_eq!(of_hub(body), [0; 0], "{body}");
        let put = "func (h *hub) add(c *conn) {\nh.conns[c.id] = c\nh.states[c.id] = 1\n}\n";
        silent(&format!(
            "{put}func (h *hub) remove(id string) {{ delete(h.conns, id)\ndelete(h.states, id) }}"
        ));
        silent(put);
        silent(&format!(
            "{put}func (h *hub) remove(id string) {{ delete(h.conns, id)\nh.states[id] = 3 }}"
        ));
        silent(&format!(
            "{put}func (h *hub) all() map[string]int {{ return h.states }}\nfunc (h *hub) remove(id string) {{ delete(h.conns, id) }}"
        ));
        let apart = "func (h *hub) add(c *conn) { h.conns[c.id] = c }\nfunc (h *hub) note(kind string) { h.states[kind]++ }\n";
        silent(&format!("{apart}func (h *hub) remove(id string) {{ delete(h.conns, id) }}"));
        silent(&format!(
            "{}func (h *hub) remove(id string) {{ delete(h.conns, id) }}",
            put.replace("add", "loadAll")
        ));
        let variables = "var conns = map[string]int{}\nvar seenConns = map[string]int{}\nfunc add(id string) {\nconns[id] = 1\nseenConns[id] = 2\n}\n";
        silent(&format!("{variables}func remove(id string) {{ delete(conns, id) }}"));
    }

    #[test]
    fn what_is_counted_down_but_kept_is_found() {
        let put = "func (h *hub) add(id string) {\nh.conns[id] = &conn{}\nh.open++\n}\n";
        assert_eq!(of_hub(&format!("{put}func (h *hub) remove(id string) {{\nh.open--\n}}")), [6]);
        assert_eq!(
            of_hub(&format!(
                "{put}func (h *hub) remove(id string) {{\nh.open--\ndelete(h.conns, id)\n}}"
            )),
            [0; 0]
        );
        assert_eq!(of_hub(&format!("{put}func (h *hub) busy(id string) {{\nh.open--\n}}")), [0; 0]);
        let gauge = "var conns = map[string]int{}\nvar open gauge\nfunc add(id string) {\nconns[id] = 1\nopen.Inc()\n}\n";
        assert_eq!(lines(&format!("{gauge}func leave(id string) {{\nopen.Dec()\n}}")), [8]);
    }

    #[test]
    fn ever_new_keys_are_found_in_what_lasts() {
        assert_eq!(
            of_hub("func (h *hub) add(c *conn) {\nh.next++\nh.conns[fmt.Sprint(h.next)] = c\n}"),
            [3]
        );
        assert_eq!(
            of_hub("func (h *hub) add(c net.Conn) {\nh.states[c.RemoteAddr().String()] = 1\n}"),
            [2]
        );
        let variable = "type req struct{}\nvar open = map[*req]int{}\nfunc begin() {\nr := &req{}\nopen[r] = 1\n}";
        assert_eq!(lines(variable), [5]);
        assert_eq!(lines(&variable.replace("begin", "init")), [0; 0]);
        assert_eq!(lines(&variable.replace("begin", "RegisterAll")), [0; 0]);
        let plain = "type list struct { ids map[int]string\nnext int }\nfunc (l *list) add(s string) { l.next++\nl.ids[l.next] = s }";
        assert_eq!(lines(plain), [0; 0]);
        let local = "func (h *hub) add(c *conn) { h.next++\nh.conns[fmt.Sprint(h.next)] = c }\nfunc run() { h := &hub{}\nh.add(nil) }";
        assert_eq!(of_hub(local), [0; 0]);
        assert_eq!(of_hub("func (h *hub) add(name string) { h.conns[name] = &conn{} }"), [0; 0]);
        assert_eq!(of_hub("const kind = \"a\"\nfunc (h *hub) add() { h.states[kind]++ }"), [0; 0]);
    }

    #[test]
    fn counts_and_locks_that_are_left_are_found() {
        let counts = "func (h *hub) begin(c *conn) { h.by[c]++ }\nfunc (h *hub) finish(c *conn) {\nh.by[c]--\n}\n";
        assert_eq!(of_hub(counts), [3]);
        assert_eq!(
            of_hub(&counts.replace("h.by[c]--", "h.by[c]--\nif h.by[c] == 0 { delete(h.by, c) }")),
            [0; 0]
        );
        let named = "func (h *hub) begin(kind string) { h.states[kind]++ }\nfunc (h *hub) finish(kind string) { h.states[kind]-- }\n";
        assert_eq!(of_hub(named), [0; 0]);
        let locks = "var locks sync.Map\nfunc lock(sessionID string) {\nm, _ := locks.LoadOrStore(sessionID, &sync.Mutex{})\nm.(*sync.Mutex).Lock()\n}\n";
        assert_eq!(lines(locks), [3]);
        assert_eq!(lines(&locks.replace("sessionID", "kind")), [0; 0]);
        assert_eq!(
            lines(&format!("{locks}func end(sessionID string) {{ locks.Delete(sessionID) }}")),
            [0; 0]
        );
    }

    #[test]
    fn what_is_not_deleted_with_its_sibling_is_found_across_functions() {
        let apart = "func (h *hub) add(connID string) { h.conns[connID] = &conn{} }\nfunc (h *hub) note(connID string) { h.states[connID] = 2 }\n";
        let remove = "func (h *hub) remove(connID string) {\ndelete(h.conns, connID)\n}";
        assert_eq!(of_hub(&format!("{apart}{remove}")), [4]);
        assert_eq!(
            of_hub(&format!(
                "{}{remove}",
                apart.replace("note(connID", "note(kind").replace("states[connID", "states[kind")
            )),
            [0; 0]
        );
    }

    #[test]
    fn deletes_in_other_files_and_packages_count() {
        let hub = "package p\nimport \"sync\"\ntype Hub struct { mu sync.Mutex\nConns map[string]*Conn }\ntype Conn struct{}\nfunc (c *Conn) stop() {}\n\
            func (h *Hub) Add(id string) { h.Conns[id] = &Conn{} }\nfunc (h *Hub) Stop(id string) { c := h.Conns[id]\nc.stop() }\n";
        let found = |other: &str, folders: Vec<std::path::PathBuf>| {
            let files = plumb_scan::memory::Memory::new([
                ("/m/go.mod", "module example.com/m\n\ngo 1.24\n"),
                ("/m/p/hub.go", hub),
                ("/m/q/other.go", other),
            ]);
            let options = plumb_scan::Options { threads: 1, folders, ..Default::default() };
            let scan = plumb_scan::scan(
                &files,
                std::path::Path::new("/m"),
                Default::default(),
                &[&RULE],
                &plumb_scan::Knowledge::default(),
                &options,
            );
            scan.findings.len()
        };
        let reads =
            "package q\nimport \"example.com/m/p\"\nfunc F(h *p.Hub) int { return len(h.Conns) }\n";
        assert_eq!(found(reads, Vec::new()), 1);
        let deletes =
            "package q\nimport \"example.com/m/p\"\nfunc F(h *p.Hub) { delete(h.Conns, \"a\") }\n";
        assert_eq!(found(deletes, Vec::new()), 0);
        // What imports it is not read, so nobody knows.
        assert_eq!(found(reads, vec!["/m/p".into()]), 0);
        assert_eq!(found("package q\n", vec!["/m/p".into()]), 1);
    }
}
