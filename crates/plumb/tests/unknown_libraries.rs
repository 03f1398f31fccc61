//! Libraries without a record are handled by rule: the object and its constructor are named all the same.

#[allow(dead_code, unused_imports)] // shared by several tests
mod go;
#[allow(dead_code)] // shared by several tests
mod support;

use std::thread;

use go::{Line, Load, Program, mark, text};

/// A library that leaks in one run of the program.
struct Library {
    /// The flag that chooses it.
    name: &'static str,
    object: &'static str,
    /// With a major version at the end, as its constructors carry it.
    module: &'static str,
    version: &'static str,
    /// The function that users call, and below it what starts the goroutine, where that is another: the first if a
    /// sampled allocation shows the way from the program, the second if only the goroutine itself does.
    constructors: [&'static str; 2],
}

const LIBRARIES: [Library; 3] = [
    Library {
        name: "ccache",
        object: "ccache.Cache",
        module: "github.com/karlseguin/ccache/v3",
        version: "v3.0.6",
        constructors: ["github.com/karlseguin/ccache/v3.New[...]"; 2],
    },
    Library {
        name: "bigcache",
        object: "bigcache.BigCache",
        module: "github.com/allegro/bigcache/v3",
        version: "v3.1.0",
        constructors: [
            "github.com/allegro/bigcache/v3.New",
            "github.com/allegro/bigcache/v3.newBigCache",
        ],
    },
    Library {
        name: "statsd",
        object: "statsd.Client",
        module: "github.com/DataDog/datadog-go/v5",
        version: "v5.5.0",
        constructors: ["github.com/DataDog/datadog-go/v5/statsd.New"; 2],
    },
];

#[test]
fn the_libraries_have_no_record() {
    for library in &LIBRARIES {
        let recorded = plumb_patterns::CATALOGUE.objects.iter();
        let of_it = recorded.filter(|object| object.module == library.module).count();
        assert_eq!(of_it, 0, "{} has a record now: this test needs another one", library.module);
    }
}

#[test]
fn object_and_constructor_of_unknown_libraries_are_named() {
    thread::scope(|scope| {
        for library in &LIBRARIES {
            scope.spawn(|| library.is_found());
        }
    });
}

impl Library {
    /// Leaks ten objects a second during the look, beside as many uses of the healthy ones.
    fn is_found(&self) {
        let mut program = Program::start("unknown_libraries", &["-leak", self.name], &[]);
        let load = Load::on(&program, &["/report?tenant=a", "/healthy?tenant=a"], 10.0, 4);
        let answer = program.diagnose();
        drop(load);
        let line = answer.finds(&mark("unknown_libraries", "reports.go", self.object));
        let constructor = self.constructor_in(answer.sentence("mechanism", "by rule"));
        if line == Line::Open {
            let site = &answer.only()["site"];
            assert_eq!(site["kind"], "entry-point", "{site:#}");
            assert_eq!(text(&site["function"]), constructor);
            assert_eq!(text(&site["version"]), self.version);
        }
    }

    /// The constructor that the sentence on the mechanism names.
    fn constructor_in(&self, sentence: &str) -> &str {
        assert!(sentence.contains(self.object) && sentence.contains(self.module), "{sentence}");
        let named =
            |constructor: &&str| sentence.contains(&format!("one per call of {constructor},"));
        self.constructors.into_iter().find(named).unwrap_or_else(|| panic!("{sentence}"))
    }
}
