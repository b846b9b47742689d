#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "core/time.h"
#include "simulation/time_axis.h"

namespace heald::simulation {

// The parts of which picture() makes its SVG: time from left to right, everything else from top to
// bottom.
class Canvas {
 public:
  static constexpr double kLeft = 150;
  static constexpr double kWidth = 1000;
  static constexpr double kRight = 36;
  static constexpr double kPerCharacter = 6.2;  // of the small font

  explicit Canvas(TimeAxis axis) : axis_(std::move(axis)) {}

 protected:
  static std::string number(double value);
  static std::string escaped(const std::string& text);
  // In the middle: names of targets differ at their ends. Between whole characters; `most` bytes.
  static std::string cut(const std::string& text, std::size_t most);

  double x(core::Duration t) const { return kLeft + axis_.at(t) * (kWidth - kLeft - kRight); }
  // `tip` is shown when the pointer is on it.
  void text(double at_x, double at_y, const std::string& style, const std::string& what,
            const std::string& tip = "");
  void band(core::Duration from, core::Duration to, double y, double height,
            const std::string& style, const std::string& tip);

  std::string body_;
  double y_ = 0;  // the top of what comes next

 private:
  TimeAxis axis_;
};

}  // namespace heald::simulation
