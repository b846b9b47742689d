#include <nlohmann/json.hpp>
#include <vector>

#include "core/plain_text.h"
#include "ctl/console.h"
#include "ctl/json_access.h"
#include "ctl/names.h"
#include "io/uri.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr const char* kReload = "/-/reload";

// What a refusal of this call means here: which name was meant, and that it was the file.
Failure explained(const Console& console, Failure failure, const std::string& path) {
  if (path == kReload && failure.code == ExitCode::kUsage) failure.code = ExitCode::kBadFile;
  const auto segments = io::splitPath(path);
  if (!segments || segments->size() < 3) return failure;
  for (const auto& [plural, kind] :
       std::initializer_list<std::pair<const char*, const char*>>{{"governors", "governor"},
                                                                  {"checks", "check"},
                                                                  {"remedies", "remedy"},
                                                                  {"flags", "flag"}}) {
    if ((*segments)[1] == plural) {
      return withSuggestion(console, std::move(failure), kind, (*segments)[2]);
    }
  }
  return failure;
}

// "  main: backoff for another 5m after 4 consecutive failures\n    healdctl retry …".
std::string inTheWay(const ordered_json& answer) {
  std::string text;
  for (const ordered_json& one : listOf(answer, "stillInTheWay")) {
    const std::string command = textOf(one, "command");
    text += "  " + textOf(one, "governor") + ": " + textOf(one, "message") + "\n" +
            (command.empty() ? "" : "    " + command + "\n");
  }
  return text.empty() ? "" : "Still in the way of the next attempt:\n" + text;
}

// Says what happened when the daemon agreed. `sentence` is given the daemon's own message.
template <class Sentence>
ExitCode change(const Console& console, const std::string& method, const std::string& path,
                const ordered_json& body, Sentence sentence) {
  const Answer answer = console.client.send(
      method, path, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  if (!answer.ok()) return console.fail(explained(console, *answer.failure, path));
  if (console.as_json) {
    console.out << core::escapedLines(answer.body) << "\n";
    return ExitCode::kOk;
  }
  const auto value = ordered_json::parse(answer.body, nullptr, false);
  console.out << sentence(textOf(value, "message")) << "\n" << inTheWay(value);
  return ExitCode::kOk;
}

// "resume: a, b" -> "a, b": the names that the daemon's answer to a call for all ends with.
std::string namesIn(const std::string& message) {
  const auto colon = message.find(": ");
  return colon == std::string::npos ? "all governors" : message.substr(colon + 2);
}

// Finds the one governor that was meant without being named.
struct Choice {
  std::string name;
  ExitCode code = ExitCode::kOk;
};

Choice only(const Console& console, const Names& names, const std::string& kind) {
  if (names.size() == 1) return {names.front()};
  if (names.empty()) {
    return {"", console.fail(ExitCode::kRefused, "there is no " + kind)};
  }
  return {"", console.fail(ExitCode::kUsage,
                           "there is more than one " + kind + ", name one: " + someOf(names))};
}

Choice onlyDormant(const Console& console) {
  ExitCode code = ExitCode::kOk;
  console.client.goToLeader();
  const auto status = console.read("/api/status", code);
  if (!status) return {"", code};
  Names names;
  for (const ordered_json& governor : listOf(*status, "circuitBreakers")) {
    if (flagOf(governor, "isDormant")) names.push_back(textOf(governor, "name"));
  }
  return only(console, names, "dormant governor");
}

Choice onlyGovernor(const Console& console) {
  ExitCode code = ExitCode::kOk;
  const auto answer = console.read("/api/governors", code);
  if (!answer) return {"", code};
  Names names;
  for (const ordered_json& governor : listOf(*answer, "governors")) {
    names.push_back(textOf(governor, "name"));
  }
  return only(console, names, "governor");
}

std::string pathOf(const std::string& governor, const std::string& action) {
  return "/api/governors/" + segment(governor) + "/" + action;
}

}  // namespace

ExitCode resume(const Console& console, const Target& target, const std::string& reason) {
  const ordered_json body = {{"reason", reason}};
  if (target.all) {
    return change(console, "POST", "/api/resume", body, [](const std::string& message) {
      return "Active again: " + namesIn(message) + ".";
    });
  }
  const Choice choice = target.name.empty() ? onlyDormant(console) : Choice{target.name};
  if (choice.code != ExitCode::kOk) return choice.code;
  return change(console, "POST", pathOf(choice.name, "resume"), body, [&](const std::string&) {
    return "Governor " + choice.name + " is active again.";
  });
}

