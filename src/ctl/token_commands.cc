#include "ctl/token_commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/role.h"
#include "config/scalars.h"
#include "core/plain_text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"
#include "io/digest.h"
#include "io/file_replacement.h"
#include "io/token.h"
#include "io/user.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

constexpr const char* kTokens = "/api/tokens";

std::string dumpedBody(const ordered_json& body) {
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string durationProblem(const std::string& text) {
  const auto length = config::parseDuration(text);
  return length ? std::string() : text + " " + length.error().message;
}

// Where a new secret goes.
struct Destination {
  std::string file;
  std::string owner;  // "": whoever it belongs to, or this user
};

// The owner and the mode of a file that is replaced stay, unless another owner is named.
Result<io::FileReplacement::Options> optionsFor(const Destination& to) {
  io::FileReplacement::Options options;
  struct stat present {};
  if (::stat(to.file.c_str(), &present) == 0) {
    options.mode = present.st_mode & 0777;
    options.owner = {present.st_uid, present.st_gid};
  }
  if (to.owner.empty()) return options;
  const auto uid = io::userNumber(to.owner);
  if (!uid) return uid.error();
  options.mode = 0600;
  options.owner = {*uid, static_cast<gid_t>(-1)};  // the group is given nothing
  return options;
}

// "role permits of backup, until 2027-02-26T…".
std::string described(const ordered_json& token) {
  std::string text = "role " + textOf(token, "role");
  std::string governors;
  for (const ordered_json& governor : listOf(token, "governors")) {
    governors += (governors.empty() ? " of " : ", ") + printable(governor.get<std::string>());
  }
  const std::string expires = textOf(token, "expiresAt");
  return text + governors + (expires.empty() ? ", without an end" : ", until " + expires);
}

// A secret on its way: to the file first, as a file that cannot be written must cost nobody a
// token.
ExitCode giveSecret(const Console& console, const Destination& to, const std::string& path,
                    ordered_json body, const std::string& name) {
  const auto secret = io::randomToken();
  if (!secret) return console.fail(ExitCode::kRefused, "the system gives no random bytes");
  std::optional<io::FileReplacement> file;
  if (!to.file.empty()) {
    const auto options = optionsFor(to);
    if (!options) return console.fail(ExitCode::kUsage, "--owner: " + options.error().message);
    auto prepared = io::FileReplacement::prepare(to.file, *secret + "\n", *options);
    if (!prepared) return console.fail(ExitCode::kBadFile, prepared.error().message);
    file.emplace(std::move(*prepared));
  }
  body["sha256"] = io::Digest(*secret).hex();
  const Answer answer = console.client.send("POST", path, dumpedBody(body));
  if (!answer.ok()) return console.fail(*answer.failure);
  ordered_json token = ordered_json::parse(answer.body, nullptr, false);
  if (file) {
    if (const auto written = file->commit(); !written) {
      return console.fail(ExitCode::kBadFile,
                          "heald has the token, but " + written.error().message +
                              "; healdctl token rotate " + name + " makes another");
    }
    token["writtenTo"] = to.file;
  } else {
    token["token"] = *secret;
  }
  if (console.as_json) {
    console.out << core::escapedLines(dumpedBody(token)) << "\n";
    return ExitCode::kOk;
  }
  const std::string sentence = "Token " + name + " (" + described(token) + ")";
  if (file) {
    console.out << sentence << " is in " << printable(to.file) << ".\n";
  } else {
    console.out << *secret << "\n" << std::flush;
    console.err << sentence << " is shown this once.\n";
  }
  const std::string until = textOf(token, "replacedGoodUntil");
  if (!until.empty()) console.err << "The one before is good until " << until << ".\n";
  return ExitCode::kOk;
}

Cell stateCell(const ordered_json& token) {
  const std::string state = textOf(token, "state");
  const std::string expires = textOf(token, "expiresAt");
  if (state == "revoked") return {"revoked " + textOf(token, "revokedAt"), Colour::kQuiet};
  if (state == "expired") return {"expired " + expires, Colour::kWarn};
  if (state == "unreadable") return {state, Colour::kWarn};
  return {expires.empty() ? state : state + " until " + expires, Colour::kGood};
}

std::string roleText(const ordered_json& token) {
  std::string text = textOf(token, "role");
  std::string governors;
  for (const ordered_json& governor : listOf(token, "governors")) {
    governors += (governors.empty() ? ": " : ", ") + printable(governor.get<std::string>());
  }
  return text + governors;
}

ExitCode listTokens(const Console& console, std::size_t width) {
  ExitCode code = ExitCode::kOk;
  const auto answer = console.read(kTokens, code);
  if (!answer) return code;
  if (console.as_json) {
    console.out << core::escapedLines(answer->dump()) << "\n";
    return code;
  }
  Table table({"TOKEN", "ROLE", "STATE", "LAST USED", "FROM"});
  for (const ordered_json& token : listOf(*answer, "tokens")) {
    const std::string used = textOf(token, "lastUsedAt");
    const std::string file = textOf(token, "file");
    table.add({{textOf(token, "name"), Colour::kStrong},
               {roleText(token)},
               stateCell(token),
               {used.empty() ? "-" : used},
               {file.empty() ? textOf(token, "createdBy") : file}});
  }
  console.out << table.text(console.colours, width);
  return code;
}

ExitCode revokeToken(const Console& console, const std::string& name) {
  const Answer answer =
      console.client.send("POST", kTokens + ("/" + segment(name)) + "/revoke", "{}");
  if (!answer.ok()) return console.fail(*answer.failure);
  if (console.as_json) {
    console.out << core::escapedLines(answer.body) << "\n";
  } else {
    console.out << "Token " << printable(name) << " is revoked: it is refused from now on.\n";
  }
  return ExitCode::kOk;
}

}  // namespace

