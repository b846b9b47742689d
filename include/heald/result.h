#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace heald {

// What kind of "no" an answer is. The HTTP API maps each to one status, healdctl to one exit code.
enum class ErrorCode {
  kInvalid,      // the request itself is wrong: a blank reason, a value out of range
  kNotFound,     // no such name; the message lists the names that exist
  kConflict,     // the present state is in the way; the message names it
  kLimit,        // a limit is reached; nothing was evicted to make room
  kUnavailable,  // the store or another thing heald needs does not answer now
  kShutdown,     // heald is stopping
};

// An expected failure, as a value. `message` is one sentence for a human: the place, the value and
// what would be right.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

// A value or an Error. Exceptions stop at the border of an adapter; everything inside returns this.
// Not thread-safe; reading a side that is not there aborts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() { return std::get<0>(content_); }
  const T& value() const { return std::get<0>(content_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace heald
