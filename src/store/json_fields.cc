#include "store/json_fields.h"

#include <nlohmann/json.hpp>

#include "store/codec.h"
#include "store/fault.h"

namespace heald::store {

using Json = nlohmann::json;

void wrong(const char* field, const std::string& what) {
  throw Fault("\"" + std::string(field) + "\" " + what);
}

const Json& at(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) {
    wrong(field, "is missing");
  }
  return *found;
}

const Json& objectAt(const Json& object, const char* field) {
  const Json& value = at(object, field);
  if (!value.is_object()) {
    wrong(field, "is not an object");
  }
  return value;
}

const Json& listAt(const Json& object, const char* field) {
  const Json& value = at(object, field);
  if (!value.is_array()) {
    wrong(field, "is not a list");
  }
  return value;
}

std::uint64_t countAt(const Json& object, const char* field, std::uint64_t most) {
  const Json& value = at(object, field);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
    wrong(field, "is not a count: " + value.dump(-1, ' ', true, Json::error_handler_t::replace));
  }
  return value.get<std::uint64_t>();
}

int smallCountAt(const Json& object, const char* field) {
  const int count = countAt<int>(object, field);
  if (count > 1'000'000'000) {
    wrong(field, "is out of range");
  }
  return count;
}

std::int64_t integer(const Json& value, const char* field) {
  const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
  if (!value.is_number_integer() || too_large) {
    wrong(field, "is not a time in nanoseconds");
  }
  return value.get<std::int64_t>();
}

std::string textOf(const Json& value, const char* field) {
  if (!value.is_string()) {
    wrong(field, "is not a text");
  }
  return value.get<std::string>();
}

std::string textAt(const Json& object, const char* field) {
  return textOf(at(object, field), field);
}

core::BootTime bootAt(const Json& object, const char* field) {
  return bootTime(integer(at(object, field), field));
}

core::WallTime wallAt(const Json& object, const char* field) {
  return wallTime(integer(at(object, field), field));
}

}  // namespace heald::store
