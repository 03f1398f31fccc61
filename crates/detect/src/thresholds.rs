//! Numbers that all patterns share, each with its source. A pattern's own are in its record.

/// Two-sided 95 % quantile of the normal distribution.
pub const Z95: f64 = 1.96;

/// A group that gained fewer than this over the look is not said to grow: at 5 events the lower end
/// of a 95 % Poisson interval is 1.6, below that it includes "about none".
pub const GAIN_MIN: f64 = 5.0;

/// Share of steps between snapshots that must not fall for a count to be called growing. In-flight
/// work falls in half of its steps; a leak with finalizers or a little churn beside it in a few.
pub const RISING_STEPS_MIN: f64 = 0.7;

/// Second half's gain ÷ first half's gain, upper 95 % bound, below which growth "bends": a warm-up's
/// speed falls steadily, a leak's does not. 0.5 tolerates load that falls by half within the look.
pub const BEND_RATIO: f64 = 0.5;

/// Live samples that heap paths need before they may name a line, and factor over the runner-up.
/// Measured on 27 real libraries: with both rules 0.1 % of the named lines were wrong, without 1–9 %
/// (DESIGN.md §5.4).
pub const HEAP_SAMPLES_MIN: f64 = 3.0;
/// See [`HEAP_SAMPLES_MIN`].
pub const HEAP_LEAD_MIN: f64 = 3.0;

/// Live samples that single out one of several lines of which the source says that each loses the object. Fewer than
/// [`HEAP_SAMPLES_MIN`], because only lines that lose it are compared: those that hold it for a moment, which most of the
/// wrong lines were, are not among them.
pub const SOURCE_SAMPLES_MIN: f64 = 2.0;

/// Chance that live samples are all of objects in use and none of leaks, up to which they contradict a source that finds
/// the leak elsewhere. One in ten is little to believe on, and an open line is better than a wrong one.
pub const OTHERS_CHANCE_MAX: f64 = 0.1;

/// A caller whose live ÷ allocated share is below this frees what it takes; measured look-alikes were
/// at 0/18, 1/37 and 6/66, leaks at 16/16, 36/36 and 123/123 (DESIGN.md §4).
pub const FREEING_SHARE_MAX: f64 = 0.15;
/// A caller at or above this keeps some of what it takes: paths of one call hold short-lived objects beside the
/// leaked one. See [`FREEING_SHARE_MAX`].
pub const KEEPING_SHARE_MIN: f64 = 0.3;

/// A helper's busiest caller keeps this many times what its other callers keep, and more: those others may leak
/// through the helper with less traffic, or have made, at the start of the program, the few objects that it needs. The
/// heap cannot tell these apart, so the line stays open. One healthy object beside ten leaked ones is the least that a
/// diagnosis under load sees.
pub const KEPT_BY_OTHERS_MAX: f64 = 10.0;

/// Allocated samples a caller needs before its live ÷ allocated share means anything: with 4 samples all
/// freed, a share of 0.6 or more has a probability below 3 %.
pub const SHARE_SAMPLES_MIN: f64 = 4.0;

/// Bytes that one leaked connection keeps on heap paths with a user frame, where the profile does not
/// tell: the middle of 1.2–4.7 kB (HTTP/1, gRPC, sql.DB; DESIGN.md §4).
pub const BYTES_PER_LEAK: f64 = 2400.0;
/// The same for what one call keeps, apart from what the program does with the result: 296 B a dial (exact figures of
/// 110 connections, Go 1.27), 200 B an open file with its name.
pub const BYTES_PER_CALL: f64 = 300.0;
/// Bytes that one dial allocates, nearly all of it freed when the connection stands: 312 kB for 210 dials, Go 1.27.
pub const BYTES_ALLOCATED_BY_DIAL: f64 = 1490.0;
/// Samples to expect before one is there with a probability of 90 %.
pub const SAMPLES_TO_SEE_ONE: f64 = 2.3;
/// Share of connections that are all without a timer, from which on they may all come from one dial: one that is slow
/// to be written to has a timer for a moment.
pub const ALIKE_SHARE_MIN: f64 = 0.95;

/// Goroutines or connections that a trace must show to be left by one line before it may name it: the least that cannot
/// be one call in progress and another by chance.
pub const TRACE_LEFT_MIN: u64 = 3;

