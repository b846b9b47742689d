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

Fields::Report readStore(Fields& fields, StoreOptions& store) {
  fields.text("path", store.path, {.check = filePathFault},
              "SQLite file of the durable state; in ${STATE_DIRECTORY} when that is set");
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
