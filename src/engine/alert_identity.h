#pragma once

#include <string>
#include <vector>

#include "engine/event.h"

namespace heald::engine {

// The fingerprint that Alertmanager gives to these labels: FNV-1a, 64 bits, over names and values
// in the order of the names (github.com/prometheus/common, model/signature.go,
// labelSetToFingerprint); 16 hexadecimal digits.
std::string fingerprintOf(const Labels& labels);

// What tells one alert from another: its fingerprint, or where it has one of the labels to ignore,
// the fingerprint that it would have without them. So it is the same whether Prometheus drops the
// label or heald ignores it.
std::string identityOf(const Alert& alert, const std::vector<std::string>& ignore_labels);

}  // namespace heald::engine