/// The least part of what the measured growth lets expect that a trace must show of a line: with less, the leak is
/// elsewhere, and what the trace shows are calls in progress.
pub const TRACE_EXPECTED_MIN: f64 = 0.5;

/// Sibling groups of one object have equal counts; a snapshot is not atomic, so allow this much.
pub const SIBLING_TOLERANCE: f64 = 0.1;

/// Smallest crowd of library goroutines without a record that is looked at when it stands still.
pub const STANDING_CROWD_MIN: u64 = 20;

/// Live samples of one allocation site below which memory is not a suspect: 6 samples are known to ±41 %.
pub const MEMORY_SAMPLES_MIN: f64 = 6.0;

/// Live bytes of one allocation site below which memory is not a suspect, however exactly it is known: with the
/// default period a fifth of a sample.
pub const MEMORY_BYTES_MIN: f64 = 100_000.0;

/// Live ÷ allocated above which a site frees (nearly) nothing.
pub const MEMORY_KEEPING_SHARE_MIN: f64 = 0.85;

/// Bytes that one line must gain within the look, before memory that only grows is asked about in a process that may be
/// warming up: 32 samples of the default period, known to ±35 %. In 503 looks at fixed programs no line that keeps what it
/// takes gained more than 1.6 MB. A choice, not a border: a cache of 5,000 pages of 8 kB gained 9 MB while it filled, and
/// a larger one gains more.
pub const YOUNG_GAIN_MIN: f64 = 16e6;
/// The same as a part of the live heap: less is no more than another cache beside what the service holds anyway.
pub const YOUNG_GAIN_SHARE_MIN: f64 = 0.1;

/// Bytes of a `time.Timer` with what the runtime keeps for it: 88 up to Go 1.22, 112 since.
pub const TIMER_BYTES: f64 = 100.0;
/// Timers still to run, for each object of a line, from which on each is held to have one.
pub const TIMED_SHARE_MIN: f64 = 0.5;

/// A connection on which nothing went either way for at least this long is idle, if the look was long
/// enough to see that; requests in progress are rarely silent for longer.
pub const IDLE_SECONDS_MIN: f64 = 8.0;

/// Data segments in, up to which a connection carried one exchange: a response head and body of a few
/// kB, with HTTP/2 the settings, their acknowledgement and a ping beside it.
pub const ONE_EXCHANGE_SEGMENTS: u64 = 6;

/// Connections that the peer has closed and the process has not, from which on they are looked at. A program that
/// closes does so within milliseconds of the end; a pool at rest has about ten (database/sql keeps 2 idle by default,
/// go-redis 10 a CPU in use), and notices when it takes one out.
pub const CLOSE_WAIT_MIN: u64 = 20;
/// The same where nobody has read the end yet, as in a pool at rest: this many are more than pools are set to.
pub const CLOSE_WAIT_UNREAD_MIN: u64 = 100;
/// Median idle seconds from which on a pool would have noticed: database/sql and HTTP pools drop what has been idle for
/// 90 s to 5 min, where they drop anything.
pub const CLOSE_WAIT_IDLE_SECONDS: f64 = 600.0;

/// Established connections with one peer from which on a listing alone raises a question: pools are set to tens
/// (`MaxIdleConnsPerHost` 2 to 100), the incident had 2,110.
pub const CONNECTION_CROWD_MIN: u64 = 100;

/// Share of a crowd's connections without any timer from which on the crowd is called one without keepalive: a dialer
/// sets it on all or none of its connections, others to the same peer may.
pub const BARE_SHARE_MIN: f64 = 0.5;

/// Goroutines of the user's that wait inside an object's library, for each object, from which on they are named as those
/// who wait on it: half of them may have been given up, or wait elsewhere.
pub const WAITING_USERS_SHARE_MIN: f64 = 0.5;
/// The same in one function, for this to be where all of them are held: snapshot and count are not of one moment.
pub const WAITING_ALL_SHARE: f64 = 0.8;

/// CPU seconds per second above which a process is not quiet. Measured at rest under plumb's own requests: 0.2 % at 237
/// goroutines, 0.6 % at 2,742, 1.7 to 2.1 % with exact heap figures on a machine that a dozen other programs keep busy;
/// under 15 to 100 requests a second: 5 to 8 %.
pub const QUIET_CPU_SHARE: f64 = 0.03;

