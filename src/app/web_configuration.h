#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/listen_address.h"
#include "config/model.h"
#include "door/web_access.h"

namespace heald::app {

enum class Plane { kControl, kMetrics };
std::string toString(Plane plane);  // "control", "metrics"

using Addresses = std::vector<config::ListenAddress>;
bool reachesOthers(const Addresses& addresses);  // one of them is not on loopback

// How the web configuration of a plane that is reached at these addresses is read and judged; its
// file is empty where there is none.
door::WebAccess::Options webAccessOptions(Plane plane, const config::WebOptions& web,
                                          const Addresses& addresses);

// What is wrong with the web configurations that a configuration names, by the plane. It reads
// them, and the files that they name.
std::vector<std::pair<Plane, std::string>> problemsOfWeb(const config::WebOptions& web);

}  // namespace heald::app
