//! A child process that is started and not waited for on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "process-not-waited",
    title: "child process started and never waited for",
    shows: "Children of the process in state Z (<defunct> in ps), one for each start, until \
            \"fork/exec: resource temporarily unavailable\" at the limit of process ids; \
            goroutines of os/exec that copy from pipes in [IO wait]; two or three descriptors \
            for each child's pipes and, from Go 1.23 on Linux, one pidfd. Children that do not \
            end by themselves run on after the request that started them.",
    why: "A process that has ended stays in the kernel's table until its parent asks how it \
          ended. exec.Cmd.Start only starts: Wait asks, closes the pipes and ends the goroutines \
          that copy. Kill is not enough, and neither is the end of a context: the goroutine that \
          then kills the child waits for Wait itself. Nothing of it is memory of the Go heap, so \
          no collection helps.",
    fix: "Call Wait after each Start that succeeded, on every way, also after Kill; or use Run, \
          Output or CombinedOutput, which wait. Where nobody needs the result, wait in a \
          goroutine (`go cmd.Wait()`). If a grandchild keeps a pipe open, Wait does not return: \
          set cmd.WaitDelay. os.Process.Release gives up the handle but leaves the zombie.",
    example: Example {
        before: r#"cmd := exec.Command("convert", in, out)
if err := cmd.Start(); err != nil {
	return err
}
if !await(out, time.Second) {
	cmd.Process.Kill()
	return errTimeout // nobody waits
}
return cmd.Wait()
"#,
        after: r#"ctx, cancel := context.WithTimeout(ctx, time.Second)
defer cancel()
return exec.CommandContext(ctx, "convert", in, out).Run()
"#,
    },
    prevention: Prevention {
        test: "Run the function on the way that gives up, with a child that sleeps, and read \
               /proc/self/task/*/children afterwards: it must be empty.",
        gate: "`plumb scan .` in CI, and `plumb diagnose --pid PID` after a load test, which \
               counts zombies: exit code 1 fails the build.",
        alert: "min_over_time(node_processes_state{state=\"Z\"}[30m]) > 10",
        doc_comment: "Start starts the tool; the caller must call Wait, also after Kill.",
    },
    sources: &[
        "https://pkg.go.dev/os/exec#Cmd.Start",
        "https://github.com/golang/go/issues/52580",
        "https://github.com/moby/moby/issues/20893",
        "https://github.com/jetkvm/kvm/issues/1578",
    ],
    thresholds: &[],
    check: only_source_tells,
};
