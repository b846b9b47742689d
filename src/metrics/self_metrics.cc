#include "metrics/sections.h"

namespace heald::metrics {
namespace {

constexpr std::uint64_t kHashMask = (std::uint64_t{1} << 48) - 1;

void addConfig(const ConfigFigures& config, Families& out) {
  out.gauge("config_last_reload_successful",
            "Whether the last load of the configuration succeeded.")
      .add({}, config.last_reload_successful ? 1 : 0);
  out.gauge("config_last_reload_success_timestamp_seconds",
            "When the configuration was last loaded successfully.")
      .add({}, seconds(config.last_success));
  out.gauge("config_hash", "A number that changes with the configuration in force.")
      .add({}, static_cast<double>(config.hash & kHashMask));
  out.counter("config_reloads_total", "Reloads of the configuration that were tried.")
      .add({}, static_cast<double>(config.reloads));
  out.counter("config_reload_failures_total", "Reloads of the configuration that failed.")
      .add({}, static_cast<double>(config.failures));
}

void addStore(const engine::Snapshot& s, const StoreFigures& store, Families& out) {
  out.gauge("store_up", "Whether the store can be written; nothing starts while it cannot.")
      .add({}, s.store_up || !s.standby.empty() ? 1 : 0);
  out.gauge("store_size_bytes", "Size of the store with its journal.")
      .add({}, static_cast<double>(store.size_bytes));
  out.gauge("store_reserve_bytes", "Disk space that the store holds for a full disk.")
      .add({}, static_cast<double>(store.reserve_bytes));
  out.gauge("store_on_reserve", "Whether the store's disk is full and heald lives on its reserve.")
      .add({}, store.on_reserve ? 1 : 0);
  const Family failing =
      out.gauge("store_failing", "Whether the store fails, by the first cause of it.");
  for (const auto& [cause, holds] : store.failing) {
    failing.add({{"cause", cause}}, holds ? 1 : 0);
  }
  const Family count = out.counter("store_operations_total", "Operations of the store.");
  for (const StoreOperation& operation : store.operations) {
    count.add({{"operation", operation.operation}}, static_cast<double>(operation.count));
  }
  const Family failures =
      out.counter("store_operation_failures_total", "Operations of the store that failed.");
  for (const StoreOperation& operation : store.operations) {
    failures.add({{"operation", operation.operation}}, static_cast<double>(operation.failures));
  }
  const Family duration =
      out.histogram("store_operation_duration_seconds", "Length of operations of the store.");
  for (const StoreOperation& operation : store.operations) {
    // Of the others there are few, or none that anything waits for.
    if (s.full_metrics || operation.operation == "commit") {
      duration.add({{"operation", operation.operation}}, operation.duration);
    }
  }
}

void addReplica(const etcd::Standing& standing, Families& out) {
  out.gauge("leader", "Whether this replica is the one that acts.").add({}, standing.leads ? 1 : 0);
  out.gauge("replicas", "Replicas of this heald that are registered in etcd.")
      .add({}, static_cast<double>(standing.replicas.size()));
  out.counter("leader_transitions_total", "How often this replica has become the leader.")
      .add({}, static_cast<double>(standing.transitions));
  out.counter("etcd_failures_total", "Requests about leading that etcd did not answer well.")
      .add({}, static_cast<double>(standing.failures));
}

void addHttp(const engine::Snapshot& s, const HttpFigures& http, Families& out) {
  const Family requests = out.counter("http_requests_total", "HTTP requests that were answered.");
  for (const HttpRequests& r : http.requests) {
    requests.add({{"handler", r.handler}, {"method", r.method}, {"code", std::to_string(r.code)}},
                 static_cast<double>(r.count));
  }
  const Family duration =
      out.histogram("http_request_duration_seconds", "Time to answer an HTTP request.");
  std::optional<engine::Histogram> all;
  for (const HttpDuration& d : http.durations) {
    if (s.full_metrics) {
      duration.add({{"handler", d.handler}}, d.duration);
    } else if (all) {
      all->add(d.duration);
    } else {
      all = d.duration;
    }
  }
  if (all) duration.add({}, *all);
  const Family failures =
      out.counter("http_auth_failures_total",
                  "Requests with a wrong token, and requests without one that need it, by reason.");
  failures.add({{"reason", "wrong"}}, static_cast<double>(http.wrong_tokens));
  failures.add({{"reason", "missing"}}, static_cast<double>(http.missing_tokens));
  out.counter("http_abandoned_total",
              "Changing calls that were dropped, because the caller had gone before they began.")
      .add({}, static_cast<double>(http.abandoned));
  out.counter("http_repeated_total",
              "Changing calls that were answered again under their Idempotency-Key.")
      .add({}, static_cast<double>(http.repeated));
  const Family connections = out.gauge("http_connections", "Connections that are open.");
  for (const ListenerFigures& listener : http.listeners) {
    connections.add({{"listener", listener.listener}}, static_cast<double>(listener.connections));
  }
  const Family limits = out.counter("http_connection_limits_total",
                                    "Connections that were closed or refused by a limit.");
  for (const ListenerFigures& listener : http.listeners) {
    for (const auto& [limit, count] : listener.limits) {
      limits.add({{"listener", listener.listener}, {"limit", limit}}, static_cast<double>(count));
    }
  }
}

void addNotifications(const std::vector<NotificationFigures>& receivers, Families& out) {
  const Family total =
      out.counter("notifications_total", "Notifications that were tried, by how that ended.");
  for (const NotificationFigures& r : receivers) {
    total.add({{"receiver", r.receiver}, {"outcome", "success"}}, static_cast<double>(r.sent));
    total.add({{"receiver", r.receiver}, {"outcome", "failure"}}, static_cast<double>(r.failed));
  }
  const Family pending = out.gauge(
      "notifications_pending", "Problems that are not yet sent to a receiver of notifications.");
  for (const NotificationFigures& r : receivers) {
    pending.add({{"receiver", r.receiver}}, static_cast<double>(r.pending));
  }
  const Family lost =
      out.counter("notifications_lost_entries_total",
                  "Entries of the history forgotten before they were sent to a receiver.");
  for (const NotificationFigures& r : receivers) {
    lost.add({{"receiver", r.receiver}}, static_cast<double>(r.lost));
  }
}

void addTelemetry(const TelemetryFigures& telemetry, Families& out) {
  const Family spans = out.counter(
      "telemetry_spans_total", "Spans that were sent to the collector, by whether it took them.");
  spans.add({{"outcome", "exported"}}, static_cast<double>(telemetry.exported));
  spans.add({{"outcome", "dropped"}}, static_cast<double>(telemetry.dropped));
  out.counter("telemetry_export_failures_total",
              "Exports of traces that failed, and are tried again.")
      .add({}, static_cast<double>(telemetry.failed));
}

}  // namespace

void addSelf(const engine::Snapshot& s, const Sources& sources, Families& out) {
  addConfig(sources.config, out);
  addStore(s, sources.store, out);
  if (sources.replica) addReplica(*sources.replica, out);
  addHttp(s, sources.http, out);
  addNotifications(sources.notifications, out);
  if (sources.telemetry) addTelemetry(*sources.telemetry, out);
  out.counter("log_messages_total", "Lines that were logged, by level.")
      .addCounts({}, "level", sources.log_messages,
                 [](std::size_t i) { return toString(static_cast<io::LogLevel>(i)); });
}

}  // namespace heald::metrics
