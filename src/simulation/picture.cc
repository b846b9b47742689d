#include "simulation/picture.h"

#include <algorithm>
#include <map>
#include <utility>

#include "config/scalars.h"
#include "core/text.h"
#include "simulation/canvas.h"
#include "simulation/picture_marks.h"
#include "simulation/picture_style.h"
#include "simulation/rows.h"
#include "simulation/time_axis.h"

namespace heald::simulation {
namespace {

using core::BreakerState;
using core::Duration;

constexpr std::size_t kName = 20;   // characters left of a lane
constexpr std::size_t kLine = 140;  // characters of a whole line
constexpr double kRow = 18;         // height of a row of attempts
constexpr std::size_t kMostRows = 8;
constexpr std::size_t kMostMissed = 20;

std::string nameOf(const AttemptMade& made) {
  const std::string attempt = "attempt " + std::to_string(made.attempt);
  return made.remedy.empty()
             ? attempt + " with a permit"
             : attempt + " of " + made.remedy + ", step " + std::to_string(made.step);
}

class Painter : private Canvas {
 public:
  Painter(const Record& record, const std::string& title)
      : Canvas(TimeAxis(momentsOf(record), record.run_for)), record_(record) {
    text(20, 30, "title", title);
    y_ = 48;
    marks();
    const double lanes = y_;
    checks();
    governors();
    missedLane();
    axis();
    lines_ = markLines(lanes, y_ - 34) + missedLines(lanes, y_ - 34);
    missedList();
    legend();
  }

  std::string document() const {
    const std::string size = number(kWidth) + " " + number(y_);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
           number(kWidth) + "\" height=\"" + number(y_) + "\" role=\"img\">\n" + kStyle +
           "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" + body_ + lines_ + attempts_ +
           "</svg>\n";
  }

 private:
  using Points = std::vector<GovernorPoint>;

  static std::vector<Duration> momentsOf(const Record& record) {
    std::vector<Duration> moments;
    for (const AttemptMade& made : record.attempts) {
      moments.push_back(made.started);
      if (made.ended) moments.push_back(*made.ended);
    }
    for (const GovernorPoint& point : record.governors) {
      moments.push_back(point.at);
      if (point.breaker == BreakerState::kOpen) moments.push_back(point.open_until);
    }
    for (const HealthPoint& point : record.healths) moments.push_back(point.at);
    for (const Verdict& verdict : record.verdicts) {
      if (!verdict.ok) moments.push_back(verdict.at);
    }
    for (const Entry& entry : record.entries) {
      if (entry.scripted) moments.push_back(entry.at);
    }
    return moments;
  }

  std::map<std::string, std::vector<HealthPoint>> byCheck() const {
    std::map<std::string, std::vector<HealthPoint>> lanes;
    for (const HealthPoint& point : record_.healths) lanes[point.check].push_back(point);
    return lanes;
  }

  std::map<std::string, Points> byGovernor() const {
    std::map<std::string, Points> blocks;
    for (const GovernorPoint& point : record_.governors) blocks[point.governor].push_back(point);
    return blocks;
  }

  // What the scenario did, above everything, in as many lines as it needs.
  void marks() {
    std::vector<double> free_from(4, 0);
    double lines = 0;
    for (const Mark& mark : marksOf(record_)) {
      const double at = x(mark.at);
      const std::string label = mark.label(cut(mark.message, 34));
      const double width = kPerCharacter * static_cast<double>(label.size());
      const bool left = at + width > kWidth - 10;
      for (std::size_t line = 0; line < free_from.size(); ++line) {
        if (free_from[line] > (left ? at - width : at)) continue;
        const double y = y_ + 14 + 15 * static_cast<double>(line);
        text(at + (left ? -4 : 4), y, left ? "marked end" : "marked", label, mark.message);
        free_from[line] = left ? at + 8 : at + width + 14;
        lines = std::max(lines, static_cast<double>(line + 1));
        break;
      }
    }
    y_ += 15 * lines + 8;
  }

