#include <algorithm>

#include "config/listen_address.h"
#include "config/names.h"
#include "config/scalars.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

std::string historySizeFault(const std::string& text) {
  constexpr std::uint64_t kLeast = 1024 * 1024;
  const auto bytes = parseSize(text);
  if (!bytes) return bytes.error().message;
  const bool fits = *bytes >= kLeast && *bytes <= kLeast * 1024 * 64;
  return fits ? "" : "is not from 1MiB to 64GiB (example: 64MiB)";
}

// The same one twice is a mistake that the kernel would tell of as a port in use.
void readAddresses(Fields& fields, const char* key, std::vector<std::string>& addresses,
                   std::string (*fault)(const std::string&), const char* help) {
  fields.oneOrMore(key, addresses, help);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto known = addresses.begin() + static_cast<std::ptrdiff_t>(i);
    const bool twice = std::find(addresses.begin(), known, *known) != known;
    const std::string wrong = twice && !known->ends_with(":0") ? "is there twice" : fault(*known);
    if (!wrong.empty()) fields.fail(key, quoted(*known) + " " + wrong);
  }
}

void readPlane(Fields& fields, const char* plane, std::string& file, const char* help) {
  fields.section(plane, false, help, [&](Fields& section) {
    section.text("config_file", file, {.check = filePathFault},
                 "its web configuration, as Prometheus has it: TLS, users, headers, a rate limit");
  });
}

}  // namespace

Fields::Report readWeb(Fields& fields, WebOptions& web) {
  readPlane(fields, "control", web.control_config_file,
            "the control plane: who may reach it, and how");
  readPlane(fields, "metrics", web.metrics_config_file, "the metrics listener, likewise");
  readAddresses(fields, "control_address", web.control_addresses,
                web.control_config_file.empty() ? controlAddressFault : addressFault,
                "host:port of the control plane, or a list of them: status, admin page and human "
                "actions; not on loopback alone only with web.control.config_file");
  fields.text(
      "control_socket", web.control_socket, {.check = filePathFault},
      "Unix socket of the control plane, where root and heald's own user need no token; absent: "
      "control.sock in ${RUNTIME_DIRECTORY} when that is set");
  readAddresses(fields, "metrics_address", web.metrics_addresses, addressFault,
                "host:port of /metrics and the health endpoints, or a list of them");
  fields.text(
      "token_file", web.token_file, {.check = filePathFault},
      "file with the bearer token of human actions; absent: control.token beside the store");
  fields.texts("allowed_hosts", web.allowed_hosts, {.empty_allowed = true},
               "names under which browsers may reach the control plane, besides its address");
  for (const std::string& host : web.allowed_hosts) {
    const std::string wrong = hostNameFault(host);
    if (!wrong.empty()) fields.fail("allowed_hosts", quoted(host) + " " + wrong);
  }
  readCredentials(fields, web);
  const std::string clash = addressClash(web.control_addresses, web.metrics_addresses);
  if (!clash.empty()) {
    fields.fail(fields.has("metrics_address") ? "metrics_address" : "control_address", clash);
  }
  return fields.later("token_file");
}

namespace {

std::string endpointFault(const std::string& url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return "is no URL (example: https://10.0.0.1:2379)";
  const std::string place = url.substr(scheme);
  const std::size_t colon = place.rfind(':');
  const std::string port = colon == std::string::npos ? "" : place.substr(colon + 1);
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos &&
                      std::stoi(port) > 0 && std::stoi(port) < 65536;
  if (!number || !hostNameFault(place.substr(0, colon)).empty()) {
    return "is not the URL of a host and a port (example: https://10.0.0.1:2379)";
  }
  return "";
}

std::string prefixFault(const std::string& prefix) {
  const bool right = prefix.size() > 1 && prefix.front() == '/' && prefix.back() != '/';
  return right ? "" : "has to begin with a slash, and not to end with one (example: /heald/prod)";
}

// healdctl follows to no other, and browsers neither.
std::string controlUrlFault(const std::string& url) {
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  const bool plain = url.find_first_of(" \t\r\n<>|\"") == std::string::npos;
  return web && plain ? "" : "is no http:// or https:// address (example: https://heald-1:3001)";
}

void readEtcd(Fields& fields, EtcdOptions& etcd) {
  constexpr auto kLeast = std::chrono::seconds(3);
  constexpr auto kMost = std::chrono::minutes(5);
  fields.oneOrMore("endpoints", etcd.endpoints, "URL of each member, or of the one there is");
  if (etcd.endpoints.empty()) fields.missing("endpoints", "name the members of etcd");
  for (const std::string& url : etcd.endpoints) {
    const std::string wrong = endpointFault(url);
    if (!wrong.empty()) fields.fail("endpoints", quoted(url) + " " + wrong);
  }
  fields.text("prefix", etcd.prefix, {.check = prefixFault},
              "of all keys: the replicas with one prefix are one heald");
  fields.duration("lease", etcd.lease, {.max = kMost},
                  "after so much silence another replica takes over");
  if (etcd.lease < kLeast || etcd.lease % std::chrono::seconds(1) != core::Duration::zero()) {
    fields.fail("lease", "has to be whole seconds, at least 3s");
  }
  fields.text("name", etcd.name, {}, "of this replica; absent: the name of the host");
  fields.text("url", etcd.url, {.check = controlUrlFault},
              "where the others' users reach the control plane of this replica");
  fields.text("username", etcd.username, {}, "of etcd's own users");
  fields.text("password_file", etcd.password_file, {.check = filePathFault}, "its password");
  fields.text("ca_file", etcd.ca_file, {.check = filePathFault},
              "PEM: who has signed etcd's certificate; absent: the system's list");
  fields.text("cert_file", etcd.cert_file, {.check = filePathFault}, "PEM: heald's certificate");
  fields.text("key_file", etcd.key_file, {.check = filePathFault}, "PEM: its key");
  if (etcd.cert_file.empty() != etcd.key_file.empty()) {
    fields.missing(etcd.cert_file.empty() ? "cert_file" : "key_file",
                   "cert_file and key_file belong together");
  }
  if (etcd.username.empty() != etcd.password_file.empty()) {
    fields.missing(etcd.username.empty() ? "username" : "password_file",
                   "username and password_file belong together");
  }
}

}  // namespace

