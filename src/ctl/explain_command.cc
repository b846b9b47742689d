#include "ctl/explain_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/plain_text.h"
#include "ctl/explanation_text.h"
#include "ctl/json_access.h"
#include "ctl/names.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using Names = std::vector<std::string>;

struct Meant {
  std::string sentence;  // what the name is, and which governors decide about it
  Names governors;
};

void addOnce(Names& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string listed(const Names& names) {
  std::string text = names.size() == 1 ? "governor " : "governors ";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text;
}

// Where alerts choose a target, each target has a governor of its own.
void addGovernorsOf(const ordered_json& remedy, Names& governors) {
  for (const ordered_json& target : listOf(remedy, "targets")) {
    addOnce(governors, textOf(target, "governor"));
  }
  if (listOf(remedy, "targets").empty()) addOnce(governors, textOf(remedy, "governor"));
}

Meant asRemedy(const ordered_json& remedies, const std::string& name) {
  for (const ordered_json& remedy : remedies) {
    if (textOf(remedy, "name") != name) continue;
    Meant meant;
    addGovernorsOf(remedy, meant.governors);
    meant.sentence = "Remedy " + name + " is under " + listed(meant.governors) + ".";
    return meant;
  }
  return {};
}

Meant asCheck(const ordered_json& remedies, const std::string& name) {
  Meant meant;
  std::string of;
  for (const ordered_json& remedy : remedies) {
    if (textOf(remedy, "check") != name) continue;
    of += (of.empty() ? "" : ", ") + textOf(remedy, "name");
    addGovernorsOf(remedy, meant.governors);
  }
  if (!of.empty()) {
    meant.sentence =
        "Check " + name + " is healed by " + of + " under " + listed(meant.governors) + ".";
  }
  return meant;
}

Meant asTarget(const ordered_json& remedies, const std::string& name) {
  Meant meant;
  std::string of;
  for (const ordered_json& remedy : remedies) {
    for (const ordered_json& target : listOf(remedy, "targets")) {
      if (textOf(target, "target") != name) continue;
      of += (of.empty() ? "" : ", ") + textOf(remedy, "name");
      addOnce(meant.governors, textOf(target, "governor"));
    }
  }
  if (!of.empty()) {
    meant.sentence = "Target " + name + " of " + of + " is under " + listed(meant.governors) + ".";
  }
  return meant;
}

Meant meantBy(const ordered_json& remedies, const std::string& name) {
  for (const auto as : {asRemedy, asCheck, asTarget}) {
    Meant meant = as(remedies, name);
    if (!meant.governors.empty()) return meant;
  }
  return {};
}

std::string pathOf(const std::string& governor) {
  return "/api/governors/" + segment(governor) + "/explain";
}

ExitCode show(const Console& console, const Answer& answer, std::size_t width) {
  if (!answer.ok()) return console.fail(*answer.failure);
  const auto explanation = ordered_json::parse(answer.body, nullptr, false);
  if (listOf(explanation, "guards").empty()) {
    return console.fail(ExitCode::kUnreachable,
                        "what answers at " + console.client.url() + " is not heald");
  }
  console.out << (console.as_json ? core::escapedLines(answer.body) + "\n"
                                  : explanationText(explanation, console.colours, width));
  return ExitCode::kOk;
}

ExitCode failUnknown(const Console& console, const std::string& name) {
  const Names checks = namesOf(console, "check");
  if (std::find(checks.begin(), checks.end(), name) != checks.end()) {
    return console.fail(ExitCode::kNotFound,
                        "check \"" + name + "\" has no remedy, so no governor decides about it");
  }
  Names known = namesOf(console, "governor");
  for (const char* kind : {"remedy", "check"}) {
    for (std::string& more : namesOf(console, kind)) addOnce(known, more);
  }
  return console.fail(ExitCode::kNotFound, unknownName("governor, remedy or check", name, known));
}

}  // namespace

ExitCode explain(const Console& console, const std::string& name, std::size_t width) {
  console.client.goToLeader();
  const Answer answer = console.client.get(pathOf(name));
  if (answer.ok() || answer.failure->code != ExitCode::kNotFound)
    return show(console, answer, width);
  ExitCode code = ExitCode::kOk;
  const auto remedies = console.read("/api/remedies", code);
  if (!remedies) return code;
  const Meant meant = meantBy(listOf(*remedies, "remedies"), name);
  if (meant.governors.empty()) return failUnknown(console, name);
  if (!console.as_json) console.out << meant.sentence << "\n";
  for (const std::string& governor : meant.governors) {
    if (!console.as_json) console.out << "\n";
    code = show(console, console.client.get(pathOf(governor)), width);
    if (code != ExitCode::kOk) return code;
  }
  return ExitCode::kOk;
}

}  // namespace heald::ctl