  std::string markLines(double from, double to) const {
    std::string lines;
    for (const Mark& mark : marksOf(record_)) {
      const std::string at = number(x(mark.at));
      lines += "<line class=\"mark\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"" +
               number(from - 20) + "\" y2=\"" + number(to) + "\"/>\n";
    }
    return lines;
  }

  // A row for each check that was ever anything but healthy, and a line for the others.
  void checks() {
    const auto lanes = byCheck();
    std::vector<std::string> quiet;
    for (const auto& [check, points] : lanes) {
      if (std::all_of(points.begin(), points.end(),
                      [](const HealthPoint& point) { return point.health == "healthy"; })) {
        quiet.push_back(check);
      }
    }
    if (quiet.size() < 2) quiet.clear();
    for (const auto& [check, points] : lanes) {
      if (!contains(quiet, check)) health(check, points);
    }
    fold(quiet, "checks were healthy all the time");
  }

  void governors() {
    const auto blocks = byGovernor();
    std::vector<std::string> quiet;
    for (const auto& [governor, points] : blocks) {
      if (isQuiet(governor, points)) quiet.push_back(governor);
    }
    if (quiet.size() < 2) quiet.clear();
    for (const auto& [governor, points] : blocks) {
      if (!contains(quiet, governor)) block(governor, points);
    }
    fold(quiet, "governors had nothing to do");
  }

  static bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  bool isQuiet(const std::string& governor, const Points& points) const {
    const auto of = [&](const AttemptMade& made) { return made.governor == governor; };
    const auto calm = [](const GovernorPoint& point) {
      return !point.dormant && point.breaker == BreakerState::kClosed &&
             point.consecutive_failures == 0;
    };
    return std::none_of(record_.attempts.begin(), record_.attempts.end(), of) &&
           std::all_of(points.begin(), points.end(), calm);
  }

  void fold(const std::vector<std::string>& quiet, const std::string& what) {
    if (quiet.empty()) return;
    std::string names;
    for (const std::string& name : quiet) names += (names.empty() ? "" : ", ") + name;
    const std::string line = std::to_string(quiet.size()) + " " + what + ": " + names;
    text(20, y_ + 11, "small", line.size() > kLine ? cut(line, kLine) : line, names);
    y_ += 22;
  }

  void health(const std::string& check, const std::vector<HealthPoint>& points) {
    text(20, y_ + 11, "name", cut(check, kName), check);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Duration to = i + 1 < points.size() ? points[i + 1].at : record_.run_for;
      const std::string& word = points[i].health;
      band(points[i].at, to, y_ + 2, 11, word,
           check + " is " + (word == "warning" ? "in warning" : word));
    }
    y_ += 22;
  }

  void block(const std::string& governor, const Points& points) {
    const std::size_t at = body_.size();
    const std::size_t rows = attempts(governor);
    shift_ = kRow * static_cast<double>(std::max<std::size_t>(rows, 1) - 1);
    const std::string drawn = body_.substr(at);
    body_.resize(at);
    body_ += "<rect class=\"card\" x=\"10\" y=\"" + number(y_) + "\" width=\"" +
             number(kWidth - 20) + "\" height=\"" + number(96 + shift_) + "\" rx=\"8\"/>\n";
    text(20, y_ + 20, "name", cut(governor, kName), governor);
    text(20, y_ + 40, "small", "attempts");
    text(20, y_ + 64 + shift_, "small", "backoff");
    text(20, y_ + 84 + shift_, "small", "breaker");
    dormancy(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Duration to = i + 1 < points.size() ? points[i + 1].at : record_.run_for;
      breaker(points[i], to);
      wait(points[i], to);
    }
    attempts_ += drawn;
    y_ += 108 + shift_;
  }

