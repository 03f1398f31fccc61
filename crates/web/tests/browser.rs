//! The pages in a real browser: clicks, keys, search, comparison, narrow and dark.

mod support;

use support::{Browser, difference, recorded, serve};

/// A box of the flame graph by a part of its label.
fn box_of(name: &str) -> String {
    format!("#flame .box[aria-label^=\"{name},\"]")
}

const BOXES: &str = "document.querySelectorAll('#flame .box').length";

/// Each step begins where it wants; nothing may be complained of, and nobody else may be asked.
#[test]
fn pages_work_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("pprof/settings.json");
    let heap = serve(recorded("heap.pb.gz"), settings.clone());
    let compared = serve(difference(), settings);
    let browser = Browser::start();
    browser.resize(1280, 800);
    let steps: [(&str, &dyn Fn()); 8] = [
        ("flame graph", &|| flame_graph(&browser, &heap)),
        ("search", &|| search(&browser, &heap)),
        ("menu", &|| menu(&browser, &heap)),
        ("top", &|| top(&browser, &heap)),
        ("value and configurations", &|| value_and_configurations(&browser, &heap)),
        ("texts and graph", &|| texts_and_graph(&browser, &heap)),
        ("comparison", &|| comparison(&browser, &compared)),
        ("narrow and dark", &|| narrow_and_dark(&browser, &heap)),
    ];
    for (name, step) in steps {
        eprintln!("{name}");
        step();
        let complaints = browser.complaints();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
        let others: Vec<String> = browser
            .requests()
            .into_iter()
            .filter(|url| ![&heap, &compared].iter().any(|own| url.starts_with(own.as_str())))
            .filter(|url| !url.starts_with("data:") && !url.starts_with("chrome"))
            .collect();
        assert!(others.is_empty(), "{name} asked {others:#?}");
    }
}

fn flame_graph(browser: &Browser, url: &str) {
    browser.open(url);
    assert_eq!(browser.address(), "/ui/flamegraph");
    let all = browser.number(BOXES);
    assert!(all > 5.0, "{all} boxes");
    browser.picture("flame");
    // The last box is of a callee: it becomes the one that the drawing begins at.
    let label = browser.text("[...document.querySelectorAll('#flame .box')].sort((a, b) => b.offsetWidth - a.offsetWidth)[3].getAttribute('aria-label')");
    let name = label.rsplit_once(", ").unwrap().0.to_owned();
    browser.click(&box_of(&name));
    browser.wait_for("location.search.includes('p=') && document.querySelector('.box.pivot')");
    browser.settle();
    assert!(browser.text("document.querySelector('.box.pivot').ariaLabel").starts_with(&name));
    browser.picture("flame-pivot");
    browser.back();
    browser.wait_for("!location.search.includes('p=') && !document.querySelector('.box.pivot')");
    browser.settle();
    assert_eq!(browser.number(BOXES), all);
    // The same by keys: down from the bottom of all stacks, then Enter.
    browser.value("document.querySelector('#flame [tabindex=\"0\"]').focus()");
    browser.press("\u{e015}");
    let focused = browser.text("document.activeElement.getAttribute('aria-label')");
    assert!(browser.text("document.querySelector('#details b').textContent").len() > 1);
    assert!(!focused.starts_with("all,"), "{focused}");
    browser.press("\u{e007}");
    browser.wait_for("document.querySelector('.box.pivot')");
    browser.settle();
    browser.click("#details a.button");
    browser.wait_for("!document.querySelector('.box.pivot')");
    browser.settle();
}

fn search(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/flamegraph"));
    browser.press("/");
    browser.write("#search", "^bytes\\.");
    browser.wait_for("document.querySelector('#found').textContent.includes('%')");
    assert!(browser.is("document.querySelector('.box.match')"));
    assert!(browser.address().contains("q="));
    assert!(browser.is("[...document.querySelectorAll('.box.match')].every((box) => /^bytes\\./.test(box.ariaLabel))"));
    browser.picture("flame-search");
    browser.write("#search", "(");
    browser.wait_for("document.querySelector('#found.wrong')");
    // The answer to what is no regular expression is an error, of which browsers make a note.
    assert!(browser.complaints().iter().all(|complaint| complaint.contains("400")));
}

fn menu(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/flamegraph"));
    browser.right_click("#flame .box:not(.root)");
    browser.wait_for("!document.querySelector('#actions').hidden");
    browser.picture("flame-menu");
    browser.press("\u{e00c}");
    browser.wait_for("document.querySelector('#actions').hidden");
    browser.click("#details .buttons button");
    browser.wait_for("!document.querySelector('#actions').hidden");
    browser.click("#actions a");
    browser.wait_for("location.search.includes('f=')");
    browser.settle();
    assert!(browser.is("document.querySelector('.chips').textContent.includes('focus')"));
    browser.picture("flame-focus");
    browser.click(".chips a[aria-label='Remove focus']");
    browser.wait_for("!location.search.includes('f=')");
    browser.settle();
    browser.click("#refine summary");
    browser.write("#options input[name=h]", "^bytes\u{e007}");
    browser.wait_for("location.search.includes('h=%5Ebytes')");
    browser.settle();
    assert!(!browser.address().contains("f="), "empty fields are left out: {}", browser.address());
    assert!(browser.is(
        "![...document.querySelectorAll('.box')].some((box) => box.ariaLabel.startsWith('bytes.'))"
    ));
}

