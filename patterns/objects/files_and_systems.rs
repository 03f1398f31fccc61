//! Files, devices and other descriptors of the system, as libraries give them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &UNIX_DESCRIPTOR,
    &UNIX_MAPPING,
    &EXP_MMAP,
    &MMAP_GO,
    &AFERO,
    &FIFO,
    &PTY,
    &KR_PTY,
    &TAIL,
    &NXADM_TAIL,
    &MAXMIND,
    &GEOIP,
    &EXCEL,
    &NETNS,
    &NETLINK,
    &DBUS,
    &DBUS_SHARED,
    &SYSTEMD,
    &HDFS_FILE,
    &HDFS,
];

static HDFS_FILE: LibraryObject = in_source(
    "github.com/colinmarc/hdfs/v2",
    "hdfs file",
    "v2.4.0",
    closed(
        ResourceKind::File,
        &["github.com/colinmarc/hdfs/v2.FileReader", "github.com/colinmarc/hdfs/v2.FileWriter"],
        &[
            first("github.com/colinmarc/hdfs/v2.(*Client).Open"),
            first("github.com/colinmarc/hdfs/v2.(*Client).Create"),
            first("github.com/colinmarc/hdfs/v2.(*Client).CreateFile"),
            first("github.com/colinmarc/hdfs/v2.(*Client).Append"),
        ],
    ),
    "Connections to a data node; a written file is not complete before.",
);

static HDFS: LibraryObject = in_source(
    "github.com/colinmarc/hdfs/v2",
    "hdfs.Client",
    "v2.4.0",
    closed(
        ResourceKind::Client,
        &["github.com/colinmarc/hdfs/v2.Client"],
        &[
            first("github.com/colinmarc/hdfs/v2.New"),
            first("github.com/colinmarc/hdfs/v2.NewClient"),
        ],
    ),
    "A connection to the name node.",
);

static UNIX_DESCRIPTOR: LibraryObject = in_source(
    "golang.org/x/sys",
    "descriptor",
    "v0.32.0, linux",
    Source {
        kind: ResourceKind::File,
        types: &[],
        acquires: &[
            first("golang.org/x/sys/unix.Open"),
            first("golang.org/x/sys/unix.Openat"),
            first("golang.org/x/sys/unix.Openat2"),
            first("golang.org/x/sys/unix.Creat"),
            first("golang.org/x/sys/unix.Socket"),
            first("golang.org/x/sys/unix.Accept"),
            first("golang.org/x/sys/unix.Accept4"),
            first("golang.org/x/sys/unix.Dup"),
            first("golang.org/x/sys/unix.EpollCreate"),
            first("golang.org/x/sys/unix.EpollCreate1"),
            first("golang.org/x/sys/unix.Eventfd"),
            first("golang.org/x/sys/unix.InotifyInit"),
            first("golang.org/x/sys/unix.InotifyInit1"),
            first("golang.org/x/sys/unix.MemfdCreate"),
            first("golang.org/x/sys/unix.PerfEventOpen"),
            first("golang.org/x/sys/unix.PidfdOpen"),
            first("golang.org/x/sys/unix.Signalfd"),
            first("golang.org/x/sys/unix.TimerfdCreate"),
            first("golang.org/x/sys/unix.OpenTree"),
            first("golang.org/x/sys/unix.Fsopen"),
            first("golang.org/x/sys/unix.Fsmount"),
        ],
        releases: &[Release::Argument("golang.org/x/sys/unix.Close", 0)],
    },
    "A number: no finalizer ever closes it.",
);

static UNIX_MAPPING: LibraryObject = in_source(
    "golang.org/x/sys",
    "memory mapping",
    "v0.32.0, linux",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[first("golang.org/x/sys/unix.Mmap")],
        releases: &[Release::Argument("golang.org/x/sys/unix.Munmap", 0)],
    },
    "The collector does not know of it.",
);

static EXP_MMAP: LibraryObject = in_source(
    "golang.org/x/exp",
    "mmap.ReaderAt",
    "v0.0.0-20241108190413",
    closed(
        ResourceKind::File,
        &["golang.org/x/exp/mmap.ReaderAt"],
        &[first("golang.org/x/exp/mmap.Open")],
    ),
    "A finalizer closes it.",
);

