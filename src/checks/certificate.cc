#include "checks/certificate.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "checks/check.h"
#include "checks/look.h"
#include "checks/tls_chain.h"
#include "config/scalars.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;
using std::chrono::sys_seconds;

constexpr std::size_t kCertificateLimit = 1024 * 1024;

struct CertificateOptions {
  std::string address;
  std::string file;
  TlsEndpoint endpoint;
  core::Duration critical = std::chrono::days(7);
  std::optional<core::Duration> warning;
};

std::string addressProblem(const std::string& text) {
  return io::parseHostPort(text) ? "" : "is not host:port (example: www.example.org:443)";
}

std::string certificatePathProblem(const std::string& path) {
  return path.starts_with('/') ? "" : "is not an absolute path (example: /etc/ssl/site.pem)";
}

std::string nameProblem(const std::string& name) {
  return name.find_first_of(" /*\"'") == std::string::npos && io::oneLine(name) == name
             ? ""
             : "is not the name of a server (example: www.example.org)";
}

void describe(config::Fields& f, CertificateOptions& o) {
  f.text("address", o.address, {.check = addressProblem}, "host:port of a TLS endpoint");
  f.text("file", o.file, {.check = certificatePathProblem}, "file with certificates, PEM or DER");
  f.text("server_name", o.endpoint.server_name, {.check = nameProblem},
         "the name to ask for and to verify; the host of the address when absent");
  f.boolean("verify", o.endpoint.verify,
            "whether the chain must be trusted and made out for the name");
  f.text("ca_file", o.endpoint.ca_file, {}, "PEM file of the certificates to trust");
  f.duration("critical", o.critical, {.zero_allowed = true}, "less time left is critical");
  f.duration("warning", o.warning, {}, "less time left is a warning");
  f.exactlyOne("place of the certificate", {"address", "file"});
  for (const char* key : {"server_name", "verify", "ca_file"}) {
    if (f.has("file") && f.has(key)) f.fail(key, "is for an address (remove it from a file)");
  }
  if (!o.endpoint.verify && f.has("ca_file")) {
    f.fail("ca_file", "verifies nothing with verify: false (remove one of them)");
  }
  if (o.warning && *o.warning <= o.critical) {
    f.fail("warning", config::durationText(*o.warning) + " is not above critical, which is " +
                          config::durationText(o.critical) + " (a warning comes first)");
  }
  o.endpoint.address = io::parseHostPort(o.address).value_or(io::HostPort{});
  if (o.endpoint.server_name.empty()) o.endpoint.server_name = o.endpoint.address.host;
}

// "2026-12-24"
std::string dateText(sys_seconds moment) {
  const std::time_t time = moment.time_since_epoch().count();
  std::tm parts{};
  char text[32] = "";
  if (gmtime_r(&time, &parts)) std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// Whole days, and minutes when there are few.
std::string spanText(std::chrono::seconds span) {
  constexpr std::chrono::days kFew(2);
  return config::durationText(span >= kFew ? std::chrono::floor<std::chrono::days>(span)
                                           : std::chrono::floor<std::chrono::minutes>(span));
}

CheckStatus statusOf(const CertificateOptions& o, std::chrono::seconds left) {
  if (left < o.critical) return CheckStatus::kCritical;
  return o.warning && left < *o.warning ? CheckStatus::kWarning : CheckStatus::kOk;
}

CheckResult judgeTerms(const CertificateOptions& o, const std::vector<CertificateTerm>& terms,
                       const std::string& distrust) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto critical = [](const std::string& text) {
    return CheckResult{CheckStatus::kCritical, io::oneLine(text)};
  };
  for (const CertificateTerm& term : terms) {
    if (term.begin > now) {
      return critical("not valid before " + dateText(term.begin) + ": " + term.subject);
    }
  }
  const auto first = std::min_element(terms.begin(), terms.end(),
                                      [](const auto& a, const auto& b) { return a.end < b.end; });
  if (first == terms.end()) return critical(distrust);
  const std::string what = " (" + dateText(first->end) + "): " + first->subject;
  if (first->end <= now) return critical("expired " + spanText(now - first->end) + " ago" + what);
  if (!distrust.empty()) return critical(distrust + ": " + terms.front().subject);
  const auto left = first->end - now;
  return {statusOf(o, left), io::oneLine("expires in " + spanText(left) + what)};
}

CheckResult askEndpoint(const CertificateOptions& o, core::Duration timeout,
                        const io::CancelToken& cancel) {
  const TlsChain chain = askForChain(o.endpoint, timeout, cancel);
  switch (chain.end) {
    case TlsEnd::kAnswered:
      return judgeTerms(o, chain.terms, chain.distrust);
    case TlsEnd::kFailed:
      return {CheckStatus::kCritical, chain.error};
    case TlsEnd::kNotAsked:
      return {CheckStatus::kUnknown, chain.error};
  }
  return {};
}

CheckResult lookAtFile(const CertificateOptions& o) {
  const auto content = io::readSmallFile(o.file, kCertificateLimit);
  if (!content) {
    const bool absent = content.error().code == ErrorCode::kNotFound;
    return {absent ? CheckStatus::kCritical : CheckStatus::kUnknown,
            io::oneLine(content.error().message)};
  }
  const auto terms = readCertificates(*content);
  if (terms) return judgeTerms(o, *terms, "");
  return {CheckStatus::kCritical, io::oneLine(o.file + " " + terms.error().message)};
}

class CertificateCheck : public Check {
 public:
  explicit CertificateCheck(CertificateOptions options) : options_(std::move(options)) {}

  core::AnswersTo findings() const override {
    return {.warning = options_.warning.has_value(), .critical = true};
  }

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done),
              [o = options_, timeout = run.timeout, cancel = run.cancel] {
                return o.file.empty() ? askEndpoint(o, timeout, cancel) : lookAtFile(o);
              });
  }

 private:
  const CertificateOptions options_;
  const io::Looks::Place look_;
};

}  // namespace

config::Kind certificateKind() {
  return {"certificate", "how long certificates are still valid", [](config::Fields& f) {
            CertificateOptions options;
            describe(f, options);
            return std::make_shared<const CertificateCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