struct TokenCommands::Options {
  std::string name;
  std::string role;
  std::vector<std::string> governors;
  std::string expires;
  std::string grace = "1m";
  std::string file;   // where it is written to; "": it is printed
  std::string owner;  // of the file
};

TokenCommands::TokenCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : chosen_(chosen), at_(at), options_(std::make_unique<Options>()) {
  CLI::App* tokens = app.add_subcommand("token", "Who may do what: tokens with a name and a role");
  tokens->require_subcommand(1);
  addCreate(*tokens);
  addList(*tokens);
  addRevoke(*tokens);
  addRotate(*tokens);
}

TokenCommands::~TokenCommands() = default;

void TokenCommands::addCreate(CLI::App& tokens) {
  Options& options = *options_;
  CLI::App* sub = addCommand(
      tokens, chosen_, "create", "Make a token, and print it or write it to a file",
      [&options](const Console& console) {
        if (!options.file.empty() && ::access(options.file.c_str(), F_OK) == 0) {
          return console.fail(ExitCode::kUsage, options.file + " exists; healdctl token rotate " +
                                                    options.name + " --write " + options.file +
                                                    " puts a new one in its place");
        }
        ordered_json body = {{"name", options.name}, {"role", options.role}};
        if (!options.governors.empty()) body["governors"] = options.governors;
        if (!options.expires.empty()) body["expires"] = options.expires;
        return giveSecret(console, {options.file, options.owner}, kTokens, std::move(body),
                          options.name);
      });
  sub->add_option("name", options.name, "Its name, for log and history")->required();
  sub->add_option("--role", options.role, "read, alerts, permits, operate or admin")
      ->required()
      ->check(CLI::IsMember(config::allRoleNames()));
  sub->add_option("--governor", options.governors,
                  "Of the role permits: whose permits may be asked for; may be repeated")
      ->allow_extra_args(false);
  sub->add_option("--expires", options.expires, "How long it is good: 12h, 90d; else until revoked")
      ->check(CLI::Validator(durationProblem, ""));
  CLI::Option* write =
      sub->add_option("--write", options.file, "Write it to this new file, mode 0600");
  sub->add_option("--owner", options.owner, "The user that the file is for")->needs(write);
}

void TokenCommands::addRotate(CLI::App& tokens) {
  Options& options = *options_;
  CLI::App* sub =
      addCommand(tokens, chosen_, "rotate", "Give a token a new secret; name and role stay",
                 [&options](const Console& console) {
                   ordered_json body = ordered_json::object();
                   if (*config::parseDuration(options.grace) > core::Duration{})
                     body["grace"] = options.grace;
                   if (!options.expires.empty()) body["expires"] = options.expires;
                   return giveSecret(console, {options.file, options.owner},
                                     kTokens + ("/" + segment(options.name)) + "/rotate",
                                     std::move(body), options.name);
                 });
  sub->add_option("name", options.name, "Its name")->required();
  sub->add_option("--grace", options.grace, "How long the old secret stays good; 0s: it is leaked")
      ->check(CLI::Validator(durationProblem, ""))
      ->capture_default_str();
  sub->add_option("--expires", options.expires, "How long it is good; else as long as before, anew")
      ->check(CLI::Validator(durationProblem, ""));
  CLI::Option* write = sub->add_option("--write", options.file,
                                       "Put it in the place of this file, with its owner and mode");
  sub->add_option("--owner", options.owner, "The user that the file is for")->needs(write);
}

void TokenCommands::addList(CLI::App& tokens) {
  addCommand(tokens, chosen_, "list", "The tokens, and whether they are good and used",
             [this](const Console& console) {
               return listTokens(console,
                                 at_.terminal ? static_cast<std::size_t>(at_.size.columns) : 0);
             });
}

void TokenCommands::addRevoke(CLI::App& tokens) {
  Options& options = *options_;
  addCommand(tokens, chosen_, "revoke", "End a token, at once",
             [&options](const Console& console) { return revokeToken(console, options.name); })
      ->add_option("name", options.name, "Its name")
      ->required();
}

}  // namespace heald::ctl
