#include "app/web_configuration.h"

#include <algorithm>

#include "io/trusted_file.h"

namespace heald::app {

std::string toString(Plane plane) {
  return plane == Plane::kControl ? "control" : "metrics";
}

bool reachesOthers(const Addresses& addresses) {
  return !std::all_of(addresses.begin(), addresses.end(), config::isLoopback);
}

door::WebAccess::Options webAccessOptions(Plane plane, const config::WebOptions& web,
                                          const Addresses& addresses) {
  door::WebAccess::Options options;
  if (plane == Plane::kMetrics) {
    options.file = web.metrics_config_file;
    return options;
  }
  options.file = web.control_config_file;
  options.bearers = true;
  options.needs_tls = reachesOthers(addresses);
  // Whoever may write it could let themselves in.
  options.fault = [](const std::string& file) { return io::pathProblem(file); };
  return options;
}

std::vector<std::pair<Plane, std::string>> problemsOfWeb(const config::WebOptions& web) {
  std::vector<std::pair<Plane, std::string>> problems;
  for (const Plane plane : {Plane::kControl, Plane::kMetrics}) {
    Addresses addresses;
    const bool control = plane == Plane::kControl;
    for (const std::string& text : control ? web.control_addresses : web.metrics_addresses) {
      if (auto address = config::parseListenAddress(text)) addresses.push_back(std::move(*address));
    }
    const auto options = webAccessOptions(plane, web, addresses);
    const std::string fault = options.file.empty() ? "" : door::WebAccess::faultOf(options);
    if (!fault.empty()) problems.emplace_back(plane, fault);
  }
  return problems;
}

}  // namespace heald::app
