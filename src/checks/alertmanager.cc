#include "checks/alertmanager.h"

#include <utility>

#include "checks/alertmanager_answer.h"
#include "io/address.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using engine::AlertAnswer;
using engine::AlertAsked;

std::string serverProblem(const std::string& url) {
  if (url.find_first_of("?#") != std::string::npos) {
    return "is more than the address of a server (example: http://127.0.0.1:9093)";
  }
  return io::urlProblem(url);
}

std::string answerProblem(const io::HttpResponse& response) {
  if (response.end != io::HttpEnd::kAnswered) return response.error;
  if (response.status != 200) return "status " + std::to_string(response.status);
  return response.truncated ? "its answer is longer than 1 MiB" : "";
}

io::HttpRequest requestOf(const Alertmanager::Options& options, const std::string& call) {
  io::HttpRequest request = options.request;
  request.url = request.url.substr(0, request.url.find_last_not_of('/') + 1) + call;
  request.body_limit = kAlertmanagerAnswerBytes;
  return request;
}

// One alert that is asked for: the alert itself, and where it is not there whether that says
// anything.
struct Asking : std::enable_shared_from_this<Asking> {
  io::Services& services;
  std::shared_ptr<const Alertmanager::Options> options;
  engine::AskAlert alert;
  Alertmanager::Clock now;
  io::CancelToken cancel;
  Alertmanager::Done done;

  Asking(io::Services& s, std::shared_ptr<const Alertmanager::Options> o, engine::AskAlert a,
         Alertmanager::Clock n, io::CancelToken c, Alertmanager::Done d)
      : services(s),
        options(std::move(o)),
        alert(std::move(a)),
        now(std::move(n)),
        cancel(std::move(c)),
        done(std::move(d)) {}

  void send(const std::string& call, void (Asking::*then)(const io::HttpResponse&)) {
    io::sendWithAccess(services, requestOf(*options, call), options->access, cancel,
                       [self = shared_from_this(), then](const io::HttpResponse& response) {
                         ((*self).*then)(response);
                       });
  }
  void end(AlertAnswer answer, const std::string& why = "") {
    done({alert.run, answer, io::oneLine(why)});
  }

  void begin() { send(alertQuery(alert), &Asking::onAlerts); }
  void onAlerts(const io::HttpResponse& response) {
    if (const std::string why = answerProblem(response); !why.empty()) {
      end(AlertAnswer::kUnknown, why);
      return;
    }
    const Result<bool> there = holdsAlert(response.body, alert);
    if (!there) {
      end(AlertAnswer::kUnknown, there.error().message);
    } else if (*there) {
      end(AlertAnswer::kFires);
    } else {
      send("/api/v2/status", &Asking::onStatus);
    }
  }
  void onStatus(const io::HttpResponse& response) {
    const std::string why = answerProblem(response);
    const auto since = why.empty() ? runsSince(response.body)
                                   : Result<core::WallTime>(Error{ErrorCode::kUnavailable, why});
    if (!since) {
      end(AlertAnswer::kUnknown, since.error().message);
    } else if (wouldKnow(*since, alert, now())) {
      end(AlertAnswer::kGone);
    } else {
      end(AlertAnswer::kUnknown, "it has started less than 5 minutes ago, and may not know it yet");
    }
  }
};

void describe(config::Fields& f, Alertmanager::Options& o) {
  f.text("url", o.request.url, {.check = serverProblem},
         "http:// or https:// address of Alertmanager, to ask whether an alert still fires");
  f.duration("timeout", o.request.timeout, {}, "how long to wait for its answer");
  f.textMap("headers", o.request.headers, "request headers");
  io::describeHttpAccess(f, o.request, o.access, "each request");
  for (const auto& [name, value] : o.request.headers) {
    const std::string problem = io::headerProblem(name, value);
    if (!problem.empty()) f.fail("headers", "\"" + name + "\" " + problem);
  }
  for (const char* key : {"timeout", "headers", "headers_file", "bearer_token_file",
                          "authorization", "basic_auth", "ca_file", "tls_config"}) {
    if (f.has(key) && !f.has("url")) {
      f.fail(key, "is for asking Alertmanager (give it its url, or remove the key)");
    }
  }
}

}  // namespace

void Alertmanager::ask(io::Services& services, engine::AskAlert alert, Clock now,
                       io::CancelToken cancel, Done done) const {
  std::make_shared<Asking>(services, options_, std::move(alert), std::move(now), std::move(cancel),
                           std::move(done))
      ->begin();
}

config::Kind alertmanagerKind() {
  return {"alertmanager", "Alertmanager, to ask whether an alert still fires",
          [](config::Fields& f) -> std::shared_ptr<const config::Part> {
            Alertmanager::Options options;
            describe(f, options);
            if (options.request.url.empty()) return nullptr;
            return std::make_shared<const Alertmanager>(std::move(options));
          }};
}

}  // namespace heald::checks
