//! `topproto`: a profile of one frame for each entry.

use std::io::Write;

use plumb_profile::{Function, Interner, Line, Location, Profile, Samples, ValueType};
use rustc_hash::FxHashMap;

use crate::proto;
use crate::report::{Report, ReportError};

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    let graph = &trimmed.graph;
    let source = &report.profile;
    let mut texts = Interner::new();
    let unit = texts.intern(&report.values.unit);
    let value_type = |kind| ValueType { kind, unit };
    let sample_types = vec![value_type(texts.intern("cum")), value_type(texts.intern("flat"))];
    let mut top = Profile { sample_types, samples: Samples::new(2), ..Profile::default() };
    let mut functions: FxHashMap<_, u32> = FxHashMap::default();
    for (index, node) in graph.shown_nodes().enumerate() {
        let info = node.info;
        let key = (info.name, info.file, info.start_line);
        let function = *functions.entry(key).or_insert_with(|| {
            top.functions.push(Function {
                id: top.functions.len() as u64 + 1,
                name: texts.intern(graph.texts.get(info.name)),
                file: texts.intern(graph.texts.get(info.file)),
                start_line: info.start_line,
                ..Function::default()
            });
            (top.functions.len() - 1) as u32
        });
        top.lines.push(Line { function: Some(function), line: info.line, column: info.column });
        top.locations.push(Location {
            id: index as u64 + 1,
            address: info.address,
            first_line: index as u32,
            line_count: 1,
            ..Location::default()
        });
        let values =
            [report.values.scaled(node.cum.value()), report.values.scaled(node.flat.value())];
        top.samples.push(&values, [index as u32], []);
    }
    top.time_nanos = source.time_nanos;
    top.duration_nanos = source.duration_nanos;
    top.period = source.period;
    top.period_type = ValueType {
        kind: texts.intern(source.text(source.period_type.kind)),
        unit: texts.intern(source.text(source.period_type.unit)),
    };
    top.strings = texts.finish();
    Ok(proto::write(&top, out)?)
}
