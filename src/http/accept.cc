#include "http/accept.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "http/message.h"
#include "io/text.h"

namespace heald::http {
namespace {

// Of "; version=1.0.0; q=0.5"; nothing when there is no such parameter.
std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const std::string_view one = io::trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    const auto equals = one.find('=');
    if (equals == std::string_view::npos) continue;
    if (!equalsIgnoringCase(io::trim(one.substr(0, equals)), name)) continue;
    std::string_view value = io::trim(one.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return std::nullopt;
}

bool hasAll(std::string_view parameters, Parameters wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
    const auto value = parameter(parameters, one.first);
    return value && equalsIgnoringCase(*value, one.second);
  });
}

}  // namespace

double weightOf(std::string_view accept, std::string_view type, Parameters wanted) {
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const std::string_view range = io::trim(accept.substr(0, end));
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const auto semicolon = std::min(range.find(';'), range.size());
    if (!equalsIgnoringCase(io::trim(range.substr(0, semicolon)), type)) continue;
    const std::string_view parameters = range.substr(semicolon);
    if (!hasAll(parameters, wanted)) continue;
    const auto weight = parameter(parameters, "q");
    return weight ? std::strtod(std::string(*weight).c_str(), nullptr) : 1;
  }
  return 0;
}

}  // namespace heald::http
