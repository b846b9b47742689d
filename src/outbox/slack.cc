#include "outbox/slack.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/address.h"
#include "io/file.h"
#include "io/text.h"
#include "outbox/answers.h"
#include "outbox/read_files.h"
#include "outbox/receiver.h"

namespace heald::outbox {
namespace {

using nlohmann::ordered_json;

// Slack shows no more of an attachment, and refuses one that is far longer.
constexpr std::size_t kLongestText = 7000;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string color(const Message& message) {
  if (message.test) return "#439FE0";
  if (!message.firing()) return "good";
  switch (message.severity()) {
    case engine::Severity::kCritical:
      return "danger";
    case engine::Severity::kWarning:
      return "warning";
    case engine::Severity::kInfo:
      break;
  }
  return "#439FE0";
}

std::string textOf(const Message& message) {
  std::string text;
  for (const Paragraph& part : paragraphsOf(message)) {
    if (!text.empty()) text += "\n";
    if (!part.label.empty()) text += "*" + escaped(part.label) + "*";
    if (!part.label.empty() && !part.text.empty()) text += " ";
    text += escaped(part.text);
  }
  return core::clip(std::move(text), kLongestText);
}

ordered_json button(const char* text, const std::string& url) {
  return {{"type", "button"}, {"text", text}, {"url", url}};
}

struct SlackOptions {
  std::string url_file;
  core::Duration timeout = std::chrono::seconds(10);
  std::string ca_file;
};

class Slack final : public Receiver {
 public:
  explicit Slack(SlackOptions options)
      : options_(std::make_shared<const SlackOptions>(std::move(options))) {}

  std::vector<config::HostProblem> warningsOfHost() const override {
    return problemsOfFiles(
        {{"url_file", options_->url_file}, {"ca_file", options_->ca_file, false}});
  }

  void send(io::Services& services, const Message& message, io::CancelToken cancel,
            Done done) const override {
    auto job = [&http = services.http, options = options_, body = slackBody(message),
                cancel = std::move(cancel), done]() mutable {
      const auto url = io::readTrustedFile(options->url_file);
      if (!url) return done({io::oneLine("url_file: " + url.error().message)});
      io::HttpRequest request;
      request.url = std::string(io::trim(*url));
      // What is wrong with an address would show it, and it is a secret.
      if (!io::urlProblem(request.url).empty()) {
        return done({"url_file: " + options->url_file + " holds no http:// or https:// address"});
      }
      request.method = "POST";
      request.headers = {{"Content-Type", "application/json"}};
      request.body = std::move(body);
      request.timeout = options->timeout;
      request.ca_file = options->ca_file;
      http.send(std::move(request), std::move(cancel),
                [done](const io::HttpResponse& response) { done(outcomeOf(response)); });
    };
    if (!services.workers.post(std::move(job))) done({"too much work is waiting"});
  }

 private:
  std::shared_ptr<const SlackOptions> options_;  // shared: a message may outlive its configuration
};

}  // namespace

std::string slackBody(const Message& message) {
  const std::string title = escaped(titleOf(message));
  const std::string runbook = runbookOf(message);
  ordered_json actions = ordered_json::array();
  if (!runbook.empty()) actions.push_back(button("Runbook", runbook));
  if (!message.page_url.empty()) actions.push_back(button("heald", message.page_url));
  ordered_json attachment = {{"title", title},
                             {"fallback", title},
                             {"color", color(message)},
                             {"text", textOf(message)},
                             {"footer", escaped(footerOf(message))},
                             {"mrkdwn_in", {"text"}}};
  if (!message.page_url.empty()) attachment["title_link"] = message.page_url;
  if (!actions.empty()) attachment["actions"] = std::move(actions);
  const ordered_json body = {{"attachments", ordered_json::array({std::move(attachment)})}};
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

config::Kind slackKind() {
  return {"slack", "Slack, by an incoming webhook", [](config::Fields& f) {
            SlackOptions o;
            f.text("url_file", o.url_file, {.required = true},
                   "file with the address of the incoming webhook, read for each message");
            f.duration("timeout", o.timeout, {}, "how long to wait for Slack's answer");
            f.text("ca_file", o.ca_file, {}, "PEM file of the certificates to trust");
            return std::make_shared<const Slack>(std::move(o));
          }};
}

}  // namespace heald::outbox
