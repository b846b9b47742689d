// The story of heald on a stage of its own, told in about two minutes: scripts/demo.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "demo/guardian.h"
#include "demo/slack_view.h"
#include "demo/stage.h"
#include "support/command.h"

namespace heald::demo {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

const char* const kUsage =
    "usage: scripts/demo [--build DIR] [--fast] [--keep]      (--help says more)\n";

struct Ended : std::exception {};

class Story {
 public:
  Story(Pace pace, bool keep) : pace_(pace), keep_(keep), colour_(::isatty(STDOUT_FILENO)) {}

  void tell() {
    say("Starting a small gateway, heald, Prometheus, Alertmanager and a stub of Slack …");
    Stage stage(pace_);
    stage_ = &stage;
    allIsWell();
    theKeyIsGone();
    healdStops();
    slackSaysSo();
    nothingIsTriedAnyMore();
    aHumanMendsIt();
    slackSaysThatItIsOver();
    theEnd();
  }

 private:
  test::TestDaemon& heald() { return stage_->heald(); }

  void step(const std::string& title) {
    const std::string number = std::to_string(++number_) + ". ";
    std::cout << "\n" << bold(number + title) << "\n";
  }
  void say(const std::string& text) { std::cout << text << std::endl; }
  std::string bold(const std::string& text) const {
    return colour_ ? "\033[1m" + text + "\033[0m" : text;
  }
  // Time to read.
  void pause(seconds time) {
    const auto until = std::chrono::steady_clock::now() + (pace_.fast ? milliseconds(0) : time);
    while (std::chrono::steady_clock::now() < until) nap();
    nap();
  }
  void nap() {
    if (askedToEnd() != 0) throw Ended();
    ::poll(nullptr, 0, pace_.fast ? 5 : 50);  // a signal ends it early
  }
  template <class Condition>
  void await(const std::string& what, Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + seconds(90);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > limit) {
        throw std::runtime_error("waited in vain for " + what + "; the log of heald:\n" +
                                 heald().log());
      }
      nap();
    }
  }
  // heald's operator's tool, as a human would type it, and what it answers.
  void type(const std::vector<std::string>& words) {
    std::vector<std::string> command = {HEALD_BINARY_DIR "/healdctl", "--url", heald().url(),
                                        "--token-file", heald().file("control.token")};
    command.insert(command.end(), words.begin(), words.end());
    std::string typed = "healdctl";
    for (const std::string& word : words) {
      typed += " " + (word.find(' ') == word.npos ? word : "\"" + word + "\"");
    }
    std::cout << "  $ " << bold(typed) << "\n";
    const test::CommandResult said = test::runCommand(command);
    std::istringstream lines(said.output);
    for (std::string line; std::getline(lines, line);) std::cout << "  " << line << "\n";
    if (said.code != 0)
      throw std::runtime_error(typed + " ended with " + std::to_string(said.code));
  }
  json governor() { return heald().governor("self-healing-main"); }

  void allIsWell() {
    step("All is well");
    await("a healthy gateway",
          [&] { return heald().check("llm-gateway").at("health") == "healthy"; });
    say("The check llm-gateway asks the gateway; the remedy restart-gateway may restart it. The "
        "file is the\n"
        "smallest useful one, one check and one remedy, and its times are the defaults divided "
        "by " +
        std::string(pace_.fast ? "1000" : "60: a second\nhere is a minute there") + ".");
    addresses();
    pause(seconds(12));
  }
  void addresses() {
    say("  heald         " + heald().url() + "/api/status");
    say("  its metrics   http://127.0.0.1:" + std::to_string(heald().metricsPort()) + "/metrics");
    say("  Prometheus    " + stage_->prometheusUrl() + "/alerts");
    say("  Alertmanager  " + stage_->alertmanagerUrl());
    say("  the gateway   " + stage_->gatewayUrl());
    say("  Grafana       not here: import dashboards/*.json into yours, with this Prometheus");
  }

  void theKeyIsGone() {
    step("The API key of the gateway is gone");
    stage_->takeKeyAway();
    say("No restart can bring it back. heald does not know that, so it tries; but each failure "
        "makes it more\n"
        "careful: it waits twice as long, the third opens the circuit breaker, the tenth is the "
        "last.");
    await("ten attempts", [&] {
      tellAttempts();
      return attempts_ >= 10;
    });
  }
  bool isDormant() { return governor().at("isDormant").get<bool>(); }
  // From the log: whoever only looks now and then may miss one.
  void tellAttempts() {
    std::istringstream lines(heald().log());
    std::string breaker = "CLOSED";
    int attempt = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.find("\"circuit breaker changed\"") != line.npos) breaker = fieldOf(line, "to");
      if (line.find("\"attempt failed\"") == line.npos || ++attempt <= attempts_) continue;
      attempts_ = attempt;
      say("  attempt " + std::to_string(attempt) + " failed; backoff " + fieldOf(line, "backoff") +
          ", circuit breaker " + breaker);
      tellWarnings();
    }
  }
  static std::string fieldOf(const std::string& line, const std::string& name) {
    const std::size_t begin = line.find(" " + name + "=") + name.size() + 2;
    return line.substr(begin, line.find(' ', begin) - begin);
  }

  void healdStops() {
    step("heald stops by itself");
    await("dormant mode", [&] { return isDormant(); });
    const json dormancy = governor().at("dormancy");
    say("Dormant: " + dormancy.at("reason").get<std::string>() +
        ". Checks go on; healing waits for a human.");
    type({"explain", "self-healing-main"});
    pause(seconds(12));
  }

  void slackSaysSo() {
    step("Slack says so, by way of Prometheus and Alertmanager");
    await("the message", [&] { return find("Critical: Healing has stopped") != nullptr; });
    tellWarnings();
    std::cout << slackView(*find("Critical: Healing has stopped"), colour_);
    pause(seconds(15));
  }

  void nothingIsTriedAnyMore() {
    step("Nothing is tried any more");
    const int before = stage_->restartsOfTheGateway();
    awaitRuns(10);
    say("Ten checks later: " + std::to_string(before) + " restarts before, " +
        std::to_string(stage_->restartsOfTheGateway()) + " now. It would be the same in a year.");
    if (before != 10 || stage_->restartsOfTheGateway() != 10) {
      throw std::runtime_error("there were not ten restarts");
    }
    pause(seconds(4));
  }
  void awaitRuns(int more) {
    const auto runs = [&] { return heald().check("llm-gateway").at("executions").get<int>(); };
    const int until = runs() + more;
    await("checks", [&] { return runs() >= until; });
  }

  void aHumanMendsIt() {
    step("A human mends the cause, and resumes healing with a reason");
    stage_->putKeyBack();
    say("The key is back, but the gateway must be restarted. heald may do that, once it is told:");
    type({"resume", "self-healing-main", "--reason", "the API key is renewed"});
    await("a healthy gateway",
          [&] { return heald().check("llm-gateway").at("health") == "healthy"; });
    await("the success", [&] { return governor().at("consecutiveFailures") == 0; });
    say("One attempt was let through on trial. It helped, so the circuit breaker is closed again:");
    type({"status"});
    pause(seconds(12));
  }

  void slackSaysThatItIsOver() {
    step("Slack says that it is over");
    await("the message", [&] { return find("Resolved: Healing has stopped") != nullptr; });
    std::cout << slackView(*find("Resolved: Healing has stopped"), colour_);
    pause(seconds(5));
  }

  void theEnd() {
    step("That is heald");
    say("11 attempts, 10 of them in vain, 1 message when it stopped, 1 when it went on. What it "
        "counted, for\n"
        "Prometheus: " +
        series("heald_healing_attempts_total") + "\n            " +
        series("heald_dormant_entries_total{governor=\"self-healing-main\",triggered_by="
               "\"automatic\"}"));
    if (!keep_) return;
    say("\nEverything still runs. Enter or Ctrl-C ends it.");
    addresses();
    say("  healdctl      " HEALD_BINARY_DIR "/healdctl --url " + heald().url() + " --token-file " +
        heald().file("control.token") + " status");
    awaitEnter();
  }
  // A read that a signal ends, too: std::getline would go on.
  void awaitEnter() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (::poll(&input, 1, 200) <= 0) nap();
  }
  std::string series(const std::string& begin) {
    const std::string text = "\n" + heald().metrics();
    const auto at = text.find("\n" + begin) + 1;
    return text.substr(at, text.find('\n', at) - at);
  }

  // Warnings in a line each, as they come.
  void tellWarnings() {
    const auto all = stage_->slackMessages();
    for (; warnings_ < all.size(); ++warnings_) {
      const json& attachment = all[warnings_].at("attachments").at(0);
      if (attachment.value("color", "") != "warning") continue;
      say("  Slack, " + all[warnings_].value("channel", "") + ": " + attachment.value("title", ""));
    }
  }
  const json* find(const std::string& title) {
    found_ = stage_->slackMessages();
    for (const json& message : found_) {
      if (message.at("attachments").at(0).value("title", "").starts_with(title)) return &message;
    }
    return nullptr;
  }

  const Pace pace_;
  const bool keep_;
  const bool colour_;
  int attempts_ = 0;  // told of
  Stage* stage_ = nullptr;
  int number_ = 0;
  std::size_t warnings_ = 0;
  std::vector<json> found_;
};

int tell(Pace pace, bool keep) {
  try {
    Story(pace, keep).tell();
    return 0;
  } catch (const Ended&) {
  } catch (const std::exception& problem) {
    if (askedToEnd() == 0) std::cerr << "\nThe demo ended early: " << problem.what() << std::endl;
  }
  return 1;
}

}  // namespace
}  // namespace heald::demo

int main(int argc, char** argv) {
  heald::demo::Pace pace;
  bool keep = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--fast") == 0) {
      pace.fast = true;
    } else if (std::strcmp(argv[i], "--keep") == 0) {
      keep = true;
    } else {
      std::cerr << heald::demo::kUsage;
      return 2;
    }
  }
  return heald::demo::guarded([=] { return heald::demo::tell(pace, keep); });
}