Fields::Report readStore(Fields& fields, StoreOptions& store) {
  fields.text("path", store.path, {.check = filePathFault},
              "SQLite file of the durable state; in ${STATE_DIRECTORY} when that is set");
  EtcdOptions etcd;
  if (fields.section("etcd", false,
                     "the state is in etcd, for several replicas of which one acts; the history "
                     "stays in path",
                     [&](Fields& section) { readEtcd(section, etcd); })) {
    store.etcd = std::move(etcd);
  }
  fields.section("history", false, "the audit log: what is kept of it", [&](Fields& history) {
    history.duration("max_age", store.history_max_age, {.max = std::chrono::hours(24 * 3660)},
                     "older entries are dropped");
    std::string size = "64MiB";
    history.text("max_size", size, {.check = historySizeFault},
                 "the oldest entries are dropped when there are more bytes of them");
    store.history_max_bytes = parseSize(size) ? *parseSize(size) : store.history_max_bytes;
  });
  return fields.later("path");
}

void readFeatures(Fields& fields, core::FeatureFlags& features) {
  constexpr const char* kHelp[] = {
      "kill switch of all healing",
      "kill switch of the automatic checks",
      "kill switch of preventive remedies",
      "kill switch of process monitoring",
  };
  for (std::size_t i = 0; i < core::kFeatureCount; ++i) {
    const core::Feature feature = core::kFeatures[i];
    bool enabled = true;
    fields.boolean(core::toString(feature), enabled, kHelp[i]);
    features.setConfiguration(feature, enabled);
  }
}

void readDetection(Fields& fields, engine::Setup& setup) {
  engine::DetectionPolicy& detection = setup.detection;
  fields.duration("interval", detection.interval, {},
                  "the cycle of detection: how often a check without its own interval runs");
  fields.duration("timeout", detection.timeout, {},
                  "the longest run of a check without its own timeout");
  fields.integer("max_concurrent", detection.max_concurrent, {.max = 1000},
                 "checks that may run at one time");
  fields.duration("process_monitoring_interval", setup.process_monitoring_interval, {},
                  "how often the task process-monitoring runs");
}

void readHealing(Fields& fields, engine::HealingPolicy& healing) {
  std::string mode = healing.observe ? "observe" : "enforce";
  fields.text("mode", mode, {.one_of = {"enforce", "observe"}},
              "observe decides, counts and logs, and does nothing");
  healing.observe = mode == "observe";
  fields.integer("max_concurrent", healing.max_concurrent, {.max = 100},
                 "actions that may run at one time, of all remedies; permits included");
  fields.integer("max_unverified", healing.max_unverified, {.max = 1000},
                 "attempts whose effect is not known yet, at one time; no limit without it");
  fields.duration("preventive_interval", healing.preventive_interval, {},
                  "how often preventive remedies are asked for");
  fields.section("storm_brake", false,
                 "nothing starts while too many checks are unhealthy at one time",
                 [&](Fields& brake) {
                   engine::StormBrakePolicy& policy = healing.storm_brake;
                   brake.integer("min_checks", policy.min_checks, {},
                                 "with fewer checks than these there is no brake");
                   brake.integer("max_unhealthy_percent", policy.max_unhealthy_percent,
                                 {.max = 100}, "the share of unhealthy checks that still starts");
                 });
}

}  // namespace heald::config