/// Requests, or data segments from clients, per second that a quiet service may have: a scrape, a health check.
pub const QUIET_REQUESTS_PER_SECOND: f64 = 0.2;

/// Seconds after its start in which a process may be filling its caches: memory that grows then needs more than
/// growth to be a finding.
pub const WARM_UP_SECONDS: f64 = 300.0;

/// After how many seconds without an answer the kernel ends a connection with Go's keepalive: 15 s of silence, then nine
/// probes 15 s apart (`net.KeepAliveConfig`, Go 1.23 and later; before, the same for `net.Dialer` and `net.ListenConfig`).
pub const KEEPALIVE_SECONDS: f64 = 150.0;

/// Share of what is accused whose peers must not answer, so that the kernel may end the rest of the accusation too:
/// the first probe is out 15 s after the last word, so of what a look of 30 s saw come half show it at its end.
pub const UNANSWERED_SHARE_MIN: f64 = 0.5;

/// Shortest series of goroutine counts, in seconds, on which "nothing grows" may be said.
pub const LOOK_SECONDS_MIN: f64 = 8.0;

/// Unnamed goroutine growth is Likely from this many gained on, if all that could be followed stayed.
pub const UNNAMED_GAIN_LIKELY: f64 = 30.0;

/// Share of followed goroutines or sockets that must have stayed to call them survivors.
pub const SURVIVORS_SHARE_MIN: f64 = 0.95;

/// A crowd in a dump that is this old (median wait, minutes) and this large is worth a question even if
/// nothing else is known.
pub const OLD_CROWD_MINUTES: u64 = 10;
/// See [`OLD_CROWD_MINUTES`].
pub const OLD_CROWD_MIN: u64 = 100;

/// Children that ended and were not waited for: this many at once are no coincidence of timing, because a program
/// that waits at all collects a child within milliseconds.
pub const ZOMBIES_MIN: u64 = 10;

/// Threads are not looked at below this: the runtime starts some for every burst of blocking calls and keeps them.
/// Its own default limit is 10,000 (`debug.SetMaxThreads`).
pub const THREADS_MIN: u64 = 100;

/// The same for memory made for connections that are gone, in a service at rest: there work in progress is no
/// explanation, and two samples after two collections are no accident.
pub const DEAD_SAMPLES_MIN: f64 = 2.0;

/// Memory made for connections outlives them if there are this many times as many objects as connections, by the
/// lower end of the estimate: one connection may have a few of each.
pub const DEAD_FACTOR_MIN: f64 = 4.0;

/// A line that allocates in this many sizes and more is growing a map or a slice: one struct has one size, and the
/// strings and buffers of a request rarely span more than …
pub const CONTAINER_SIZES_MIN: usize = 3;
/// … this factor between the smallest and the largest; maps and slices double.
pub const CONTAINER_SPREAD_MIN: f64 = 4.0;

/// How often one size may be outgrown on the line of a map or slice, as a share of the objects that live there: one
/// container doubles a few times, while a slice that is filled for each entry does so for each.
pub const GROWTHS_SHARE_MAX: f64 = 0.25;
/// … or this often, if that is more: a map in a few shards.
pub const GROWTHS_MIN: f64 = 4.0;

/// Share of a handler's calls whose objects stay, upper bound, below which the memory is a cache that later calls hit.
pub const DEAD_SHARE_MIN: f64 = 0.5;

/// Objects of one line for each connection, lower bound, above which they are no longer the connection's own but what
/// clients stored or sent through it: a key-value store, the history of a chat. A session has one or two of a kind.
pub const DEAD_EACH_MAX: f64 = 4.0;

/// Snapshots in which connections to one peer must have risen to be called growing: opening a pool takes one or two.
pub const CONNECTION_RISES_MIN: usize = 3;

/// Goroutines at one lock that do not move for a whole look in a quiet process: a lock that is held that long by
/// intent has few waiters.
pub const STUCK_CROWD_MIN: u64 = 20;

/// Senders that stand still in a quiet process, from which on it is worth asking whether anybody receives.
pub const STANDING_SENDERS_MIN: u64 = 100;

