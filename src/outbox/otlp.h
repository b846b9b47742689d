#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "io/http_access.h"
#include "io/services.h"
#include "outbox/trace.h"

namespace heald::outbox {

// What the spans of a process are of.
struct Resource {
  std::string instance;  // the host
  std::string version;
};

// An ExportTraceServiceRequest of OTLP 1.x as JSON: ids in hexadecimal digits, 64-bit integers as
// texts, as its mapping has it.
std::string otlpBody(const std::vector<Span>& spans, const Resource& resource);

// How an export ended.
struct Exported {
  enum class End : std::uint8_t {
    kTaken,
    kRefused,  // and would be again: the collector says that it is wrong
    kLater     // it could not be asked, or says so
  };
  End end = End::kTaken;
  std::size_t rejected = 0;      // spans of kTaken that it did not want
  std::string reason;            // one line; "" when all were taken
  core::Duration retry_after{};  // of kLater: so long it asked to be left alone
};

// A collector that takes OTLP over HTTP. Immutable; any thread.
class Collector : public config::Part {
 public:
  struct Options {
    io::HttpRequest request;
    io::HttpAccess access;
  };
  using Done = std::function<void(Exported)>;

  explicit Collector(Options options)
      : options_(std::make_shared<const Options>(std::move(options))) {}

  std::vector<config::HostProblem> warningsOfHost() const override;

  // Returns at once; `done` is called exactly once, from any thread. `services` outlive it.
  void send(io::Services& services, std::string body, io::CancelToken cancel, Done done) const;

 private:
  std::shared_ptr<const Options> options_;  // shared: a request may outlive its configuration
};

// What an answer of a collector means.
Exported judged(const io::HttpResponse& response);

// `telemetry.otlp`.
config::Kind otlpKind();

}  // namespace heald::outbox
