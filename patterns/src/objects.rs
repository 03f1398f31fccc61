//! Library objects: one file a library in `patterns/objects/`, and two lines here. Libraries of which only the source
//! tells, and nothing that runs, are together in files by what they are for (`databases.rs`).
//!
//! **Order.** `detect` gives a goroutine to the first object that claims it, so what is more specific comes first:
//! libraries before what they are built on (etcd before gRPC, drivers before `database/sql`), the standard library
//! after all others, and last of all what runs other people's functions (`errgroup`). Within a file the same holds:
//! an object told by functions of its own before one that shares them (`ssh.Client` before any SSH connection).

use plumb_evidence::catalogue::LibraryObject;

#[path = "../objects/amqp091.rs"]
mod amqp091;
#[path = "../objects/ants.rs"]
mod ants;
#[path = "../objects/apimachinery.rs"]
mod apimachinery;
#[path = "../objects/badger.rs"]
mod badger;
#[path = "../objects/bbolt.rs"]
mod bbolt;
#[path = "../objects/clickhouse.rs"]
mod clickhouse;
#[path = "../objects/client_go.rs"]
mod client_go;
#[path = "../objects/coder_websocket.rs"]
mod coder_websocket;
#[path = "../objects/coders.rs"]
mod coders;
#[path = "../objects/consul.rs"]
mod consul;
#[path = "../objects/cron.rs"]
mod cron;
#[path = "../objects/database_sql.rs"]
mod database_sql;
#[path = "../objects/databases.rs"]
mod databases;
#[path = "../objects/docker.rs"]
mod docker;
#[path = "../objects/etcd.rs"]
mod etcd;
#[path = "../objects/files_and_systems.rs"]
mod files_and_systems;
#[path = "../objects/franz_go.rs"]
mod franz_go;
#[path = "../objects/fsnotify.rs"]
mod fsnotify;
#[path = "../objects/gcache.rs"]
mod gcache;
#[path = "../objects/go_cache.rs"]
mod go_cache;
#[path = "../objects/go_redis_v8.rs"]
mod go_redis_v8;
#[path = "../objects/go_redis_v9.rs"]
mod go_redis_v9;
#[path = "../objects/gocql.rs"]
mod gocql;
#[path = "../objects/gocron.rs"]
mod gocron;
#[path = "../objects/gocron_v2.rs"]
mod gocron_v2;
#[path = "../objects/gomemcache.rs"]
mod gomemcache;
#[path = "../objects/google_cloud.rs"]
mod google_cloud;
#[path = "../objects/google_pubsub.rs"]
mod google_pubsub;
#[path = "../objects/gorilla_websocket.rs"]
mod gorilla_websocket;
#[path = "../objects/grpc.rs"]
mod grpc;
#[path = "../objects/http_clients.rs"]
mod http_clients;
#[path = "../objects/kafka_go.rs"]
mod kafka_go;
#[path = "../objects/libp2p.rs"]
mod libp2p;
#[path = "../objects/lumberjack.rs"]
mod lumberjack;
#[path = "../objects/memberlist.rs"]
mod memberlist;
#[path = "../objects/miekg_dns.rs"]
mod miekg_dns;
#[path = "../objects/mongo.rs"]
mod mongo;
#[path = "../objects/mysql.rs"]
mod mysql;
#[path = "../objects/nats.rs"]
mod nats;
#[path = "../objects/net_http.rs"]
mod net_http;
#[path = "../objects/networks.rs"]
mod networks;
#[path = "../objects/nhooyr_websocket.rs"]
mod nhooyr_websocket;
#[path = "../objects/nsq.rs"]
mod nsq;
#[path = "../objects/object_storage.rs"]
mod object_storage;
#[path = "../objects/opencensus.rs"]
mod opencensus;
#[path = "../objects/opentelemetry_metric.rs"]
mod opentelemetry_metric;
#[path = "../objects/opentelemetry_sdk.rs"]
mod opentelemetry_sdk;
#[path = "../objects/paho_mqtt.rs"]
mod paho_mqtt;
#[path = "../objects/pebble.rs"]
mod pebble;
#[path = "../objects/pgx.rs"]
mod pgx;
#[path = "../objects/pq.rs"]
mod pq;
#[path = "../objects/processes.rs"]
mod processes;
#[path = "../objects/prometheus.rs"]
mod prometheus;
#[path = "../objects/quic_go.rs"]
mod quic_go;
#[path = "../objects/redigo.rs"]
mod redigo;
#[path = "../objects/ristretto.rs"]
mod ristretto;
#[path = "../objects/ristretto_v2.rs"]
mod ristretto_v2;
#[path = "../objects/sarama.rs"]
mod sarama;
#[path = "../objects/sftp.rs"]
mod sftp;
#[path = "../objects/shopify_sarama.rs"]
mod shopify_sarama;
#[path = "../objects/sql_layers.rs"]
mod sql_layers;
#[path = "../objects/std.rs"]
mod std;
#[path = "../objects/std_connections.rs"]
mod std_connections;
#[path = "../objects/std_files.rs"]
mod std_files;
#[path = "../objects/streadway_amqp.rs"]
mod streadway_amqp;
#[path = "../objects/telemetry.rs"]
mod telemetry;
#[path = "../objects/tunny.rs"]
mod tunny;
#[path = "../objects/workers.rs"]
mod workers;
#[path = "../objects/x_crypto.rs"]
mod x_crypto;
#[path = "../objects/x_net.rs"]
mod x_net;
#[path = "../objects/x_sync.rs"]
mod x_sync;
#[path = "../objects/yamux.rs"]
mod yamux;
#[path = "../objects/zap.rs"]
mod zap;
#[path = "../objects/zookeeper.rs"]
mod zookeeper;
#[path = "../objects/zstd.rs"]
mod zstd;

