#include "outbox/fleet_server.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "config/names.h"
#include "config/scalars.h"
#include "io/address.h"
#include "io/text.h"
#include "outbox/answers.h"
#include "outbox/host_name.h"
#include "outbox/read_files.h"

namespace heald::outbox {
namespace {

using nlohmann::ordered_json;

// As the server takes them; and so that an attempt fits into what a permit is good for.
constexpr core::Duration kShortest = std::chrono::minutes(2);
constexpr core::Duration kLongest = std::chrono::hours(24);
constexpr std::size_t kMostText = 1000;

std::string serverFault(const std::string& url) {
  if (url.find_first_of("?#") != std::string::npos) {
    return "is more than the address of a control plane (example: https://heald.example:3001)";
  }
  return io::urlProblem(url);
}

std::string withoutSlash(const std::string& url) {
  return url.substr(0, url.find_last_not_of('/') + 1);
}

void describe(config::Fields& f, FleetServer::Options& o) {
  f.text("server", o.url, {.required = true, .check = serverFault},
         "http:// or https:// address of the control plane of the heald that has the fleet");
  f.text("governor", o.governor, {.required = true, .check = config::nameFault},
         "the governor of the fleet, there");
  f.text("member", o.member, {.check = config::memberNameFault},
         "who this heald is in the fleet; the host's name when absent");
  f.text("token_file", o.token_file, {.required = true},
         "file with a token of the role permits, read at each question");
  f.text("ca_file", o.ca_file, {}, "PEM file of the certificates to trust");
  f.duration("deadline", o.deadline, {.max = kLongest},
             "within which an attempt is surely over and verified; then it has failed");
  if (o.deadline % std::chrono::seconds(1) != core::Duration::zero()) {
    f.fail("deadline", "has to be whole seconds");
  }
  if (const std::string fault = config::memberNameFault(hostName());
      o.member.empty() && !fault.empty()) {
    f.fail("member", "is missing, and the host's name " + fault);
  }
  if (o.deadline < kShortest) {
    f.fail("deadline", "is too short (at least " + config::durationText(kShortest) + ")");
  }
}

// What heald says in an answer that is no permit; else the first line of it.
std::string messageIn(const io::HttpResponse& response) {
  const auto body = ordered_json::parse(response.body, nullptr, false);
  const bool said = body.is_object() && body.contains("error") && body["error"].is_object() &&
                    body["error"].contains("message") && body["error"]["message"].is_string();
  return said ? io::oneLine(body["error"]["message"].get<std::string>(), kMostText)
              : problemOf(response);
}

// A heald that says so itself has not asked its governor: it stands by, say.
bool saysUnavailable(const ordered_json& body) {
  const auto error = body.is_object() ? body.find("error") : body.end();
  return error != body.end() && error->is_object() && error->contains("code") &&
         (*error)["code"] == "unavailable";
}

Asked denied(const io::HttpResponse& response, const ordered_json& body) {
  Asked asked{Asked::End::kDenied, "", messageIn(response), {}};
  const auto wait = body.find("retry_after_seconds");
  if (wait != body.end() && wait->is_number_unsigned()) {
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(kLongest) * 366;
    asked.wait =
        std::min(std::chrono::seconds(std::min<std::uint64_t>(
                     wait->get<std::uint64_t>(), static_cast<std::uint64_t>(most.count()))),
                 most);
  }
  return asked;
}

}  // namespace

Asked askedBy(const io::HttpResponse& response) {
  const bool answered = response.end == io::HttpEnd::kAnswered;
  if (!answered) {
    return {
        response.sent ? Asked::End::kInDoubt : Asked::End::kNotAsked, "", problemOf(response), {}};
  }
  const auto body = ordered_json::parse(response.body, nullptr, false);
  if (response.status / 100 == 2) {
    const bool id = body.is_object() && body.contains("id") && body["id"].is_string() &&
                    !body["id"].get<std::string>().empty();
    if (!id) return {Asked::End::kInDoubt, "", "what answers there is not heald", {}};
    const auto name = body["id"].get<std::string>();
    // Under the same key the same permit is answered, also when somebody has reported it meanwhile.
    const auto state = body.find("state");
    if (state != body.end() && *state != "outstanding") {
      const std::string is = state->is_string() ? state->get<std::string>() : "unknown";
      return {Asked::End::kRefused,
              "",
              io::oneLine("permit " + name + " may not be used any more: " + is, kMostText),
              {}};
    }
    return {Asked::End::kGiven, name, "", {}};
  }
  if (response.status == 409 && body.is_object() && body.contains("guard")) {
    return denied(response, body);
  }
  const bool refused = response.status / 100 == 4 || saysUnavailable(body);
  return {refused ? Asked::End::kRefused : Asked::End::kInDoubt, "", messageIn(response), {}};
}

Reported reportedBy(const io::HttpResponse& response) {
  if (response.end != io::HttpEnd::kAnswered) return {false, problemOf(response)};
  if (response.status / 100 == 2) return {true, ""};
  // It is forgotten, or has ended otherwise: its deadline was over.
  const bool over = response.status == 404 || response.status == 409;
  const bool heald = ordered_json::parse(response.body, nullptr, false).is_object();
  return {over && heald, messageIn(response), heald && response.status == 400};
}

FleetServer::FleetServer(Options options)
    : options_(std::make_shared<const Options>(std::move(options))),
      member_(options_->member.empty() ? hostName() : options_->member),
      name_(options_->governor + "/" + member_ + "/" + withoutSlash(options_->url)) {}

engine::FleetPermit FleetServer::asks() const {
  return {withoutSlash(options_->url), options_->governor, options_->member};
}

std::vector<config::HostProblem> FleetServer::warningsOfHost() const {
  return problemsOfFiles(
      {{"token_file", options_->token_file}, {"ca_file", options_->ca_file, false}});
}

void FleetServer::ask(io::Services& services, const PermitQuestion& question,
                      core::Duration patience, io::CancelToken cancel,
                      std::function<void(Asked)> done) const {
  const ordered_json body = {{"governor", options_->governor},
                             {"deadline", config::durationText(question.deadline)},
                             {"reason", "remedy " + question.remedy},
                             {"member", member_}};
  send(services, "/api/permits", body.dump(-1, ' ', false, ordered_json::error_handler_t::replace),
       question.key, patience, std::move(cancel),
       [done = std::move(done)](const io::HttpResponse& response) { done(askedBy(response)); });
}

void FleetServer::report(io::Services& services, const std::string& permit,
                         const PermitEnd& outcome, io::CancelToken cancel,
                         std::function<void(Reported)> done) const {
  ordered_json body = {{"ok", outcome.ok}};
  if (outcome.unused) body["unused"] = true;
  if (!outcome.text.empty()) body["error"] = io::oneLine(outcome.text, kMostText);
  send(services, "/api/permits/" + permit + "/result",
       body.dump(-1, ' ', false, ordered_json::error_handler_t::replace), "", kPatience,
       std::move(cancel),
       [done = std::move(done)](const io::HttpResponse& response) { done(reportedBy(response)); });
}

void FleetServer::send(io::Services& services, const std::string& path, std::string body,
                       std::string key, core::Duration patience, io::CancelToken cancel,
                       io::HttpClient::Done done) const {
  io::HttpRequest request;
  request.url = withoutSlash(options_->url) + path;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}};
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", std::move(key));
  request.body = std::move(body);
  request.timeout = patience;
  request.ca_file = options_->ca_file;
  io::HttpAccess access;
  access.bearer_token_file = options_->token_file;
  io::sendWithAccess(services, std::move(request), access, std::move(cancel), std::move(done));
}

config::Kind permitKind() {
  return {"permit", "a permit of another heald's fleet", [](config::Fields& f) {
            FleetServer::Options options;
            describe(f, options);
            return std::make_shared<const FleetServer>(std::move(options));
          }};
}

}  // namespace heald::outbox
