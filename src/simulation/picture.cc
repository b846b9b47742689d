#include "simulation/picture.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "config/scalars.h"
#include "core/text.h"
#include "simulation/time_axis.h"

namespace heald::simulation {
namespace {

using core::BreakerState;
using core::Duration;

constexpr double kLeft = 150;
constexpr double kWidth = 1000;
constexpr double kRight = 36;
constexpr double kPerCharacter = 6.2;  // of the small font
constexpr std::size_t kName = 20;      // characters left of a lane

constexpr const char* kStyle = R"(<style>
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2937}
.title{font-size:17px;font-weight:600}.name{font-weight:600}.small{font-size:10.5px;fill:#6b7280}
.mid{text-anchor:middle}.end{text-anchor:end}.paper{fill:#fff}.card{fill:#f8fafc;stroke:#e2e8f0}
.grid{stroke:#e2e8f0}.mark{stroke:#6366f1;stroke-opacity:.55;stroke-dasharray:3 3;pointer-events:none}.marked{font-size:10.5px;fill:#4f46e5}
.healthy{fill:#86efac}.warning{fill:#fde68a}.unhealthy{fill:#fca5a5}.wait{fill:#cbd5e1}.CLOSED{fill:#86efac}.OPEN{fill:#fbbf24}
.HALF_OPEN{fill:#93c5fd}.PERMANENT_OPEN{fill:#ef4444}.dormant{fill:#64748b;fill-opacity:.16}
.dormantname{font-weight:600;letter-spacing:2px;fill:#475569}.failed{fill:#dc2626}.ok{fill:#16a34a}
.running{fill:#6366f1}.bar{stroke-width:3;stroke-linecap:round}.bar.failed{stroke:#dc2626}
.bar.ok{stroke:#16a34a}.bar.running{stroke:#6366f1}.number{font-size:10px;fill:#fff;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.small{fill:#9ca3af}.paper{fill:#0f172a}
.card{fill:#1e293b;stroke:#334155}.grid{stroke:#334155}.marked{fill:#a5b4fc}.wait{fill:#475569}
.healthy,.CLOSED{fill:#166534}.warning{fill:#a16207}.unhealthy{fill:#991b1b}.OPEN{fill:#b45309}.HALF_OPEN{fill:#1d4ed8}
.dormant{fill:#94a3b8;fill-opacity:.2}.dormantname{fill:#cbd5e1}.number{fill:#fff}}
</style>
)";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '"' ? "&quot;"
                      : std::string(1, c);
  }
  return out;
}

// In the middle: names of targets differ at their ends. Between whole characters.
std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto within = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::size_t head = (most - 1) / 2;
  std::size_t tail = text.size() - (most - 1 - head);
  while (head > 0 && within(head)) --head;
  while (within(tail)) ++tail;
  return text.substr(0, head) + "…" + text.substr(tail);
}

std::string nameOf(const AttemptMade& made) {
  const std::string attempt = "attempt " + std::to_string(made.attempt);
  return made.remedy.empty()
             ? attempt + " with a permit"
             : attempt + " of " + made.remedy + ", step " + std::to_string(made.step);
}

class Painter {
 public:
  Painter(const Record& record, const std::string& title)
      : record_(record), axis_(momentsOf(record), record.run_for) {
    text(20, 30, "title", title);
    y_ = 48;
    marks();
    const double lanes = y_;
    for (const auto& [check, points] : byCheck()) health(check, points);
    for (const auto& [governor, points] : byGovernor()) block(governor, points);
    axis();
    lines_ = markLines(lanes, y_ - 34);
    legend();
  }

  std::string document() const {
    const std::string size = number(kWidth) + " " + number(y_);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
           number(kWidth) + "\" height=\"" + number(y_) + "\" role=\"img\">\n" + kStyle +
           "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" + body_ + lines_ + "</svg>\n";
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

  double x(Duration t) const { return kLeft + axis_.at(t) * (kWidth - kLeft - kRight); }

  void text(double at_x, double at_y, const std::string& style, const std::string& what,
            const std::string& tip = "") {
    body_ += "<text class=\"" + style + "\" x=\"" + number(at_x) + "\" y=\"" + number(at_y) +
             "\">" + (tip.empty() ? "" : "<title>" + escaped(tip) + "</title>") + escaped(what) +
             "</text>\n";
  }
  void band(Duration from, Duration to, double y, double height, const std::string& style,
            const std::string& tip) {
    const double left = x(from);
    const double width = x(to) - left;
    if (width <= 0) return;
    body_ += "<rect class=\"" + style + "\" x=\"" + number(left) + "\" y=\"" + number(y) +
             "\" width=\"" + number(width) + "\" height=\"" + number(height) +
             "\" rx=\"2\"><title>" + escaped(tip) + "</title></rect>\n";
  }

  // What the scenario did, above everything, in as many lines as they need.
  void marks() {
    std::vector<double> free_from(4, 0);
    double lines = 0;
    for (const Entry& entry : record_.entries) {
      if (!entry.scripted) continue;
      const double at = x(entry.at);
      const std::string label = cut(entry.message, 34);
      const double width = kPerCharacter * static_cast<double>(label.size());
      const bool left = at + width > kWidth - 10;
      for (std::size_t line = 0; line < free_from.size(); ++line) {
        if (free_from[line] > (left ? at - width : at)) continue;
        const double y = y_ + 14 + 15 * static_cast<double>(line);
        text(at + (left ? -4 : 4), y, left ? "marked end" : "marked", label, entry.message);
        free_from[line] = left ? at + 8 : at + width + 14;
        lines = std::max(lines, static_cast<double>(line + 1));
        break;
      }
    }
    y_ += 15 * lines + 8;
  }

  std::string markLines(double from, double to) const {
    std::string lines;
    for (const Entry& entry : record_.entries) {
      if (!entry.scripted) continue;
      const std::string at = number(x(entry.at));
      lines += "<line class=\"mark\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"" +
               number(from - 20) + "\" y2=\"" + number(to) + "\"/>\n";
    }
    return lines;
  }

  void health(const std::string& check, const std::vector<HealthPoint>& points) {
    text(20, y_ + 11, "name", cut(check, kName), check);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Duration to = i + 1 < points.size() ? points[i + 1].at : record_.run_for;
      const std::string& word = points[i].health;
      band(points[i].at, to, y_ + 2, 11, word, check + " is " + (word == "warning" ? "in warning" : word));
    }
    y_ += 22;
  }

  void block(const std::string& governor, const Points& points) {
    body_ += "<rect class=\"card\" x=\"10\" y=\"" + number(y_) + "\" width=\"" +
             number(kWidth - 20) + "\" height=\"96\" rx=\"8\"/>\n";
    text(20, y_ + 20, "name", cut(governor, kName), governor);
    text(20, y_ + 40, "small", "attempts");
    text(20, y_ + 64, "small", "backoff");
    text(20, y_ + 84, "small", "breaker");
    dormancy(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Duration to = i + 1 < points.size() ? points[i + 1].at : record_.run_for;
      breaker(points[i], to);
      wait(points[i], to);
    }
    for (const AttemptMade& made : record_.attempts) {
      if (made.governor == governor) attempt(made);
    }
    y_ += 108;
  }

  void dormancy(const Points& points) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!points[i].dormant || (i > 0 && points[i - 1].dormant)) continue;
      std::size_t end = i;
      while (end < points.size() && points[end].dormant) ++end;
      const Duration to = end < points.size() ? points[end].at : record_.run_for;
      band(points[i].at, to, y_ + 6, 84, "dormant", "dormant");
      if (x(to) - x(points[i].at) > 90) {
        text((x(points[i].at) + x(to)) / 2, y_ + 22, "dormantname mid", "DORMANT");
      }
    }
  }

  void breaker(const GovernorPoint& point, Duration to) {
    const auto draw = [&](Duration from, Duration until, BreakerState state) {
      band(from, until, y_ + 74, 12, std::string(toString(state)), std::string(toString(state)));
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
    band(point.at, until, y_ + 54, 12, "wait", "backoff of " + label);
    if (x(until) - x(point.at) > kPerCharacter * static_cast<double>(label.size()) + 4) {
      text((x(point.at) + x(until)) / 2, y_ + 64, "small mid", label);
    }
  }

  void attempt(const AttemptMade& made) {
    const char* style = !made.ended ? "running" : made.ok ? "ok" : "failed";
    const double from = x(made.started);
    const double to = made.ended ? x(*made.ended) : from;
    const std::string y = number(y_ + 36);
    body_ += "<line class=\"bar " + std::string(style) + "\" x1=\"" + number(from) + "\" x2=\"" +
             number(to) + "\" y1=\"" + y + "\" y2=\"" + y + "\"/>\n<circle class=\"" + style +
             "\" cx=\"" + number(from) + "\" cy=\"" + y + "\" r=\"8\"><title>" +
             escaped(nameOf(made) + ", at " + config::durationText(made.started) + ": " +
                     (made.ended ? style : "still running")) +
             "</title></circle>\n";
    text(from, y_ + 39.5, "number mid", std::to_string(made.attempt));
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
                                                {"PERMANENT_OPEN", "permanently open"}};
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
  TimeAxis axis_;
  std::string body_;
  std::string lines_;
  double y_ = 0;
};

}  // namespace

std::string picture(const Record& record, const std::string& title) {
  return Painter(record, title).document();
}

}  // namespace heald::simulation
