#include "outbox/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.h"
#include "io/address.h"
#include "io/file.h"
#include "io/http_access.h"
#include "io/text.h"
#include "outbox/answers.h"
#include "outbox/read_files.h"
#include "outbox/receiver.h"

namespace heald::outbox {
namespace {

using nlohmann::ordered_json;

ordered_json alertJson(const Item& item, const Message& message) {
  const Notice& notice = item.notice;
  const bool over = notice.over || notice.instant;
  ordered_json labels = {{"alertname", notice.alert},
                         {"severity", toString(notice.severity)},
                         {"instance", message.instance}};
  if (!notice.governor.empty()) labels["governor"] = notice.governor;
  ordered_json annotations = {
      {"summary", notice.summary}, {"description", notice.description}, {"impact", notice.impact}};
  if (!notice.reason.empty()) annotations["reason"] = notice.reason;
  Message alone = message;
  alone.items = {item};
  if (const auto runbook = runbookOf(alone); !runbook.empty()) annotations["runbook_url"] = runbook;
  if (!message.page_url.empty()) annotations["admin_url"] = message.page_url;
  return {{"status", notice.over ? "resolved" : "firing"},
          {"labels", std::move(labels)},
          {"annotations", std::move(annotations)},
          {"startsAt", core::toIso8601(item.since.value_or(notice.at))},
          {"endsAt", over ? core::toIso8601(notice.at) : "0001-01-01T00:00:00Z"},
          {"generatorURL", message.page_url},
          {"fingerprint", notice.problem}};
}

ordered_json testJson(const Message& message) {
  Item item;
  item.notice = {.problem = "test",
                 .alert = "HealdTest",
                 .severity = engine::Severity::kInfo,
                 .summary = titleOf(message),
                 .description = paragraphsOf(message).front().text,
                 .impact = "Nothing is wrong.",
                 .instant = true,
                 .at = message.at};
  return alertJson(item, message);
}

// What all of them share, as Alertmanager has it.
ordered_json common(const ordered_json& alerts, const char* of) {
  if (alerts.empty()) return ordered_json::object();
  ordered_json shared = alerts.front().at(of);
  for (const ordered_json& alert : alerts) {
    for (auto it = shared.begin(); it != shared.end();) {
      const ordered_json& other = alert.at(of);
      const bool same = other.contains(it.key()) && other.at(it.key()) == it.value();
      it = same ? std::next(it) : shared.erase(it);
    }
  }
  return shared;
}

struct WebhookOptions {
  io::HttpRequest request;
  io::HttpAccess access;
  std::string secret_file;
};

void describe(config::Fields& f, WebhookOptions& o) {
  f.text("url", o.request.url, {.required = true, .check = io::urlProblem},
         "http:// or https:// address that takes notifications of Alertmanager's webhook");
  f.text("secret_file", o.secret_file, {},
         "file with the secret that X-Heald-Signature is made with (HMAC-SHA256 of the body)");
  f.textMap("headers", o.request.headers, "request headers");
  f.duration("timeout", o.request.timeout, {}, "how long to wait for the answer");
  io::describeHttpAccess(f, o.request, o.access, "each message");
  for (const auto& [name, value] : o.request.headers) {
    const std::string problem = io::headerProblem(name, value);
    if (!problem.empty()) f.failAt("headers", name, "\"" + name + "\" " + problem);
  }
}

// "" or the reason.
std::string sign(const std::string& secret_file, io::HttpRequest& request) {
  if (secret_file.empty()) return "";
  const auto content = io::readTrustedFile(secret_file);
  if (!content) return io::oneLine("secret_file: " + content.error().message);
  const std::string_view secret = io::trim(*content);
  if (secret.empty()) return "secret_file: " + secret_file + ": no secret in it";
  request.headers.emplace_back("X-Heald-Signature", signatureOf(request.body, secret));
  return "";
}

class Webhook final : public Receiver {
 public:
  explicit Webhook(WebhookOptions options)
      : options_(std::make_shared<const WebhookOptions>(std::move(options))) {}

  std::vector<config::HostProblem> warningsOfHost() const override {
    std::vector<ReadFile> files = filesOf(options_->request, options_->access);
    files.push_back({"secret_file", options_->secret_file});
    return problemsOfFiles(files);
  }

  void send(io::Services& services, const Message& message, io::CancelToken cancel,
            Done done) const override {
    io::HttpRequest request = options_->request;
    request.body = webhookBody(message);
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("X-Heald-Delivery", message.id);
    auto job = [&services, options = options_, request = std::move(request),
                cancel = std::move(cancel), done]() mutable {
      if (const std::string wrong = sign(options->secret_file, request); !wrong.empty()) {
        return done({wrong});
      }
      io::sendWithAccess(services, std::move(request), options->access, std::move(cancel),
                         [done](const io::HttpResponse& response) { done(outcomeOf(response)); });
    };
    if (!services.workers.post(std::move(job))) done({"too much work is waiting"});
  }

 private:
  std::shared_ptr<const WebhookOptions>
      options_;  // shared: a message may outlive its configuration
};

}  // namespace

std::string webhookBody(const Message& message) {
  ordered_json alerts = ordered_json::array();
  for (const Item& item : message.items) alerts.push_back(alertJson(item, message));
  if (message.test) alerts.push_back(testJson(message));
  const bool firing = message.test || message.firing();
  const ordered_json body = {{"version", "4"},
                             {"groupKey", message.id},
                             {"truncatedAlerts", message.left_out},
                             {"status", firing ? "firing" : "resolved"},
                             {"receiver", message.receiver},
                             {"groupLabels", {{"instance", message.instance}}},
                             {"commonLabels", common(alerts, "labels")},
                             {"commonAnnotations", common(alerts, "annotations")},
                             {"externalURL", message.page_url},
                             {"title", titleOf(message)},
                             {"alerts", alerts}};
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string signatureOf(std::string_view body, std::string_view secret) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac, &size);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "sha256=";
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[mac[i] >> 4];
    text += kDigits[mac[i] & 15];
  }
  return text;
}

config::Kind webhookKind() {
  return {"webhook", "an HTTP or HTTPS address", [](config::Fields& f) {
            WebhookOptions options;
            options.request.method = "POST";
            describe(f, options);
            return std::make_shared<const Webhook>(std::move(options));
          }};
}

}  // namespace heald::outbox
