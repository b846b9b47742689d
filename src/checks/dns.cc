#include "checks/dns.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "checks/check.h"
#include "io/resolver.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;
using io::RecordType;

constexpr std::array<std::pair<const char*, RecordType>, 6> kTypes = {{
    {"A", RecordType::kA},
    {"AAAA", RecordType::kAaaa},
    {"MX", RecordType::kMx},
    {"NS", RecordType::kNs},
    {"SRV", RecordType::kSrv},
    {"TXT", RecordType::kTxt},
}};

struct DnsOptions {
  std::string name;
  std::string type = "A";
  std::string server;
  std::vector<std::string> expect;
};

std::string dnsNameProblem(const std::string& name) {
  const bool plain = !name.empty() && name.size() <= 253 &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
                     });
  return plain && !name.starts_with('.') && name.find("..") == name.npos
             ? ""
             : "is not a name of the DNS (example: db.example.org)";
}

RecordType typeOf(const DnsOptions& o) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const auto& type) { return type.first == o.type; });
  return found == kTypes.end() ? RecordType::kA : found->second;
}

// Addresses in their one form, names without case and final dot; a text as it is.
std::string comparable(RecordType type, std::string record) {
  if (type == RecordType::kTxt) return record;
  in6_addr six{};
  if (type == RecordType::kAaaa && inet_pton(AF_INET6, record.c_str(), &six) == 1) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, &six, text.data(), text.size());
    return text.data();
  }
  if (record.ends_with('.')) record.pop_back();
  std::transform(record.begin(), record.end(), record.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return record;
}

void describe(config::Fields& f, DnsOptions& o) {
  std::vector<std::string> types;
  for (const auto& [name, type] : kTypes) types.emplace_back(name);
  f.text("name", o.name, {.required = true, .check = dnsNameProblem},
         "the name to ask for, in full; search domains are not tried");
  f.text("type", o.type, {.one_of = types}, "the type of its records");
  f.text("server", o.server, {.check = io::dnsServerProblem},
         "the server to ask, an address with or without a port; those of /etc/resolv.conf when "
         "absent");
  f.texts("expect", o.expect, {}, "records that must be in the answer, all of them");
  for (const std::string& record : o.expect) {
    in_addr four{};
    in6_addr six{};
    const bool wrong = (o.type == "A" && inet_pton(AF_INET, record.c_str(), &four) != 1) ||
                       (o.type == "AAAA" && inet_pton(AF_INET6, record.c_str(), &six) != 1);
    if (wrong) {
      f.fail("expect", "\"" + record + "\" is not an address of type " + o.type +
                           " (example: " + (o.type == "A" ? "192.0.2.1" : "2001:db8::1") + ")");
    }
  }
}

CheckResult judgeRecords(const DnsOptions& o, const std::vector<std::string>& records) {
  std::string all;
  for (const std::string& record : records) all += (all.empty() ? "" : ", ") + record;
  const RecordType type = typeOf(o);
  for (const std::string& expected : o.expect) {
    const bool there = std::any_of(records.begin(), records.end(), [&](const auto& record) {
      return comparable(type, record) == comparable(type, expected);
    });
    if (!there) {
      return {CheckStatus::kCritical, io::oneLine(expected + " is missing, found: " + all), {}};
    }
  }
  return {CheckStatus::kOk, io::oneLine(all), {}};
}

CheckResult judge(const DnsOptions& o, const io::DnsAnswer& answer, core::Duration took,
                  core::Duration timeout) {
  const std::string what = o.name + " " + o.type + ": ";
  switch (answer.end) {
    case io::DnsEnd::kAnswered: {
      CheckResult result = judgeRecords(o, answer.records);
      result.message = io::oneLine(what + result.message);
      result.measurements = {{"time_seconds", std::chrono::duration<double>(took).count()},
                             {"records", static_cast<double>(answer.records.size())}};
      return result;
    }
    case io::DnsEnd::kNegative:
    case io::DnsEnd::kFailed:
      return {CheckStatus::kCritical, io::oneLine(what + answer.error), {}};
    case io::DnsEnd::kTimeout:
      return {CheckStatus::kCritical,
              io::oneLine(what + "no answer within " + io::shortDuration(timeout)),
              {}};
    case io::DnsEnd::kCancelled:
    case io::DnsEnd::kNotAsked:
      return {CheckStatus::kUnknown, io::oneLine(answer.error), {}};
  }
  return {};
}

class DnsCheck : public Check {
 public:
  explicit DnsCheck(DnsOptions options) : options_(std::move(options)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    auto job = [options = options_, timeout = run.timeout, cancel = run.cancel, done] {
      const auto began = std::chrono::steady_clock::now();
      const io::DnsAnswer answer =
          io::resolve(options.name, typeOf(options), options.server, timeout, cancel);
      done(judge(options, answer, std::chrono::steady_clock::now() - began, timeout));
    };
    if (!services.workers.post(std::move(job))) {
      done({CheckStatus::kUnknown, "too much work is waiting", {}});
    }
  }

 private:
  const DnsOptions options_;
};

}  // namespace

config::Kind dnsKind() {
  return {"dns", "a name in the DNS", [](config::Fields& f) {
            DnsOptions options;
            describe(f, options);
            return std::make_shared<const DnsCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
