// A request to the control listener, from its first line to the end of its body, through guard,
// router, body and handler. "@TOKEN" in a header stands for the token, so that a fuzzer can be let
// in without guessing it.
#include <nlohmann/json.hpp>

#include "api/control_routes.h"
#include "api/fake_backend.h"
#include "api/markdown_wanted.h"
#include "fuzz.h"
#include "http/wire.h"
#include "io/uri.h"

using namespace heald;
using http::Request;
using http::Response;

namespace {

const std::string kToken = "a token of forty characters, as it seems";

struct Parsed {
  Request request;
  std::string body;
};

// As Connection makes it; nothing when it would not get that far.
std::optional<Parsed> parse(fuzz::Input input) {
  Parsed parsed;
  const std::string_view first = input.line();
  const std::size_t space = first.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  parsed.request.method = first.substr(0, space);
  const std::string_view target = first.substr(space + 1);
  const std::size_t mark = target.find('?');
  parsed.request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) {
    auto query = io::parseQuery(target.substr(mark + 1));
    if (!query) return std::nullopt;
    parsed.request.query = std::move(*query);
  }
  for (std::string_view line = input.line(); !line.empty(); line = input.line()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string value(line.substr(colon + 1));
    value.erase(0, value.find_first_not_of(" \t"));
    if (const auto at = value.find("@TOKEN"); at != std::string::npos) value.replace(at, 6, kToken);
    parsed.request.headers.add(std::string(line.substr(0, colon)), std::move(value));
  }
  parsed.request.caller.address = "127.0.0.1";
  parsed.body = input.rest();
  return parsed;
}

bool showsTheToken(const Request& request) {
  const auto value = request.headers.get("Authorization");
  return value && value->find(kToken) != std::string_view::npos;
}

void requireHead(const Response& response) {
  const std::string head = http::responseHead(response) + "Connection: close\r\n\r\n";
  fuzz::require(head.starts_with("HTTP/1.1 " + std::to_string(response.status) + " "),
                "a head begins with its status", head);
  fuzz::require(head.ends_with("\r\n\r\n"), "a head ends with a blank line", head);
  fuzz::require(head.find("\r\n\r\n") == head.size() - 4, "a head has one end", head);
  for (std::size_t at = head.find('\n'); at != std::string::npos; at = head.find('\n', at + 1)) {
    fuzz::require(at > 0 && head[at - 1] == '\r', "its lines end with CR LF", head);
  }
}

void requireAnswer(const Response& response) {
  fuzz::require(response.status >= 200 && response.status < 600, "a status is one of HTTP");
  requireHead(response);
  const bool packed = response.headers.get("Content-Encoding").has_value();
  if (packed || !response.content_type.starts_with("application/json") || response.body.empty()) {
    return;
  }
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  fuzz::require(!body.is_discarded(), "a JSON answer is JSON", response.body);
  if (response.status >= 400) {
    fuzz::require(body.contains("error") && body["error"].contains("message"),
                  "an error says what is wrong", response.body);
  }
}

void requireLegal(const engine::Event& event) {
  if (const auto* resume = std::get_if<engine::Resume>(&event)) {
    fuzz::requireLine(resume->reason, "a reason");
    fuzz::require(resume->reason.find_first_not_of(" \t") != std::string::npos,
                  "a resume has a reason");
    fuzz::requireLine(resume->by, "who acts");
  } else if (const auto* retry = std::get_if<engine::Retry>(&event)) {
    fuzz::require(!retry->governor.empty(), "a retry names its governor");
    fuzz::requireLine(retry->reason, "a reason");
    fuzz::require(retry->reason.find_first_not_of(" \t") != std::string::npos,
                  "a retry has a reason");
  } else if (const auto* pause = std::get_if<engine::PauseRemedy>(&event)) {
    fuzz::require(pause->lasts > core::Duration{}, "a pause lasts");
    fuzz::requireLine(pause->reason, "a reason");
  } else if (const auto* permit = std::get_if<engine::RequestPermit>(&event)) {
    fuzz::require(!permit->governor.empty(), "a permit names its governor");
  }
}

// One for all inputs: to make the routes takes longer than a request.
api::FakeEngine& freshEngine() {
  static api::FakeEngine engine;
  static const auto snapshot = std::make_shared<const engine::Snapshot>(api::troubledSnapshot());
  engine.snapshot = snapshot;
  engine.events.clear();
  engine.reloaded_by.clear();
  return engine;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto parsed = parse(fuzz::Input(data, size));
  if (!parsed) return 0;
  api::FakeEngine& engine = freshEngine();
  static const http::Pipeline pipeline(api::controlRoutes(engine.backend()),
                                       http::GuardPolicy{.token = kToken}, {});
  std::size_t read = 0;
  const Response response =
      pipeline.answer(parsed->request, [&](Request& r, bool) -> std::optional<Response> {
        r.body = parsed->body;
        read = r.body.size();
        return std::nullopt;
      });
  requireAnswer(response);
  const bool changed = !engine.events.empty() || !engine.reloaded_by.empty();
  fuzz::require(!changed || showsTheToken(parsed->request), "no change without the token",
                parsed->request.path);
  fuzz::require(read == 0 || showsTheToken(parsed->request), "no body is read without the token");
  fuzz::require(!changed || parsed->request.method == "POST" || parsed->request.method == "PUT",
                "only POST and PUT change something", parsed->request.method);
  fuzz::require(engine.events.size() + engine.reloaded_by.size() <= 1, "a request is one event");
  for (const engine::Event& event : engine.events) {
    requireLegal(event);
  }
  return 0;
}
