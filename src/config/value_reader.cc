#include "config/value_reader.h"

#include <algorithm>
#include <utility>

#include "config/scalars.h"
#include "config/utf8.h"
#include "config/wording.h"
#include "core/plain_text.h"

namespace heald::config {
namespace {

const char* nameOf(Node::Type type) {
  switch (type) {
    case Node::Type::kNothing:
      return "nothing";
    case Node::Type::kText:
      return "a single value";
    case Node::Type::kList:
      return "a list";
    case Node::Type::kMapping:
      return "a mapping";
  }
  return "";
}

// What can only come in from the environment or by an escape such as "\0".
std::string badCharacter(const std::string& text) {
  if (text.find('\0') != std::string::npos) return "holds a NUL character (remove it)";
  const auto fault = findFault(text);
  return fault && core::characterLength(std::string_view(text).substr(fault->offset)) == 0
             ? "is not UTF-8 (check the environment)"
             : "";
}

// parseInteger knows no rule, and its example may be no value here.
std::string notWhole(const std::string& message, const IntegerRule& rule) {
  const std::size_t example = message.find(" (example: ");
  if (example == std::string::npos) return message;
  return message.substr(0, example) +
         " (example: " + std::to_string(std::clamp(rule.example, rule.min, rule.max)) + ")";
}

// The words of a text as the list that may be meant.
std::string exampleList(const std::string& text) {
  std::string list;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) list += (list.empty() ? "" : ", ") + text.substr(at, end - at);
    at = end + 1;
  }
  const bool plain = text.find_first_of("[]{},:#&*!|>'\"%@`\\\n\t") == std::string::npos;
  return plain && !list.empty() && list.size() <= 60 ? "[" + list + "]" : "[a, b]";
}

// Quotes of a word processor.
bool hasTypographicQuotes(const std::string& text) {
  for (const char* quote :
       {"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99"}) {
    if (text.starts_with(quote)) return true;
  }
  return false;
}

}  // namespace

Spot spotOf(const Spot& mapping, const Node::Entry& entry) {
  if (!entry.value.path.empty()) return {entry.place, entry.value.path};
  const std::string name = shortened(entry.key);
  return {entry.place, mapping.path.empty() ? name : mapping.path + "." + name};
}

Spot spotOf(const Spot& list, const Node& item, std::size_t index) {
  if (!item.path.empty()) return {item.place, item.path};
  return {item.place, list.path + "[" + std::to_string(index) + "]"};
}

void ValueReader::report(const Spot& spot, const std::string& message, const std::string& id) {
  mistakes_ += id.empty() ? 1 : 0;
  const auto [there, added] =
      places_.try_emplace({spot.place, spot.path, message}, reported_.size());
  if (added) {
    reported_.push_back({spot, message, id, 0, spot.place.context, {}, {}});
    return;
  }
  Reported& before = reported_[there->second];
  if (before.spot.place.context != 0 && before.last_context != spot.place.context) ++before.more;
  before.last_context = spot.place.context;
}

void ValueReader::reportUnless(const std::string& path, const Spot& spot,
                               const std::string& message, const std::string& name) {
  const std::size_t before = reported_.size();
  report(spot, message);
  if (reported_.size() == before) return;
  reported_.back().unless = path;
  reported_.back().name = name;
}

// Whether something is there and could not be read: the key at this path, or a name in this list.
bool ValueReader::unreadable(const std::string& path, const std::string& name) const {
  const auto concerns = [&](const std::string& wrong) {
    if (wrong == path) return true;
    if (!wrong.starts_with(path + "[")) return false;
    const std::string below = wrong.substr(std::min(wrong.find(']'), wrong.size() - 1) + 1);
    const auto text = rejected_.find(wrong);
    if (below == ".name" && text != rejected_.end()) return text->second == name;
    return below.empty() || below == ".name" || below.starts_with(".for_each");
  };
  const auto reported = [&](const Reported& mistake) {
    return mistake.id.empty() && mistake.unless != path && concerns(mistake.spot.path);
  };
  return std::any_of(suspected_.begin(), suspected_.end(), concerns) ||
         std::any_of(reported_.begin(), reported_.end(), reported);
}

void ValueReader::reportDuplicates(const Node& mapping, const Spot& spot) {
  std::map<std::string_view, Place> first;
  for (const Node::Entry& entry : mapping.entries) {
    const auto [there, added] = first.emplace(entry.key, entry.place);
    if (added) continue;
    const std::string where = there->second.file == entry.place.file
                                  ? "in line " + std::to_string(there->second.line)
                                  : "in " + sources_.textOf(there->second);
    report(spotOf(spot, entry), "stands here twice, first " + where + " (keep one of the two)");
  }
}

std::vector<Problem> ValueReader::all(bool warnings) const {
  std::vector<Problem> problems;
  for (const auto& [spot, message, id, more, last, unless, name] : reported_) {
    if (id.empty() == warnings || (!unless.empty() && unreadable(unless, name))) continue;
    std::string text = message;
    if (const std::string& context = sources_.contextOf(spot.place); !context.empty()) {
      text += "; " + context;
      if (more > 0) text += ", and " + std::to_string(more) + " more";
    }
    problems.push_back({sources_.fileOf(spot.place), spot.place, spot.path, std::move(text), id});
  }
  return problems;
}

