#include "http/message.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/plain_text.h"

namespace heald::http {
namespace {

template <class Json>
Response dumped(const Json& value, int status) {
  Response response;
  response.status = status;
  response.body = core::escapedLines(value.dump(-1, ' ', false, Json::error_handler_t::replace));
  return response;
}

}  // namespace

std::optional<std::string_view> Request::queryValue(std::string_view name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

const std::string& Request::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  if (found == parameters.end()) {
    throw std::logic_error("the route has no segment {" + std::string(name) + "}");
  }
  return found->second;
}

Response json(const nlohmann::json& value, int status) {
  return dumped(value, status);
}
Response json(const nlohmann::ordered_json& value, int status) {
  return dumped(value, status);
}

Response text(std::string body, std::string content_type) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response error(int status, std::string_view code, std::string_view message) {
  nlohmann::ordered_json value;
  value["error"]["code"] = code;
  value["error"]["message"] = message;
  return json(value, status);
}

Response error(const Error& error) {
  return http::error(statusOf(error.code), codeOf(error.code), error.message);
}

int statusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kLimit:
      return 429;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kShutdown:
      return 503;
  }
  return 500;
}

std::string_view codeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kLimit:
      return "limit";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kShutdown:
      return "shutdown";
  }
  return "internal";
}

}  // namespace heald::http
