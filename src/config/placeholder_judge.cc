#include "config/placeholder_judge.h"

#include <algorithm>

#include "config/wording.h"

namespace heald::config {
namespace {

// "{{.instance}}" and "{{ instance | lower }}" mean one of `labels`.
std::string meantLabel(const Placeholder& placeholder, const std::vector<std::string>& labels) {
  std::string_view word = placeholder.inside;
  while (!word.empty() && (word.front() == '.' || word.front() == '$')) word.remove_prefix(1);
  for (const std::string& label : labels) {
    if (!word.starts_with(label)) continue;
    const std::string_view rest = word.substr(label.size());
    if (rest.empty() || !isPlaceholderName("_" + std::string(1, rest.front()))) return label;
  }
  return "";
}

}  // namespace

void PlaceholderJudge::judgeCheck(Node& check, const Spot& spot) {
  labels_.clear();
  judge(check, spot, Where::kCheck);
}

void PlaceholderJudge::judgeDefaults(Node& defaults, const Spot& spot) {
  labels_.clear();
  for (Node::Entry& entry : defaults.entries) {
    const Spot at = spotOf(spot, entry);
    if (entry.key != "exec") {
      judge(entry.value, at, Where::kDefaults);
      continue;
    }
    for (Node::Entry& option : entry.value.entries) {
      if (option.key != "command") judge(option.value, spotOf(at, option), Where::kDefaults);
    }
  }
}

void PlaceholderJudge::judgeRemedy(Node& remedy, const Spot& spot) {
  labels_.clear();
  if (const Node::Entry* labels = remedy.find("labels")) {
    for (const Node::Entry& entry : labels->value.entries) labels_.push_back(entry.key);
  }
  judgeAction(remedy, spot);
}

void PlaceholderJudge::judgeAction(Node& step, const Spot& spot) {
  for (Node::Entry& entry : step.entries) {
    const Spot at = spotOf(spot, entry);
    Node& value = entry.value;
    if (entry.key == "exec") {
      judgeExec(value, at);
    } else if (entry.key == "http") {
      judgeHttp(value, at);
    } else if (entry.key == "steps") {
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        judgeAction(value.items[i], spotOf(at, value.items[i], i));
      }
    } else if (entry.key != "labels") {  // regular expressions
      judge(value, at, Where::kRemedy);
    }
  }
}

void PlaceholderJudge::judgeExec(Node& exec, const Spot& spot) {
  for (Node::Entry& entry : exec.entries) {
    const Where where = entry.key == "command"       ? Where::kCommand
                        : entry.key == "environment" ? Where::kEnvironment
                                                     : Where::kRemedy;
    judge(entry.value, spotOf(spot, entry), where);
  }
}

void PlaceholderJudge::judgeHttp(Node& http, const Spot& spot) {
  for (Node::Entry& entry : http.entries) {
    const bool filled = entry.key == "url" || entry.key == "body";
    judge(entry.value, spotOf(spot, entry), filled ? Where::kRequest : Where::kHttp);
  }
}

void PlaceholderJudge::judge(Node& node, const Spot& spot, Where where) {
  if (node.type == Node::Type::kText && !node.faulty) {
    const std::string fault = faultOf(node.text, where);
    if (!fault.empty()) values_.report(spot, fault);
    node.faulty = !fault.empty();
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    judge(node.items[i], spotOf(spot, node.items[i], i), where);
  }
  for (Node::Entry& entry : node.entries) judge(entry.value, spotOf(spot, entry), where);
}

std::string PlaceholderJudge::faultOf(const std::string& text, Where where) const {
  if (text.find("{{") == std::string::npos && text.find("$labels") == std::string::npos) return "";
  if (const AlertTemplate found = alertTemplateIn(text); !found.text.empty()) {
    const std::string what =
        quoted(found.text) + " is a template of Prometheus, which heald hands on as it stands ";
    const bool bare = found.text.front() == '$';
    return what + (where == Where::kCommand && bare
                       ? "(write " + braced(found.label) + "; in a shell script $HEALD_LABEL_" +
                             shortened(found.label) + ")"
                       : adviceFor(found.label, where));
  }
  const bool filled = where == Where::kCommand || where == Where::kRequest;
  const std::string open = filled ? openPlaceholderIn(text) : "";
  if (!open.empty()) return quoted(open) + " is not closed (write it with two braces at each end)";
  return faultOfNames(text, where);
}

std::string PlaceholderJudge::faultOfNames(const std::string& text, Where where) const {
  for (const Placeholder& placeholder : placeholdersIn(text)) {
    const std::string name(placeholder.inside);
    if (placeholder.name) {
      if (where == Where::kRequest && isOfTheAttempt(name) && declares(name)) {
        return braced(name) +
               " is the attempt's own here, and a label that the remedy declares (take it out of "
               "labels; the request has it as a header, X-Heald-Label-NAME)";
      }
      // The remedy says what it takes.
      if (where == Where::kCommand || where == Where::kRequest) continue;
      return braced(name) + " is not replaced here " + adviceFor(name, where);
    }
    const std::string label = meantLabel(placeholder, labels_);
    if (label.empty()) continue;
    return quoted(text.substr(placeholder.begin, placeholder.end - placeholder.begin)) +
           " is not replaced " + adviceFor(label, where);
  }
  return "";
}

bool PlaceholderJudge::declares(const std::string& label) const {
  return std::find(labels_.begin(), labels_.end(), label) != labels_.end();
}

std::string PlaceholderJudge::adviceFor(const std::string& label, Where where) const {
  if (label.empty() && (where == Where::kCommand || where == Where::kRequest)) {
    return "(an alert reaches heald with its labels alone; write {{NAME}}, and beside when: "
           "labels: "
           "{NAME: PATTERN})";
  }
  const std::string name = label.empty() ? "NAME" : shortened(label);
  const std::string declared = "labels: {" + name + ": '[a-z0-9.:-]+'}";
  switch (where) {
    case Where::kCheck:
      return "(a check has no labels; " + braced(name) + " is filled by for_each: [{" + name +
             ": VALUE}])";
    case Where::kDefaults:
      return "(a default is no template; write it in the check or remedy that has the for_each)";
    case Where::kCommand:
    case Where::kRequest:
      return declares(label) ? "(write " + braced(name) + ")"
                             : "(write " + braced(name) + ", and beside when: " + declared + ")";
    case Where::kEnvironment:
      return "(the command finds it there already, as HEALD_LABEL_" + name + ")";
    case Where::kHttp:
      return "(placeholders are filled in url and body alone; a request has labels as headers, "
             "X-Heald-Label-NAME)";
    case Where::kRemedy:
      return "(labels are for arguments of exec.command: " + braced(name) +
             "; for_each fills every value)";
  }
  return "";
}

}  // namespace heald::config