static MMAP_GO: LibraryObject = in_source(
    "github.com/edsrzf/mmap-go",
    "mmap.MMap",
    "v1.2.0",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/edsrzf/mmap-go.MMap"],
        acquires: &[
            first("github.com/edsrzf/mmap-go.Map"),
            first("github.com/edsrzf/mmap-go.MapRegion"),
        ],
        releases: &[Release::Method("Unmap")],
    },
    "The collector does not know of it.",
);

static AFERO: LibraryObject = in_source(
    "github.com/spf13/afero",
    "afero.File",
    "v1.11.0",
    closed(
        ResourceKind::File,
        &["github.com/spf13/afero.File"],
        &[
            first("github.com/spf13/afero.Fs.Create"),
            first("github.com/spf13/afero.Fs.Open"),
            first("github.com/spf13/afero.Fs.OpenFile"),
            first("github.com/spf13/afero.(*Afero).Create"),
            first("github.com/spf13/afero.(*Afero).Open"),
            first("github.com/spf13/afero.(*Afero).OpenFile"),
            first("github.com/spf13/afero.TempFile"),
            first("github.com/spf13/afero.(*Afero).TempFile"),
        ],
    ),
    "Of the file system of the machine an os.File.",
);

static FIFO: LibraryObject = in_source(
    "github.com/containerd/fifo",
    "fifo.OpenFifo",
    "v1.1.0",
    closed(
        ResourceKind::File,
        &[],
        &[
            first("github.com/containerd/fifo.OpenFifo"),
            first("github.com/containerd/fifo.OpenFifoDup2"),
        ],
    ),
    "A goroutine until the other side opens it, and a descriptor.",
);

static PTY: LibraryObject = in_source(
    "github.com/creack/pty",
    "pty",
    "v1.1.24",
    closed(
        ResourceKind::File,
        &[],
        &[
            first("github.com/creack/pty.Open"),
            second("github.com/creack/pty.Open"),
            first("github.com/creack/pty.Start"),
            first("github.com/creack/pty.StartWithSize"),
        ],
    ),
    "An os.File for each side.",
);

static KR_PTY: LibraryObject = in_source(
    "github.com/kr/pty",
    "pty",
    "v1.1.8",
    closed(
        ResourceKind::File,
        &[],
        &[
            first("github.com/kr/pty.Open"),
            second("github.com/kr/pty.Open"),
            first("github.com/kr/pty.Start"),
            first("github.com/kr/pty.StartWithSize"),
        ],
    ),
    "An os.File for each side.",
);

static TAIL: LibraryObject = in_source(
    "github.com/hpcloud/tail",
    "tail.Tail",
    "v1.0.0",
    Source {
        kind: ResourceKind::Subscription,
        types: &["github.com/hpcloud/tail.Tail"],
        acquires: &[first("github.com/hpcloud/tail.TailFile")],
        releases: &[Release::Method("Stop"), Release::Method("StopAtEOF")],
    },
    "Goroutines and a file; Cleanup ends only the watches of a file that is no longer followed.",
);

static NXADM_TAIL: LibraryObject = in_source(
    "github.com/nxadm/tail",
    "tail.Tail",
    "v1.4.11",
    Source {
        kind: ResourceKind::Subscription,
        types: &["github.com/nxadm/tail.Tail"],
        acquires: &[first("github.com/nxadm/tail.TailFile")],
        releases: &[Release::Method("Stop"), Release::Method("StopAtEOF")],
    },
    "Goroutines and a file; Cleanup ends only the watches of a file that is no longer followed.",
);

static MAXMIND: LibraryObject = in_source(
    "github.com/oschwald/maxminddb-golang",
    "maxminddb.Reader",
    "v1.13.1",
    closed(
        ResourceKind::File,
        &["github.com/oschwald/maxminddb-golang.Reader"],
        &[first("github.com/oschwald/maxminddb-golang.Open")],
    ),
    "A mapped file.",
);

static GEOIP: LibraryObject = in_source(
    "github.com/oschwald/geoip2-golang",
    "geoip2.Reader",
    "v1.11.0",
    closed(
        ResourceKind::File,
        &["github.com/oschwald/geoip2-golang.Reader"],
        &[first("github.com/oschwald/geoip2-golang.Open")],
    ),
    "A mapped file.",
);