/// The files in order.
const LIBRARIES: &[&[&LibraryObject]] = &[
    etcd::OBJECTS,
    google_pubsub::OBJECTS,
    grpc::OBJECTS,
    sftp::OBJECTS,
    x_crypto::OBJECTS,
    x_net::OBJECTS,
    coder_websocket::OBJECTS,
    nhooyr_websocket::OBJECTS,
    gorilla_websocket::OBJECTS,
    mysql::OBJECTS,
    pgx::OBJECTS,
    pq::OBJECTS,
    mongo::OBJECTS,
    go_redis_v8::OBJECTS,
    go_redis_v9::OBJECTS,
    redigo::OBJECTS,
    sarama::OBJECTS,
    shopify_sarama::OBJECTS,
    franz_go::OBJECTS,
    kafka_go::OBJECTS,
    nats::OBJECTS,
    amqp091::OBJECTS,
    streadway_amqp::OBJECTS,
    nsq::OBJECTS,
    paho_mqtt::OBJECTS,
    consul::OBJECTS,
    zookeeper::OBJECTS,
    gocql::OBJECTS,
    clickhouse::OBJECTS,
    gomemcache::OBJECTS,
    docker::OBJECTS,
    quic_go::OBJECTS,
    yamux::OBJECTS,
    memberlist::OBJECTS,
    miekg_dns::OBJECTS,
    libp2p::OBJECTS,
    badger::OBJECTS,
    pebble::OBJECTS,
    bbolt::OBJECTS,
    ristretto_v2::OBJECTS,
    ristretto::OBJECTS,
    go_cache::OBJECTS,
    gcache::OBJECTS,
    lumberjack::OBJECTS,
    zstd::OBJECTS,
    ants::OBJECTS,
    tunny::OBJECTS,
    gocron_v2::OBJECTS,
    gocron::OBJECTS,
    cron::OBJECTS,
    fsnotify::OBJECTS,
    client_go::OBJECTS,
    apimachinery::OBJECTS,
    opentelemetry_sdk::OBJECTS,
    opentelemetry_metric::OBJECTS,
    opencensus::OBJECTS,
    zap::OBJECTS,
    prometheus::OBJECTS,
    http_clients::OBJECTS,
    object_storage::OBJECTS,
    google_cloud::OBJECTS,
    sql_layers::OBJECTS,
    databases::OBJECTS,
    telemetry::OBJECTS,
    files_and_systems::OBJECTS,
    networks::OBJECTS,
    workers::OBJECTS,
    coders::OBJECTS,
    database_sql::OBJECTS,
    net_http::OBJECTS,
    processes::OBJECTS,
    std_connections::OBJECTS,
    std_files::OBJECTS,
    std::OBJECTS,
    x_sync::OBJECTS,
];

const COUNT: usize = {
    let mut count = 0;
    let mut library = 0;
    while library < LIBRARIES.len() {
        count += LIBRARIES[library].len();
        library += 1;
    }
    count
};

/// All objects, most specific first.
pub(crate) static OBJECTS: [&LibraryObject; COUNT] = {
    let mut all = [LIBRARIES[0][0]; COUNT];
    let mut next = 0;
    let mut library = 0;
    while library < LIBRARIES.len() {
        let mut object = 0;
        while object < LIBRARIES[library].len() {
            all[next] = LIBRARIES[library][object];
            next += 1;
            object += 1;
        }
        library += 1;
    }
    all
};

#[cfg(test)]
mod tests;
