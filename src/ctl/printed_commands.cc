#include "ctl/printed_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/wording.h"
#include "ctl/completion.h"
#include "ctl/man_pages.h"
#include "ctl/names.h"
#include "io/address.h"

namespace heald::ctl {
namespace {

// A key that is pressed waits for it.
constexpr core::Duration kPatience = std::chrono::seconds(1);

// The URL that the line to complete names, or the environment, or the default.
std::string urlIn(const std::vector<std::string>& words, const Lookup& environment) {
  constexpr std::string_view kOption = "--url=";
  std::string url = environment("HEALD_URL").value_or("");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--url" && i + 1 < words.size()) url = words[i + 1];
    if (words[i].starts_with(kOption)) url = words[i].substr(kOption.size());
  }
  return url.empty() ? ClientOptions{}.url : url;
}

}  // namespace

struct PrintedCommands::Options {
  std::string shell;
  std::vector<std::string> words;
  std::string page;
};

PrintedCommands::PrintedCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : at_(at), options_(std::make_unique<Options>()) {
  addOfflineCommand(app, chosen, "completion", "Print the completion for bash, zsh or fish",
                    [this] {
                      at_.out << completionScript(options_->shell).value_or("");
                      return ExitCode::kOk;
                    })
      ->add_option("shell", options_->shell, "bash: source <(healdctl completion bash)")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  CLI::App* completed = addOfflineCommand(app, chosen, "complete", "What a shell may offer",
                                          [this] { return complete(); });
  completed->add_option("words", options_->words, "The program, and what is typed");
  completed->group("");
  CLI::App* page = addOfflineCommand(app, chosen, "man", "Print a man page, for man -l",
                                     [this] { return printPage(); });
  page->add_option("page", options_->page, "heald.8, healdctl.1 or heald.yml.5")->required();
  page->group("");
}

PrintedCommands::~PrintedCommands() = default;

ExitCode PrintedCommands::complete() const {
  if (options_->words.empty()) return ExitCode::kUsage;
  std::vector<std::string> words(options_->words.begin() + 1, options_->words.end());
  const bool daemon = options_->words[0] == "heald";
  const auto names = [&](const std::string& kind) -> std::vector<std::string> {
    ClientOptions asked;
    asked.url = urlIn(words, at_.environment);
    if (!io::urlProblem(asked.url).empty()) return {};
    asked.timeout = kPatience;
    Client client(std::move(asked));
    return namesOf({client, at_.out, at_.err}, kind);
  };
  for (const Candidate& candidate :
       completionsOf(daemon ? daemonTable() : operatorTable(), words, names)) {
    at_.out << candidate.text << "\t" << candidate.help << "\n";
  }
  return ExitCode::kOk;
}

ExitCode PrintedCommands::printPage() const {
  const auto page = manPage(options_->page);
  if (!page) {
    at_.err << "healdctl: there is no page " << config::quoted(options_->page)
            << " (there are: " << config::joined(manPageNames()) << ")\n";
    return ExitCode::kUsage;
  }
  at_.out << *page;
  return ExitCode::kOk;
}

}  // namespace heald::ctl