  // Each in a row where it covers no other; how many rows there are. What finds no room in many is
  // counted.
  std::size_t attempts(const std::string& governor) {
    Rows rows(kMostRows);
    Rows counts(1);
    std::vector<std::pair<double, std::size_t>> more;
    for (const AttemptMade& made : record_.attempts) {
      if (made.governor != governor) continue;
      const double from = x(made.started);
      const double to = std::max(from, made.ended ? x(*made.ended) : from);
      if (const auto row = rows.place(from - 9, to + 9)) {
        attempt(made, *row);
      } else if (counts.place(from - 14, from + 14)) {
        more.emplace_back(from, 1);
      } else {
        ++more.back().second;
      }
    }
    for (const auto& [at, count] : more) {
      text(at, y_ + 40 + kRow * static_cast<double>(kMostRows), "small mid",
           "+" + std::to_string(count), std::to_string(count) + " more attempts");
    }
    return rows.used() + (more.empty() ? 0 : 1);
  }

  void dormancy(const Points& points) {
    constexpr double kLabel = 84;
    double free_from = kLeft - 20;  // behind the name of the governor
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!points[i].dormant || (i > 0 && points[i - 1].dormant)) continue;
      std::size_t end = i;
      while (end < points.size() && points[end].dormant) ++end;
      const Duration to = end < points.size() ? points[end].at : record_.run_for;
      band(points[i].at, to, y_ + 6, 84 + shift_, "dormant", "dormant");
      // In its middle, or where it has room beside it.
      const double middle = (x(points[i].at) + x(to)) / 2;
      const double most = kWidth - 16 - kLabel;
      const double left = std::max(free_from, std::min(middle - kLabel / 2, most));
      if (left > most) continue;  // the legend has its colour
      text(left + kLabel / 2, y_ + 22, "dormantname mid", "DORMANT", "dormant");
      free_from = left + kLabel + 8;
    }
  }

  void breaker(const GovernorPoint& point, Duration to) {
    const auto draw = [&](Duration from, Duration until, BreakerState state) {
      band(from, until, y_ + 74 + shift_, 12, std::string(toString(state)),
           std::string(toString(state)));
    };
    if (point.breaker != BreakerState::kOpen) {
      draw(point.at, to, point.breaker);
      return;
    }
    const Duration until = std::clamp(point.open_until, point.at, to);
    draw(point.at, until, BreakerState::kOpen);
    draw(until, to, BreakerState::kHalfOpen);
  }

  void wait(const GovernorPoint& point, Duration to) {
    if (!point.waits_until || point.dormant) return;
    const Duration until = std::min(*point.waits_until, to);
    if (until <= point.at) return;
    const std::string label = core::toText(*point.waits_until - point.at);
    band(point.at, until, y_ + 54 + shift_, 12, "wait", "backoff of " + label);
    if (x(until) - x(point.at) > kPerCharacter * static_cast<double>(label.size()) + 4) {
      text((x(point.at) + x(until)) / 2, y_ + 64 + shift_, "small mid", label);
    }
  }

  void attempt(const AttemptMade& made, std::size_t row) {
    const char* style = !made.ended ? "running" : made.ok ? "ok" : "failed";
    const double from = x(made.started);
    const double to = made.ended ? x(*made.ended) : from;
    const double middle = y_ + 36 + kRow * static_cast<double>(row);
    const std::string y = number(middle);
    body_ += "<line class=\"bar " + std::string(style) + "\" x1=\"" + number(from) + "\" x2=\"" +
             number(to) + "\" y1=\"" + y + "\" y2=\"" + y + "\"/>\n<circle class=\"" + style +
             "\" cx=\"" + number(from) + "\" cy=\"" + y + "\" r=\"8\"><title>" +
             escaped(nameOf(made) + ", at " + config::durationText(made.started) + ": " +
                     (made.ended ? style : "still running")) +
             "</title></circle>\n";
    text(from, middle + 3.5, "number mid", std::to_string(made.attempt));
  }

  std::vector<const Verdict*> missed() const {
    std::vector<const Verdict*> missed;
    for (const Verdict& verdict : record_.verdicts) {
      if (!verdict.ok) missed.push_back(&verdict);
    }
    return missed;
  }

  // A cross for each expectation that does not hold, where it was looked at.
  void missedLane() {
    const auto all = missed();
    if (all.empty()) return;
    text(20, y_ + 11, "missedtext", "not as expected");
    Rows rows(kMostRows);
    for (const Verdict* verdict : all) {
      const double at = x(verdict->at);
      const auto row = rows.place(at - 7, at + 7);
      if (!row) continue;  // the list has it
      const double y = y_ + 7 + 14 * static_cast<double>(*row);
      body_ += "<path class=\"missed\" d=\"M" + number(at - 4) + " " + number(y - 4) +
               "l8 8m-8 0l8 -8\">" + "<title>" + escaped(toText(*verdict)) + "</title></path>\n";
    }
    y_ += 10 + 14 * static_cast<double>(rows.used());
  }

  std::string missedLines(double from, double to) const {
    std::string lines;
    Duration last{-1};
    for (const Verdict* verdict : missed()) {
      if (std::exchange(last, verdict->at) == verdict->at) continue;
      const std::string at = number(x(verdict->at));
      lines += "<line class=\"missedline\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"" +
               number(from) + "\" y2=\"" + number(to) + "\"/>\n";
    }
    return lines;
  }

  void missedList() {
    const auto all = missed();
    for (std::size_t i = 0; i < std::min(all.size(), kMostMissed); ++i) {
      const std::string line = toText(*all[i]);
      text(20, y_ + 10, "missedtext", "✗ " + cut(line, kLine), line);
      y_ += 15;
    }
    if (all.size() > kMostMissed) {
      text(20, y_ + 10, "missedtext", "and " + std::to_string(all.size() - kMostMissed) + " more");
      y_ += 15;
    }
    if (!all.empty()) y_ += 8;
  }

  // The two ends, then the attempts as far as there is room.
  void axis() {
    std::vector<Duration> wanted = {Duration{}, record_.run_for};
    for (const GovernorPoint& point : record_.governors) {
      if (point.dormant) wanted.push_back(point.at);
    }
    for (const AttemptMade& made : record_.attempts) wanted.push_back(made.started);
    std::vector<std::pair<double, double>> taken;
    for (const Duration at : wanted) {
      const std::string label = at == Duration{} ? "0" : core::toText(at);
      const double half = kPerCharacter * static_cast<double>(label.size()) / 2 + 4;
      const double center = x(at);
      const bool clash = std::any_of(taken.begin(), taken.end(), [&](const auto& other) {
        return center - half < other.second && center + half > other.first;
      });
      if (clash) continue;
      taken.emplace_back(center - half, center + half);
      text(center, y_ + 14, "small mid", label);
      body_ += "<line class=\"grid\" x1=\"" + number(center) + "\" x2=\"" + number(center) +
               "\" y1=\"" + number(y_ - 4) + "\" y2=\"" + number(y_ + 3) + "\"/>\n";
    }
    y_ += 34;
  }

  void legend() {
    static constexpr const char* kBands[][2] = {{"CLOSED", "closed"},
                                                {"OPEN", "open"},
                                                {"HALF_OPEN", "half open: one trial"},
                                                {"PERMANENT_OPEN", "permanently open"},
                                                {"dormant", "dormant"}};
    double at = kLeft;
    for (const auto& [style, word] : kBands) {
      body_ += "<rect class=\"" + std::string(style) + "\" x=\"" + number(at) + "\" y=\"" +
               number(y_) + "\" width=\"14\" height=\"10\" rx=\"2\"/>\n";
      text(at + 19, y_ + 9, "small", word);
      at += 34 + kPerCharacter * static_cast<double>(std::string(word).size());
    }
    text(kWidth - 20, y_ + 9, "small end", "gaps of time are drawn by their logarithm");
    y_ += 26;
  }

  const Record& record_;
  std::string attempts_;  // above the lines
  std::string lines_;
  double shift_ = 0;  // of what is below the attempts of a block, by their rows
};

}  // namespace

std::string picture(const Record& record, const std::string& title) {
  return Painter(record, title).document();
}

}  // namespace heald::simulation
