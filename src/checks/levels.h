#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/check.h"
#include "config/fields.h"

namespace heald::checks {

// The two limits of a number that a check measures, as in `free: {warning: 15%, critical: 5%}`.
struct Levels {
  enum class Unit { kNumber, kBytes, kDuration };  // of a limit that is no percentage
  enum class Bad { kBelow, kAbove };               // the side of a limit on which it is bad

  Unit unit = Unit::kNumber;
  Bad bad = Bad::kAbove;
  bool percent = false;                          // whether a limit may be (kNumber, kBytes)
  std::optional<std::string> warning, critical;  // as written: messages show them so

  bool given() const { return warning || critical; }
};

// Describes the section `key` of a check: `warning` and `critical`, each a number, a size, a
// duration or a percentage of the whole. A warning that critical would always come before is a
// mistake.
void describeLevels(config::Fields& f, std::string_view key, Levels& levels, std::string_view help);

// What a number amounts to. Percentages are of `whole`; with a `whole` of 0 they do not apply.
// Durations are in seconds.
core::CheckStatus judge(const Levels& levels, double value, double whole = 0);
// "at least 5% wanted", the limit that decided; "" when the number is well.
std::string complaint(const Levels& levels, double value, double whole = 0);

// The worse of two: critical, unknown, warning, ok.
core::CheckStatus worse(core::CheckStatus a, core::CheckStatus b);

// Puts the result of several numbers together: one line, the worst status, what was measured.
class Verdict {
 public:
  // `text` says what was found ("3.2 GiB free"); what is wrong with it is added.
  void add(const std::string& text, const Levels& levels, double value, double whole = 0);
  void measured(std::string label, double value);
  void critical(const std::string& text);
  CheckResult result(const std::string& subject) const;

 private:
  CheckResult found_{core::CheckStatus::kOk, "", {}};
};

// "1.5 GiB", "12 KiB", "310 bytes".
std::string bytesText(double bytes);
// "7.2 %", "0.03 %": of a ratio, two digits.
std::string percentText(double ratio);
// "1.25", "0.5", "1234": at most two digits after the point.
std::string numberText(double number);

}  // namespace heald::checks
