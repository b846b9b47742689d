#include "remedies/request_template.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "config/placeholders.h"
#include "core/label_pattern.h"
#include "core/plain_text.h"
#include "core/text.h"
#include "io/address.h"
#include "io/uri.h"

namespace heald::remedies {
namespace {

using config::Placeholder;

std::string jsonEscaped(std::string_view text) {
  const std::string quoted = nlohmann::json(core::toValidUtf8(text)).dump();
  return quoted.substr(1, quoted.size() - 2);
}

std::string escaped(std::string_view value, RequestTemplate::Place place) {
  switch (place) {
    case RequestTemplate::Place::kAddress:
    case RequestTemplate::Place::kForm:
      return io::percentEncode(value);
    case RequestTemplate::Place::kJson:
      return jsonEscaped(value);
    case RequestTemplate::Place::kPlain:
    case RequestTemplate::Place::kOther:
      return std::string(value);
  }
  return {};
}

// Each placeholder becomes what `valueOf` says.
std::string replaced(const std::string& text,
                     const std::function<std::string(const Placeholder&)>& valueOf) {
  std::string out;
  std::size_t at = 0;
  for (const Placeholder& placeholder : config::placeholdersIn(text)) {
    if (!placeholder.name) continue;
    out.append(text, at, placeholder.begin - at).append(valueOf(placeholder));
    at = placeholder.end;
  }
  return out.append(text, at);
}

// Behind scheme, host and port.
std::size_t endOfHost(const std::string& url) {
  const auto scheme = url.find("://");
  return std::min(url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3),
                  url.size());
}

// Dots alone would be a step in a path, which no encoding hides.
bool steps(std::string_view value) {
  return value.find_first_not_of('.') == std::string_view::npos;
}

std::string typeOf(const std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& [name, value] : headers) {
    if (!io::headerIs(name, "Content-Type")) continue;
    std::string type(core::trim(std::string_view(value).substr(0, value.find(';'))));
    std::transform(type.begin(), type.end(), type.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return type;
  }
  return "";
}

}  // namespace

RequestTemplate::Place RequestTemplate::placeOfBody(
    const std::vector<std::pair<std::string, std::string>>& headers, const std::string& body) {
  const std::string type = typeOf(headers);
  // JSON is YAML, and the one form of it that is escaped here (Kubernetes' apply patches).
  for (const char* json : {"/json", "+json", "/yaml", "+yaml"}) {
    if (type.ends_with(json)) return Place::kJson;
  }
  if (type == "application/x-www-form-urlencoded") return Place::kForm;
  if (!type.empty()) return type == "text/plain" ? Place::kPlain : Place::kOther;
  const std::string sample = RequestTemplate(body, Place::kPlain).sample();  // {{pod}} is no JSON
  const std::string_view text = core::trim(sample);
  return text.starts_with('{') || text.starts_with('[') ? Place::kJson : Place::kPlain;
}

std::string RequestTemplate::problem() const {
  const auto placeholders = config::placeholdersIn(text_);
  const auto found = std::find_if(placeholders.begin(), placeholders.end(),
                                  [](const Placeholder& each) { return each.name; });
  if (found == placeholders.end()) return "";
  const std::string first = config::braced(found->inside);
  if (place_ == Place::kAddress && found->begin < endOfHost(text_)) {
    return "takes its host from " + first + " (placeholders stand in path and query alone)";
  }
  if (place_ == Place::kOther) {
    return "holds " + first +
           ", which heald can escape in a body of JSON, a form or text/plain alone (say which by "
           "its Content-Type)";
  }
  return place_ == Place::kJson ? problemOfJson() : "";
}

std::string RequestTemplate::problemOfJson() const {
  if (!nlohmann::json::accept(sample())) {
    return "is no JSON with something in the place of its placeholders (example: "
           "{\"at\": \"{{now}}\"})";
  }
  bool in_string = false;
  std::size_t at = 0;
  for (const Placeholder& placeholder : config::placeholdersIn(text_)) {
    if (!placeholder.name) continue;
    bool after_backslash = false;
    for (; at < placeholder.begin; ++at) {
      if (text_[at] == '"' && !after_backslash) in_string = !in_string;
      after_backslash = text_[at] == '\\' && !after_backslash;
    }
    at = placeholder.end;
    const std::string name = config::braced(placeholder.inside);
    if (!in_string && placeholder.inside != config::kAttemptNumber) {
      return "has " + name + " outside of a string (write \"" + name + "\")";
    }
  }
  return "";
}

std::vector<std::string> RequestTemplate::labels() const {
  std::vector<std::string> labels = config::namesIn(text_);
  std::erase_if(labels, config::isOfTheAttempt);
  return labels;
}

std::string RequestTemplate::sample() const {
  return replaced(text_, [](const Placeholder&) { return "1"; });
}

Result<std::string> RequestTemplate::filled(const ActionRun& run) const {
  std::string missing;
  std::string text = replaced(text_, [&](const Placeholder& placeholder) -> std::string {
    if (placeholder.inside == config::kAttemptNumber) return std::to_string(run.attempt);
    if (placeholder.inside == config::kAttemptTime) {
      return escaped(core::toIso8601(run.now), place_);
    }
    const auto named = [&](const auto& label) { return label.first == placeholder.inside; };
    const auto found = std::find_if(run.labels.begin(), run.labels.end(), named);
    if (found == run.labels.end() || !core::isPlainLabelValue(found->second) ||
        (place_ == Place::kAddress && steps(found->second))) {
      missing = placeholder.inside;
      return "";
    }
    return escaped(found->second, place_);
  });
  if (missing.empty()) return text;
  return Error{ErrorCode::kInvalid,
               "label \"" + missing + "\" is missing or cannot stand there: nothing was sent"};
}

}  // namespace heald::remedies
