//! Summaries of functions, over miniature modules in memory, without a toolchain.
//!
//! A comment `//= …` before a function says what its summary must be: how it ends (`never`, `panics`), for the receiver
//! (`r`) and each parameter (from 0) what is called on it on every way (`0:Close`, `0:()` for the parameter itself) and
//! whether it is kept (`0:keeps`), and which results are given (`gives 0 File`; `own` for what follows from its type).

mod ends;
mod fields;
mod gives;
mod module;
mod objects;
mod parameters;

use std::path::Path;

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::flow::{CallEffect, FunctionId};
use plumb_gosource::{DeclKind, FieldListId, FuncDecl, Installation, Node};
use plumb_scan::memory::Memory;
use plumb_scan::summaries::Parameter;
use plumb_scan::{Code, FunctionKey, Knowledge, Options, Rule, scan};

/// Tells the summary of each function.
static TELL: Rule = Rule { pattern: "tell", linters: &[], check: tell };

fn tell(code: &Code<'_>) -> Vec<SourceFinding> {
    let told = code.scope.functions().filter_map(|function| {
        let Node::Decl(decl) = code.scope[function].node else { return None };
        let DeclKind::FuncDecl(f) = code.file[decl].kind else { return None };
        let at = code.file[f.name].span;
        let message = summary(code, function, &f);
        Some(code.finding("tell", at, Confidence::Likely, message))
    });
    told.collect()
}

fn count(code: &Code<'_>, fields: FieldListId) -> usize {
    let fields = code.file[code.file[fields].list].iter();
    fields.map(|field| code.file[code.file[*field].names].len().max(1)).sum()
}

fn summary(code: &Code<'_>, function: FunctionId, f: &FuncDecl) -> String {
    let name = code.function_name(Some(function));
    let key = FunctionKey::parse(&name);
    let mut parts = Vec::new();
    match code.summaries.effect(&key) {
        CallEffect::Returns => {}
        CallEffect::Panics => parts.push("panics".to_owned()),
        CallEffect::NeverReturns => parts.push("never".to_owned()),
    }
    let receiver = f.recv.map(|_| ("r".to_owned(), Parameter::Receiver));
    let params = 0..count(code, code.file[f.ty].params);
    let params = params.map(|index| (index.to_string(), Parameter::Index(index)));
    for (name, parameter) in receiver.into_iter().chain(params) {
        let Some(use_) = code.summaries.parameter(&key, parameter) else {
            parts.push(format!("{name}:unknown"));
            continue;
        };
        for call in &use_.calls {
            let call = if call.is_empty() { "()" } else { call };
            parts.push(format!("{name}:{call}"));
        }
        if use_.keeps {
            parts.push(format!("{name}:keeps"));
        }
    }
    for given in code.summaries.gives(&key).unwrap_or_default() {
        let object = given.object.map_or("own", |object| object.name);
        parts.push(format!("gives {} {object}", given.result));
    }
    parts.join(", ")
}

/// What is told of each function of some files, by file and line.
fn told(files: &[(&str, &str)], options: &Options) -> Vec<(String, u32, String)> {
    let memory = Memory::new(files.iter().copied());
    let knowledge = Knowledge::new(objects::OBJECTS);
    let none = Installation::default();
    let found = scan(&memory, Path::new("/m"), none, &[&TELL], &knowledge, options);
    let told = found.findings.into_iter();
    told.map(|found| (found.file, found.place.line, found.message)).collect()
}

/// Compares what is told of each function with the comment before it.
fn compare(files: &[(&str, &str)], told: &[(String, u32, String)]) {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (path, text) in files {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in (1u32..).zip(&lines) {
            let Some(wanted) = line.strip_prefix("//=") else { continue };
            let file = path.strip_prefix("/m/").expect("a file of the module");
            let is_it = |(of, at, _): &&(String, u32, String)| of == file && *at == number + 1;
            let summary = told.iter().find(is_it).map(|(_, _, summary)| summary.as_str());
            compared += 1;
            if summary != Some(wanted.trim()) {
                let function = lines[number as usize];
                wrong.push(format!("{function}\n  wanted {wanted}\n  found  {summary:?}"));
            }
        }
    }
    assert!(compared > 0, "nothing to compare");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Checks one file of a module.
fn check(text: &str) {
    let text = format!("package m\n{IMPORTS}\n{text}");
    let files = [("/m/go.mod", "module example.com/m\n\ngo 1.23\n"), ("/m/a.go", &text)];
    compare(&files[1..], &told(&files, &Options { threads: 1, ..Options::default() }));
}

/// Checks several files of a module; `-- path` begins each.
fn check_files(text: &str) {
    let mut files = vec![("/m/go.mod", "module example.com/m\n\ngo 1.23\n")];
    let parts: Vec<(String, &str)> = text
        .split("-- ")
        .skip(1)
        .map(|part| {
            let (path, text) = part.split_once('\n').expect("a path");
            (format!("/m/{path}"), text)
        })
        .collect();
    files.extend(parts.iter().map(|(path, text)| (path.as_str(), *text)));
    compare(&files[1..], &told(&files, &Options { threads: 2, ..Options::default() }));
}

const IMPORTS: &str = r#"import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	zlog "github.com/rs/zerolog/log"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"k8s.io/klog/v2"
)
"#;
