#include "ctl/first_config.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace heald::ctl {
namespace {

constexpr const char* kHead =
    R"(# Made by `healdctl config init`; yours now. Every key: man heald.yml
#
# heald runs the checks and decides what it would do. While `mode` is observe it starts nothing.
# Look at it for some days:
#   healdctl status       the state now
#   healdctl history      what has happened, and what heald would have done
# Then change `mode` to enforce, and run: healdctl reload
healing:
  mode: observe

check_defaults:
  interval: 30s
  unhealthy_after: 2                # two consecutive bad results

checks:
  # This machine. `monitor_only`: nothing is started for it.
  - name: disk
    monitor_only: true
    disk: {path: /, free: {warning: 10%, critical: 5%}}
  - name: memory
    monitor_only: true
    memory: {available: {warning: 10%, critical: 5%}}
  - name: load
    monitor_only: true
    load: {load15: {warning: 2, critical: 4}}     # for each processor
)";

// Text in double quotes is read by YAML as by JSON.
std::string quotedText(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Names that a configuration may have, each once.
class CheckNames {
 public:
  std::string take(const std::string& wanted) {
    std::string name;
    for (const char c : wanted) {
      const bool fits =
          std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
      name += fits ? c : '-';
    }
    while (!name.empty() && std::isalnum(static_cast<unsigned char>(name[0])) == 0)
      name.erase(0, 1);
    name.resize(std::min(name.size(), kLongest));
    if (name.empty()) name = "check";
    std::string free = name;
    for (int i = 2; !taken_.insert(free).second; ++i) free = name + "-" + std::to_string(i);
    return free;
  }

 private:
  static constexpr std::size_t kLongest = 50;  // room for "restart-" and a number
  std::set<std::string> taken_ = {"disk", "memory", "load"};
};

std::string withoutSuffix(const std::string& unit) {
  constexpr std::string_view kSuffix = ".service";
  return unit.ends_with(kSuffix) ? unit.substr(0, unit.size() - kSuffix.size()) : unit;
}

struct Service {
  std::string check;
  std::string unit;
};

void writeRemedies(std::ostream& out, const std::vector<Service>& services) {
  if (services.empty()) {
    out << R"(
# A remedy is what heald starts when a check is unhealthy:
# remedies:
#   - name: restart-web
#     when: {check: web}
#     systemd: {unit: web.service, action: restart}
#     verify: {after: 5s, within: 1m}      # success is: the check is healthy again
)";
    return;
  }
  out << R"(
# What heald starts when a check is unhealthy, with growing waits, and after ten consecutive failures
# never again until you resume it: healdctl resume --reason TEXT
remedies:
)";
  for (const auto& [check, unit] : services) {
    out << "  - name: restart-" << check << "\n    when: {check: " << check
        << "}\n    systemd: {unit: " << quotedText(unit)
        << ", action: restart}\n    verify: {after: 5s, within: 1m}\n";
  }
}

}  // namespace

std::string firstConfigText(const FirstConfig& config) {
  std::ostringstream out;
  out << kHead;
  CheckNames names;
  std::vector<Service> services;
  if (!config.services.empty()) out << "\n  # Services: unhealthy when failed or stopped.\n";
  for (const std::string& unit : config.services) {
    services.push_back({names.take(withoutSuffix(unit)), unit});
    out << "  - name: " << services.back().check << "\n    systemd: {unit: " << quotedText(unit)
        << "}\n";
  }
  if (!config.addresses.empty()) out << "\n  # Ports: unhealthy when nobody answers.\n";
  for (const std::string& address : config.addresses) {
    const std::string port = address.substr(address.rfind(':') + 1);
    out << "  - name: " << names.take("port-" + port)
        << "\n    monitor_only: true\n    tcp: {address: " << quotedText(address) << "}\n";
  }
  if (!config.plugins.empty()) out << "\n  # Nagios plugins: exit code 2 is unhealthy.\n";
  for (const std::string& plugin : config.plugins) {
    out << "  - name: " << names.take(plugin.substr(plugin.rfind('/') + 1))
        << "\n    monitor_only: true\n    exec: {command: [" << quotedText(plugin) << "]}\n";
  }
  if (!config.prometheus.empty()) out << "\n  # Prometheus: unhealthy while a target is down.\n";
  for (const std::string& server : config.prometheus) {
    out << "  - name: " << names.take("targets-down")
        << "\n    monitor_only: true\n    promql: {server: " << quotedText(server)
        << ", query: \"count(up == 0) or vector(0)\", critical: \"> 0\"}\n";
  }
  writeRemedies(out, services);
  return out.str();
}

}  // namespace heald::ctl