bool ValueReader::isType(const Node& node, const Spot& spot, Node::Type type,
                         const char* expected) {
  if (node.faulty) return false;
  if (node.type == type) return true;
  if (node.type == Node::Type::kNothing) {
    report(spot, std::string("has no value (give it ") + expected + ", or remove the key)");
  } else {
    report(spot, std::string("is ") + nameOf(node.type) + " (it has to be " + expected + ")");
  }
  return false;
}

bool ValueReader::isList(const Node& node, const Spot& spot, const ListRule& rule) {
  const bool mapping = node.type == Node::Type::kMapping;
  const std::string key = keys_ != nullptr && !mapping ? keys_->firstKey(spot.path + "[0]") : "";
  const std::string expected = mapping       ? "a list: begin each item with \"- \""
                               : key.empty() ? "a list, as in " + exampleList(node.text)
                                             : "a list, as in [{" + key + ": …}]";
  if (!isType(node, spot, Node::Type::kList, expected.c_str())) return false;
  if (!node.items.empty() || rule.empty_allowed) return true;
  report(spot, "is an empty list (give it at least one item, or remove the key)");
  return false;
}

bool ValueReader::isMapping(const Node& node, const Spot& spot) {
  const bool told = keys_ != nullptr && node.type != Node::Type::kMapping;
  const std::string key = told ? keys_->firstKey(spot.path) : "";
  const std::string named = told && key.empty() ? keys_->firstKey(spot.path + ".NAME") : "";
  const std::string expected = "a mapping, as in {" +
                               (!key.empty()     ? key + ": …"
                                : !named.empty() ? "NAME: {" + named + ": …}"
                                                 : "NAME: VALUE") +
                               "}";
  return isType(node, spot, Node::Type::kMapping, expected.c_str());
}

std::optional<ValueReader::Scalar> ValueReader::scalar(const Node& node, const Spot& spot,
                                                       const char* expected) {
  if (!isType(node, spot, Node::Type::kText, expected)) return std::nullopt;
  Result<std::string> expanded = expand(node.text, environment_);
  if (!expanded) {
    report(spot, expanded.error().message);
    return std::nullopt;
  }
  const bool changed = *expanded != node.text;
  Scalar result{std::move(*expanded), quoted(node.text), !node.quoted || changed};
  if (changed) result.shown += " (from the environment)";
  if (const std::string wrong = badCharacter(result.text); !wrong.empty()) {
    report(spot, result.shown + " " + wrong);
    return std::nullopt;
  }
  return result;
}

std::optional<std::string> ValueReader::text(const Node& node, const Spot& spot,
                                             const TextRule& rule) {
  std::optional<Scalar> value = scalar(node, spot, rule.form);
  if (!value) return std::nullopt;
  const auto& allowed = rule.one_of;
  std::string wrong;
  if (value->text.empty() && !rule.empty_allowed) {
    wrong = "is empty (give it a value, or remove the key)";
  } else if (!allowed.empty() &&
             std::find(allowed.begin(), allowed.end(), value->text) == allowed.end()) {
    wrong = "is not one of its values " + suggestion(value->text, allowed);
  } else if (rule.check) {
    wrong = rule.check(value->text);
  }
  if (wrong.empty()) return std::move(value->text);
  if (hasTypographicQuotes(value->text)) wrong = "has typographic quotes (use plain ones: \" or ')";
  report(spot, value->shown + " " + wrong);
  rejected_.emplace(spot.path, std::move(value->text));
  return std::nullopt;
}

bool ValueReader::checkTyped(const Scalar& scalar, const Spot& spot, const char* noun) {
  if (!scalar.typed) {
    report(spot, scalar.shown + " is a text, not " + noun + " (remove the quotes)");
  }
  return scalar.typed;
}

std::optional<bool> ValueReader::boolean(const Node& node, const Spot& spot) {
  const auto value = scalar(node, spot, "true or false");
  if (!value || !checkTyped(*value, spot, "a boolean")) return std::nullopt;
  const Result<bool> read = parseBoolean(value->text);
  if (read) return *read;
  report(spot, value->shown + " " + read.error().message);
  return std::nullopt;
}

std::optional<int> ValueReader::integer(const Node& node, const Spot& spot,
                                        const IntegerRule& rule) {
  const auto value = scalar(node, spot, "a whole number");
  if (!value || !checkTyped(*value, spot, "a number")) return std::nullopt;
  const Result<long> read = parseInteger(value->text);
  if (read && *read >= rule.min && *read <= rule.max) return static_cast<int>(*read);
  const bool number = read || read.error().code == ErrorCode::kLimit;
  report(spot, value->shown + " " +
                   (number ? "is out of range (" + std::to_string(rule.min) + " to " +
                                 std::to_string(rule.max) + ")"
                           : notWhole(read.error().message, rule)));
  return std::nullopt;
}

std::optional<core::Duration> ValueReader::duration(const Node& node, const Spot& spot,
                                                    const DurationRule& rule) {
  const auto value = scalar(node, spot, "a duration, as in 5s");
  if (!value) return std::nullopt;
  const Result<core::Duration> read = parseDuration(value->text);
  std::string wrong;
  if (!read) {
    wrong = read.error().message;
  } else if (*read == core::Duration::zero() && !rule.zero_allowed) {
    wrong = "is zero (it has to be longer; examples: 5s, 10m)";
  } else if (*read > rule.max) {
    wrong = "is too long (at most " + durationText(rule.max) + ")";
  }
  if (wrong.empty()) return *read;
  report(spot, value->shown + " " + wrong);
  return std::nullopt;
}

}  // namespace heald::config