fn top(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/top?si=alloc_space"));
    let first = browser.text("document.querySelector('td.name').textContent");
    browser.click("th:last-child button");
    browser.click("th:last-child button");
    let names = "[...document.querySelectorAll('td.name')].map((cell) => cell.textContent)";
    assert!(browser.is(&format!("{names}.length > 3")));
    assert_eq!(
        browser.text("document.querySelector('th:last-child').getAttribute('aria-sort')"),
        "descending"
    );
    browser.click("th:first-child button");
    assert_eq!(browser.text("document.querySelector('td.name').textContent"), first);
    browser.click("tbody tr");
    browser.wait_for("!document.querySelector('div.chosen').hidden");
    browser.picture("top");
    browser.click("div.chosen button");
    browser.wait_for("!document.querySelector('#actions').hidden");
    browser.press("\u{e00c}");
    browser.write("#search", "no such function");
    browser.wait_for("document.querySelector('#found').textContent.startsWith('0 of ')");
}

fn value_and_configurations(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/top?f=main"));
    assert_eq!(browser.text("document.querySelector('#value').value"), "inuse_space");
    browser.value("(() => { const value = document.querySelector('#value'); value.value = 'alloc_objects'; value.dispatchEvent(new Event('change')); })()");
    browser.wait_for("location.search.includes('si=alloc_objects')");
    browser.settle();
    assert!(browser.address().contains("f=main"));
    assert!(browser.text("document.title").contains("alloc_objects"));
    browser.click(".configs summary");
    browser.write("#save input", "mine\u{e007}");
    browser.wait_for("document.querySelector('[data-config=mine]')");
    browser.settle();
    browser.click(".configs summary");
    browser.picture("configs");
    assert!(browser.is("document.querySelector('.configs [aria-current]').textContent === 'mine'"));
    browser.click("[data-config=mine]");
    browser.wait_for("!document.querySelector('[data-config=mine]')");
    browser.settle();
}

fn texts_and_graph(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/peek?f=main"));
    assert!(browser.is("document.querySelector('pre a')"));
    browser.picture("peek");
    browser.open(&format!("{url}/ui/graph"));
    assert!(browser.is("document.querySelector('#graph svg, pre')"));
    browser.picture("graph");
    browser.open(&format!("{url}/ui/source?f=main"));
    assert!(browser.is("document.querySelector('pre, .error')"));
    // Without the executable there may be no source; the browser notes the status.
    assert!(
        browser
            .complaints()
            .iter()
            .all(|complaint| complaint.contains("status of 50")
                || complaint.contains("status of 40"))
    );
}

fn comparison(browser: &Browser, url: &str) {
    browser.open(&format!("{url}/ui/flamegraph?si=alloc_space"));
    assert!(
        browser.is("document.querySelector('.box.grown') && document.querySelector('.box.shrunk')")
    );
    assert!(browser.is("document.querySelector('.box').ariaLabel.includes(' → ')"));
    browser.picture("difference");
    browser.click("nav a[href^=compare]");
    browser.wait_for("location.pathname.endsWith('/compare')");
    browser.settle();
    assert!(browser.is("document.querySelector('.more') && document.querySelector('.less')"));
    browser.picture("compare");
}

fn narrow_and_dark(browser: &Browser, url: &str) {
    let fits = "document.documentElement.scrollWidth <= innerWidth";
    for page in ["flamegraph?si=alloc_space", "top?si=alloc_space", "peek?f=main", "graph"] {
        browser.resize(390, 800);
        browser.open(&format!("{url}/ui/{page}"));
        assert!(browser.is(fits), "{page} is too wide");
        browser.picture(&format!("narrow-{}", page.split('?').next().unwrap()));
    }
    browser.click("#refine summary");
    assert!(browser.is(fits), "the form is too wide");
    browser.picture("narrow-form");
    browser.resize(1280, 800);
    let ground = "getComputedStyle(document.body).backgroundColor";
    browser.prefer("dark");
    browser.open(&format!("{url}/ui/flamegraph?si=alloc_space"));
    assert_eq!(browser.text(ground), "rgb(20, 25, 31)");
    browser.picture("dark");
    browser.click("#theme");
    assert_eq!(browser.text(ground), "rgb(255, 255, 255)");
    browser.open(&format!("{url}/ui/top"));
    assert_eq!(browser.text(ground), "rgb(255, 255, 255)", "the choice is kept");
    browser.click("#theme");
    assert_eq!(browser.text(ground), "rgb(20, 25, 31)");
    browser.picture("dark-top");
    browser.click("#theme");
    browser.prefer("light");
}