static EXCEL: LibraryObject = in_source(
    "github.com/xuri/excelize/v2",
    "excelize.File",
    "v2.9.0",
    closed(
        ResourceKind::File,
        &["github.com/xuri/excelize/v2.File"],
        &[
            first("github.com/xuri/excelize/v2.OpenFile"),
            first("github.com/xuri/excelize/v2.OpenReader"),
        ],
    ),
    "Temporary files, if the workbook is large.",
);

static NETNS: LibraryObject = in_source(
    "github.com/vishvananda/netns",
    "netns.NsHandle",
    "v0.0.5",
    closed(
        ResourceKind::File,
        &["github.com/vishvananda/netns.NsHandle"],
        &[
            first("github.com/vishvananda/netns.Get"),
            first("github.com/vishvananda/netns.New"),
            first("github.com/vishvananda/netns.NewNamed"),
            first("github.com/vishvananda/netns.GetFromPath"),
            first("github.com/vishvananda/netns.GetFromName"),
            first("github.com/vishvananda/netns.GetFromDocker"),
            first("github.com/vishvananda/netns.GetFromPid"),
            first("github.com/vishvananda/netns.GetFromThread"),
        ],
    ),
    "A descriptor as a number: no finalizer ever closes it.",
);

static NETLINK: LibraryObject = in_source(
    "github.com/vishvananda/netlink",
    "netlink.Handle",
    "v1.3.1",
    Source {
        kind: ResourceKind::File,
        types: &["github.com/vishvananda/netlink.Handle"],
        acquires: &[
            first("github.com/vishvananda/netlink.NewHandle"),
            first("github.com/vishvananda/netlink.NewHandleAt"),
            first("github.com/vishvananda/netlink.NewHandleAtFrom"),
        ],
        releases: &[Release::Method("Close"), Release::Method("Delete")],
    },
    "One socket for each family.",
);

static DBUS: LibraryObject = in_source(
    "github.com/godbus/dbus/v5",
    "dbus.Conn",
    "v5.1.0",
    closed(
        ResourceKind::Connection,
        &["github.com/godbus/dbus/v5.Conn"],
        &[
            first("github.com/godbus/dbus/v5.ConnectSystemBus"),
            first("github.com/godbus/dbus/v5.ConnectSessionBus"),
            first("github.com/godbus/dbus/v5.Connect"),
            first("github.com/godbus/dbus/v5.Dial"),
            first("github.com/godbus/dbus/v5.DialHandler"),
            first("github.com/godbus/dbus/v5.SystemBusPrivate"),
            first("github.com/godbus/dbus/v5.SessionBusPrivate"),
            first("github.com/godbus/dbus/v5.SessionBusPrivateNoAutoStartup"),
        ],
    ),
    "One goroutine reads. SystemBus and SessionBus are shared: nobody closes them.",
);

static DBUS_SHARED: LibraryObject = in_source(
    "github.com/godbus/dbus/v5",
    "shared dbus.Conn",
    "v5.1.0",
    harmless(
        &[],
        &[
            first("github.com/godbus/dbus/v5.SystemBus"),
            first("github.com/godbus/dbus/v5.SessionBus"),
        ],
    ),
    "One for the process.",
);

static SYSTEMD: LibraryObject = in_source(
    "github.com/coreos/go-systemd/v22",
    "systemd dbus.Conn",
    "v22.5.0",
    closed(
        ResourceKind::Connection,
        &["github.com/coreos/go-systemd/v22/dbus.Conn"],
        &[
            first("github.com/coreos/go-systemd/v22/dbus.New"),
            first("github.com/coreos/go-systemd/v22/dbus.NewWithContext"),
            first("github.com/coreos/go-systemd/v22/dbus.NewConnection"),
            first("github.com/coreos/go-systemd/v22/dbus.NewSystemConnection"),
            first("github.com/coreos/go-systemd/v22/dbus.NewSystemConnectionContext"),
            first("github.com/coreos/go-systemd/v22/dbus.NewSystemdConnection"),
            first("github.com/coreos/go-systemd/v22/dbus.NewSystemdConnectionContext"),
            first("github.com/coreos/go-systemd/v22/dbus.NewUserConnection"),
            first("github.com/coreos/go-systemd/v22/dbus.NewUserConnectionContext"),
        ],
    ),
    "Two connections to the bus.",
);
