#include "ctl/watch.h"

#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/status_text.h"
#include "ctl/table.h"
#include "ctl/terminal.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

std::string clockNow() {
  return core::toIso8601(
      std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now()));
}

class View {
 public:
  explicit View(const Console& console) : console_(console) {}

  std::string look() {
    const Answer answer = console_.client.get("/api/status");
    const auto status = ordered_json::parse(answer.ok() ? answer.body : "", nullptr, false);
    if (objectOf(status, "selfHealing").is_object()) {
      away_since_.clear();
      last_ = statusText(status, console_.colours);
    } else if (away_since_.empty()) {
      away_since_ = clockNow();
    }
    return title(answer) + "\n\n" + last_;
  }

 private:
  std::string title(const Answer& answer) const {
    const std::string about = console_.client.url() + "  " + clockNow() + "  (q leaves)";
    if (away_since_.empty()) return painted(about, Colour::kQuiet, console_.colours);
    const std::string why = answer.failure ? answer.failure->message : "what answers is not heald";
    return painted("not reachable since " + away_since_, Colour::kBad, console_.colours) + ": " +
           printable(why);
  }

  const Console& console_;
  std::string away_since_;
  std::string last_;
};

bool leaves(const Screen::Event& event) {
  return event.key == 'q' || event.key == 'Q' || event.hung_up || event.signal != 0;
}

}  // namespace

std::string watchProblem(const Lookup& environment) {
  const std::string term = environment("TERM").value_or("");
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
    return "watch needs a terminal on stdin and stdout; use: healdctl status";
  }
  if (term.empty() || term == "dumb") {
    return "watch cannot draw on this terminal (TERM=" + term + "); use: healdctl status";
  }
  return "";
}

int watch(const Console& console, core::Duration interval) {
  Screen screen;
  View view(console);
  for (;;) {
    std::string text = view.look();
    const auto next = std::chrono::steady_clock::now() + interval;
    screen.show(text);
    for (auto left = interval; left > core::Duration::zero();
         left = next - std::chrono::steady_clock::now()) {
      const Screen::Event event = screen.wait(left);
      if (leaves(event)) return event.signal == 0 ? 0 : 128 + event.signal;
      if (event.resized) screen.show(text);
      if (event.key == ' ') break;
    }
  }
}

}  // namespace heald::ctl
