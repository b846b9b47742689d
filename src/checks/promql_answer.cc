#include "checks/promql_answer.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/text.h"

namespace heald::checks {
namespace {

using nlohmann::json;
using Samples = std::vector<PromqlSample>;

constexpr std::size_t kLabelsBytes = 256;

Error unreadable(const std::string& why) {
  return {ErrorCode::kUnavailable, io::oneLine(why)};
}

// The text under a key, "" when there is none.
std::string textAt(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const json& memberOf(const json& object, const char* key) {
  static const json nothing;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nothing : *found;
}

// As Prometheus writes numbers: "1", "0.5", "1e+300", "NaN", "+Inf".
std::optional<double> numberOf(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// The number of [1700000000.123, "0.5"].
std::optional<double> valueOf(const json& point) {
  if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_string()) {
    return std::nullopt;
  }
  return numberOf(point[1].get_ref<const std::string&>());
}

std::string labelsOf(const json& metric) {
  std::string text;
  for (const auto& [name, value] : metric.items()) {
    text += (text.empty() ? "" : ", ") + name + "=\"" +
            (value.is_string() ? value.get_ref<const std::string&>() : "?") + "\"";
  }
  return text.empty() ? "" : io::oneLine("{" + text + "}", kLabelsBytes);
}

Result<Samples> samplesOf(const json& result) {
  if (!result.is_array()) return unreadable("a vector without a list of series");
  Samples samples;
  for (const json& series : result) {
    if (series.is_object() && series.contains("histogram")) {
      return unreadable("a series is a histogram (the query has to give numbers)");
    }
    const auto value = valueOf(memberOf(series, "value"));
    if (!value || !memberOf(series, "metric").is_object()) {
      return unreadable("a series without a number");
    }
    samples.push_back({*value, labelsOf(series["metric"])});
  }
  return samples;
}

Result<Samples> samplesOfData(const json& data) {
  const std::string type = textAt(data, "resultType");
  const json& result = memberOf(data, "result");
  if (type == "vector") return samplesOf(result);
  if (type == "scalar") {
    const auto value = valueOf(result);
    if (!value) return unreadable("a scalar without a number");
    return Samples{{*value, ""}};
  }
  return unreadable("the query gives a " + (type.empty() ? "result without a type" : type) +
                    " (a vector or a scalar is needed)");
}

std::string firstOf(const json& texts) {
  const bool text = texts.is_array() && !texts.empty() && texts[0].is_string();
  return text ? texts[0].get<std::string>() : "without a text";
}

}  // namespace

Result<Samples> readPromqlAnswer(std::string_view body) {
  const json answer = json::parse(body, nullptr, false);
  const std::string status = textAt(answer, "status");
  if (status == "error") {
    return unreadable(textAt(answer, "errorType") + ": " + textAt(answer, "error"));
  }
  if (status != "success") return unreadable("no answer of Prometheus");
  const json& warnings = memberOf(answer, "warnings");
  if (!warnings.is_null() && !(warnings.is_array() && warnings.empty())) {
    return unreadable("the answer may be incomplete: " + firstOf(warnings));
  }
  return samplesOfData(memberOf(answer, "data"));
}

}  // namespace heald::checks
