#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/time.h"

namespace heald::store {

// Fields of what is on disk. All throw a Fault that names the field: it is missing, or is not what
// it has to be.

[[noreturn]] void wrong(const char* field, const std::string& what);
const nlohmann::json& at(const nlohmann::json& object, const char* field);
const nlohmann::json& objectAt(const nlohmann::json& object, const char* field);
const nlohmann::json& listAt(const nlohmann::json& object, const char* field);
std::uint64_t countAt(const nlohmann::json& object, const char* field, std::uint64_t most);
template <class T>
T countAt(const nlohmann::json& object, const char* field) {
  return static_cast<T>(
      countAt(object, field, static_cast<std::uint64_t>(std::numeric_limits<T>::max())));
}
// One that can still be counted up.
int smallCountAt(const nlohmann::json& object, const char* field);
std::int64_t integer(const nlohmann::json& value, const char* field);
std::string textOf(const nlohmann::json& value, const char* field);
std::string textAt(const nlohmann::json& object, const char* field);
core::BootTime bootAt(const nlohmann::json& object, const char* field);
core::WallTime wallAt(const nlohmann::json& object, const char* field);
// One of the words of an enum with so many values.
template <class Enum>
Enum wordAt(const nlohmann::json& object, const char* field, std::size_t count) {
  const std::string word = textAt(object, field);
  for (std::size_t i = 0; i < count; ++i) {
    if (toString(static_cast<Enum>(i)) == word) {
      return static_cast<Enum>(i);
    }
  }
  wrong(field, "has the unknown value \"" + word + "\"");
}

}  // namespace heald::store
