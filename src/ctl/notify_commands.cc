#include "ctl/notify_commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

constexpr const char* kNotifications = "/api/notifications";

std::string numberText(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->dump() : "-";
}

Cell stateCell(const ordered_json& receiver) {
  if (textOf(receiver, "state") == "ok") return {"ok", Colour::kGood};
  return {"failing since " + textOf(receiver, "failingSince"), Colour::kBad};
}

ExitCode list(const Console& console, std::size_t width) {
  ExitCode code = ExitCode::kOk;
  const auto answer = console.read(kNotifications, code);
  if (!answer) return code;
  if (console.as_json) {
    console.out << core::escapedLines(answer->dump()) << "\n";
    return code;
  }
  const auto receivers = listOf(*answer, "receivers");
  if (receivers.empty()) {
    console.out
        << "Nobody is notified: there are no receivers (notifications.receivers in heald.yml).\n";
    return code;
  }
  Table table({"RECEIVER", "KIND", "STATE", "PENDING", "LAST SENT", "REASON"});
  for (const ordered_json& receiver : receivers) {
    const std::string sent = textOf(receiver, "lastSentAt");
    table.add({{textOf(receiver, "name"), Colour::kStrong},
               {textOf(receiver, "kind")},
               stateCell(receiver),
               {numberText(receiver, "pending")},
               {sent.empty() ? "-" : sent},
               {textOf(receiver, "error")}});
  }
  console.out << table.text(console.colours, width);
  return code;
}

// A receiver that did not take it is an error of the command: a script wants to know.
ExitCode test(const Console& console, const std::string& name) {
  ordered_json body = ordered_json::object();
  if (!name.empty()) body["receiver"] = name;
  const Answer answer =
      console.client.send("POST", std::string(kNotifications) + "/test",
                          body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  if (!answer.ok()) return console.fail(*answer.failure);
  const ordered_json said = ordered_json::parse(answer.body, nullptr, false);
  bool all = true;
  for (const ordered_json& receiver : listOf(said, "receivers")) {
    const std::string error = textOf(receiver, "error");
    all = all && error.empty();
    if (console.as_json) continue;
    const std::string receiver_name = printable(textOf(receiver, "name"));
    if (error.empty()) {
      console.out << receiver_name << ": sent\n";
    } else {
      console.err << "healdctl: " << receiver_name << ": not sent: " << printable(error) << "\n";
    }
  }
  if (console.as_json) console.out << core::escapedLines(answer.body) << "\n";
  return all ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace

struct NotifyCommands::Options {
  std::string receiver;
};

NotifyCommands::NotifyCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* notify = app.add_subcommand("notify", "Receivers of notifications");
  notify->require_subcommand(1);
  addCommand(*notify, chosen, "list", "The receivers, and whether messages reach them",
             [&at](const Console& console) {
               return list(console, at.terminal ? static_cast<std::size_t>(at.size.columns) : 0);
             });
  addCommand(*notify, chosen, "test", "Send a test message, and say how that ended",
             [&options](const Console& console) { return test(console, options.receiver); })
      ->add_option("receiver", options.receiver, "One of them; without it all");
}

NotifyCommands::~NotifyCommands() = default;

}  // namespace heald::ctl