/// Live samples that a site needs before its whole history is taken as growth: 20 are known to ±22 %.
pub const SINCE_START_SAMPLES_MIN: f64 = 20.0;

/// Goroutines that made a crowd and whose call is over, from which on the crowd is what many calls left behind. Each
/// connection that a client keeps open is one goroutine of the server, so a thousand requests of one client come from a
/// few (3 to 6 were seen at 60 requests a second); two may be two pools of different size.
pub const MAKERS_GONE_MIN: u64 = 3;
/// Share of the crowd that these made: the rest belongs to calls in progress.
pub const MAKERS_GONE_SHARE_MIN: f64 = 0.8;
/// A crowd whose makers each made the same number, and at least so many, is a pool in shards: requests are spread
/// over connections by chance, and one call rarely starts as many.
pub const POOL_SHARE_MIN: u64 = 8;

/// Goroutines that calls left behind, from which on they are a finding: below, a few dozen workers, one for each
/// tenant or file, started by the first call that needs them, are everyday.
pub const LEFT_BEHIND_MIN: u64 = 100;

/// The largest crowd that is taken for a pool without knowing who made it: pools have the size of a connection limit
/// or a power of two, up to some hundreds. A leak that is worth a question passes it soon.
pub const STANDING_POOL_MAX: u64 = 512;

/// Clients of one kind, known to be no pool, that stand still while nobody uses them, from which on it is worth asking
/// whether they were left behind: one for each topic or tenant of tens is everyday.
pub const STANDING_CLIENTS_MIN: u64 = 100;

/// Goroutines of one kind for each connection that may need them; the lists are not taken at one moment.
pub const ATTENDED_FACTOR: f64 = 1.2;

/// Goroutines or objects of one kind that are named as a possible leak where only one look was brought: pools and
/// sessions of tens are everyday.
pub const ONE_LOOK_CROWD_MIN: u64 = 100;
/// Part of the live heap from which on a line or object is named as one of those that hold most of it.
pub const HOLDER_SHARE_MIN: f64 = 0.1;

/// The smaller ÷ the larger of two counts that are called the same, as in `Measured::stands_still_for`: the list is not
/// taken at one moment.
pub const STEADY_SHARE_MIN: f64 = 0.98;

/// Seconds by which the start of a process may seem to move: clocks are set, and `/proc` counts in ticks.
pub const START_MOVES_SECONDS: f64 = 5.0;
/// Part of what a heap profile says was ever allocated, below which a later one is of another process: the figure never
/// falls, but a text and a protobuf of one heap may be scaled differently.
pub const ALLOCATED_FALL: f64 = 0.5;
/// Goroutine ids that stand for something else in a later dump, from which on it is of another process.
pub const REUSED_IDS_MIN: usize = 2;

/// Goroutines that were started among those of a crowd and have ended since, for each of the crowd, from which on it was
/// not made in one go: an HTTP/1 server starts one for each request, of which each may leave two; a loop that starts a
/// pool none.
pub const ENDED_BETWEEN_SHARE_MIN: f64 = 0.4;
/// Goroutines started after the last of a crowd, for each that was started between its first and its last, above which
/// the crowd has stopped growing while work went on: one worker for each tenant or room.
pub const STARTED_SINCE_MAX: f64 = 1.0;

/// inotify instances that each user may have where the system's setting is not known: the kernel's default
/// (fs/notify/inotify/inotify_user.c).
pub const INOTIFY_INSTANCES_DEFAULT: u64 = 128;
/// Part of a limit on open files from which on it is reached: a few are set aside, or in between open and closed.
pub const LIMIT_SHARE_MIN: f64 = 0.98;
/// The same for a limit on all programs of a user: others hold a few.
pub const USER_LIMIT_SHARE_MIN: f64 = 0.9;
/// Part of what was gained up to a limit that a crowd must have gained to be what reached it.
pub const LIMITED_GAIN_SHARE_MIN: f64 = 0.5;

/// Goroutines of the user's that may hold as many objects; fewer are a pool beside a leak more often than its cause.
pub const HOLDERS_MIN: u64 = 100;
/// How many times more or fewer they may be than the objects, whose number a few heap samples tell badly.
pub const HOLDERS_RATIO_MAX: f64 = 2.0;