ExitCode enterDormant(const Console& console, const Target& target, const std::string& reason) {
  const ordered_json body = {{"reason", reason}};
  constexpr const char* kNothing = ": nothing is tried until a human resumes it.";
  if (target.all) {
    return change(console, "POST", "/api/dormant", body, [&](const std::string& message) {
      return "Dormant: " + namesIn(message) + "; nothing is tried until a human resumes them.";
    });
  }
  const Choice choice = target.name.empty() ? onlyGovernor(console) : Choice{target.name};
  if (choice.code != ExitCode::kOk) return choice.code;
  return change(console, "POST", pathOf(choice.name, "dormant"), body, [&](const std::string&) {
    return "Governor " + choice.name + " is dormant" + kNothing;
  });
}

ExitCode reset(const Console& console, const std::string& name, bool force) {
  const Choice choice = name.empty() ? onlyGovernor(console) : Choice{name};
  if (choice.code != ExitCode::kOk) return choice.code;
  const ordered_json body = {{"force", force}};
  return change(console, "POST", pathOf(choice.name, "reset"), body, [&](const std::string&) {
    return "The circuit breaker of governor " + choice.name + " is CLOSED.";
  });
}

ExitCode retry(const Console& console, const std::string& name, const std::string& reason) {
  const Choice choice = name.empty() ? onlyGovernor(console) : Choice{name};
  if (choice.code != ExitCode::kOk) return choice.code;
  const ordered_json body = {{"reason", reason}};
  return change(console, "POST", pathOf(choice.name, "retry"), body, [&](const std::string&) {
    return "Governor " + choice.name + " waits no longer: what is wanted under it starts now.";
  });
}

ExitCode setFlag(const Console& console, const std::string& name, bool enabled,
                 const std::string& reason) {
  const ordered_json body = {{"enabled", enabled}, {"reason", reason}};
  return change(console, "PUT", "/api/flags/" + segment(name), body,
                [](const std::string& message) { return "The flag " + message + "."; });
}

ExitCode reloadConfiguration(const Console& console) {
  return change(console, "POST", kReload, ordered_json::object(),
                [](const std::string&) { return "The configuration is reloaded."; });
}

ExitCode runCheck(const Console& console, const std::string& name) {
  return change(console, "POST", "/api/checks/" + segment(name) + "/run", ordered_json::object(),
                [&](const std::string&) {
                  return "Check " + name + " is run now; healdctl status shows its result.";
                });
}

ExitCode runRemedy(const Console& console, const std::string& name) {
  return change(console, "POST", "/api/remedies/" + segment(name) + "/run", ordered_json::object(),
                [&](const std::string&) {
                  return "Remedy " + name +
                         " is wanted; it starts unless its check turns out to be healthy.";
                });
}

namespace {

std::string pausePath(const Target& target, const char* action) {
  return target.all ? std::string("/api/") + action
                    : "/api/remedies/" + segment(target.name) + "/" + action;
}

std::string asSentence(std::string message) {
  if (!message.empty() && message[0] >= 'a' && message[0] <= 'z') {
    message[0] = static_cast<char>(message[0] - 'a' + 'A');
  }
  return message + ".";
}

ExitCode needsTarget(const Console& console) {
  return console.fail(ExitCode::kUsage, "name a remedy, or say --all");
}

}  // namespace

ExitCode pause(const Console& console, const Target& target, const std::string& length,
               const std::string& reason) {
  if (target.name.empty() && !target.all) return needsTarget(console);
  return change(console, "POST", pausePath(target, "pause"), {{"for", length}, {"reason", reason}},
                asSentence);
}

ExitCode unpause(const Console& console, const Target& target) {
  if (target.name.empty() && !target.all) return needsTarget(console);
  return change(console, "POST", pausePath(target, "unpause"), ordered_json::object(), asSentence);
}

namespace {

std::string approvalPath(const ToApprove& what, const char* action) {
  return (what.permit ? "/api/governors/" : "/api/remedies/") + segment(what.name) + "/" + action;
}

ordered_json approvalBody(const ToApprove& what) {
  ordered_json body = ordered_json::object();
  if (!what.target.empty()) body["target"] = what.target;
  if (what.step > 0) body["step"] = what.step;
  return body;
}

}  // namespace

ExitCode approve(const Console& console, const ToApprove& what, const std::string& reason) {
  ordered_json body = approvalBody(what);
  body["reason"] = reason;
  if (!what.length.empty()) body["for"] = what.length;
  return change(console, "POST", approvalPath(what, "approve"), body,
                [](const std::string& message) {  // what is in the way has lines of its own
                  return asSentence(message.substr(0, message.find("; still in the way: ")));
                });
}

ExitCode unapprove(const Console& console, const ToApprove& what) {
  return change(console, "POST", approvalPath(what, "unapprove"), approvalBody(what), asSentence);
}

}  // namespace heald::ctl
