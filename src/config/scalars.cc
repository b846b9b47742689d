#include "config/scalars.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>

#include "config/wording.h"

namespace heald::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;  // in nanoseconds
};
constexpr std::array<Unit, 7> kUnits = {{{"d", 86'400'000'000'000},
                                         {"h", 3'600'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"s", 1'000'000'000},
                                         {"ms", 1'000'000},
                                         {"us", 1'000},
                                         {"ns", 1}}};

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<SizeUnit, 10> kSizeUnits = {{{"", 1},
                                                  {"B", 1},
                                                  {"kB", 1'000},
                                                  {"MB", 1'000'000},
                                                  {"GB", 1'000'000'000},
                                                  {"TB", 1'000'000'000'000},
                                                  {"KiB", 1ull << 10},
                                                  {"MiB", 1ull << 20},
                                                  {"GiB", 1ull << 30},
                                                  {"TiB", 1ull << 40}}};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLetter(char c) {
  return c >= 'a' && c <= 'z';
}

std::string_view take(std::string_view& rest, bool (*wanted)(char)) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), wanted);
  const auto length = static_cast<std::size_t>(end - rest.begin());
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

Error invalid(std::string message) {
  return {ErrorCode::kInvalid, std::move(message)};
}
Error notDuration() {
  return invalid("is not a duration (examples: 5s, 10m)");
}
Error tooLong() {
  return invalid("is too long a duration (at most 366d)");
}

const Unit* unitNamed(std::string_view name) {
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                 [&](const Unit& candidate) { return candidate.name == name; });
  return unit == kUnits.end() ? nullptr : &*unit;
}

// `digits` behind the decimal point, as a part of the unit; nothing below a nanosecond.
Result<std::int64_t> fraction(std::string_view digits, std::int64_t unit) {
  std::int64_t sum = 0;
  for (const char digit : digits) {
    if (unit % 10 != 0) return notDuration();
    unit /= 10;
    sum += (digit - '0') * unit;
  }
  return sum;
}

// One number with its unit, which must be smaller than the one before.
Result<std::int64_t> takeTerm(std::string_view& rest, std::int64_t& smallest) {
  const std::string_view whole = take(rest, isDigit);
  std::string_view decimals;
  if (!whole.empty() && rest.starts_with('.')) {
    rest.remove_prefix(1);
    decimals = take(rest, isDigit);
    if (decimals.empty()) return notDuration();
  }
  const Unit* unit = unitNamed(take(rest, isLetter));
  if (whole.empty() || unit == nullptr || unit->size >= smallest) return notDuration();
  smallest = unit->size;
  std::int64_t number = 0;
  const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (read.ec != std::errc{} || __builtin_mul_overflow(number, unit->size, &number)) {
    return tooLong();
  }
  const Result<std::int64_t> part = fraction(decimals, unit->size);
  if (!part) return part.error();
  if (__builtin_add_overflow(number, *part, &number)) return tooLong();
  return number;
}

bool isNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

Result<core::Duration> parseDuration(std::string_view text) {
  if (text == "0") return core::Duration::zero();
  if (isNumber(text)) return invalid("has no unit (examples: 5s, 10m)");
  if (text.size() > 1 && text[0] == '-' && isDigit(text[1])) {
    return invalid("is negative (examples: 5s, 10m)");
  }
  if (text.empty()) return notDuration();
  std::int64_t sum = 0;
  std::int64_t smallest = INT64_MAX;
  while (!text.empty()) {
    const Result<std::int64_t> term = takeTerm(text, smallest);
    if (!term) return term.error();
    if (__builtin_add_overflow(sum, *term, &sum)) return tooLong();
  }
  return core::Duration(sum);
}

std::string durationText(core::Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (rest < unit.size) continue;
    text += std::to_string(rest / unit.size) + std::string(unit.name);
    rest %= unit.size;
  }
  return text;
}

Result<std::uint64_t> parseSize(std::string_view text) {
  std::string_view unit = text;
  const std::string_view digits = take(unit, isDigit);
  const auto known = std::find_if(kSizeUnits.begin(), kSizeUnits.end(),
                                  [&](const SizeUnit& each) { return each.name == unit; });
  if (digits.empty() || known == kSizeUnits.end()) {
    return invalid("is not a size in bytes (examples: 4096, 500kB, 10MiB)");
  }
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || __builtin_mul_overflow(number, known->bytes, &number)) {
    return invalid("is too large a size");
  }
  return number;
}

Result<long> parseInteger(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (!isNumber(digits)) return invalid("is not a whole number (example: 10)");
  if (digits.size() > 1 && digits[0] == '0') {
    return invalid("begins with a zero (numbers are decimal, without leading zeros)");
  }
  long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{}) return Error{ErrorCode::kLimit, "is too large a number"};
  return value;
}

Result<bool> parseBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  const std::string word = lower(text);
  for (const char* yes : {"true", "yes", "on", "y", "1"}) {
    if (word == yes) return invalid("is not a boolean (write true)");
  }
  for (const char* no : {"false", "no", "off", "n", "0"}) {
    if (word == no) return invalid("is not a boolean (write false)");
  }
  return invalid("is not a boolean (true or false)");
}

}  // namespace heald::config
