#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "io/http_access.h"
#include "io/services.h"

namespace heald::outbox {

// What a fleet's server says to who asks it for a permit.
struct Asked {
  enum class End : std::uint8_t {
    kGiven,
    kDenied,   // with a reason of the governor's
    kRefused,  // it takes no such question: none was given
    kInDoubt,  // no answer, or one that tells nothing: one may have been given
    kNotAsked  // nothing of the question has left
  };
  End end = End::kNotAsked;
  std::string permit = {};                  // its id
  std::string text = {};                    // why not, one line
  std::optional<core::Duration> wait = {};  // of kDenied: for so long
};

// How it has ended.
struct PermitEnd {
  bool ok = true;
  std::string text;     // one line for people
  bool unused = false;  // with `ok`: no attempt was made
};

// What it says to the outcome of one.
struct Reported {
  bool settled = false;         // it knows, or will never want to
  std::string text = {};        // why not, or what is odd about it; one line
  bool without_unused = false;  // 400: an older version, which is to be asked without `unused`
};

// What is asked for. The same question under the same key is answered the same, if it was answered.
struct PermitQuestion {
  std::string key;
  std::string remedy;
  core::Duration deadline{};
};

// The `permit` section of a remedy: the server of a fleet, and who this heald is to it. Immutable;
// any thread.
class FleetServer : public config::PermitPart {
 public:
  // From the question to its answer.
  static constexpr core::Duration kPatience = std::chrono::seconds(10);

  struct Options {
    std::string url;
    std::string governor;
    std::string member;  // "": the host's name
    std::string token_file;
    std::string ca_file;
    core::Duration deadline = std::chrono::minutes(15);
  };
  explicit FleetServer(Options options);

  engine::FleetPermit asks() const override;
  std::vector<config::HostProblem> warningsOfHost() const override;
  core::Duration deadline() const override { return options_->deadline; }
  // The same for the same member of the same fleet.
  const std::string& name() const { return name_; }

  // Each returns at once; `done` is called exactly once, from any thread. `services` outlive it.
  void ask(io::Services& services, const PermitQuestion& question, core::Duration patience,
           io::CancelToken cancel, std::function<void(Asked)> done) const;
  void report(io::Services& services, const std::string& permit, const PermitEnd& outcome,
              io::CancelToken cancel, std::function<void(Reported)> done) const;

 private:
  void send(io::Services& services, const std::string& path, std::string body, std::string key,
            core::Duration patience, io::CancelToken cancel, io::HttpClient::Done done) const;

  std::shared_ptr<const Options> options_;  // shared: a request may outlive its configuration
  std::string member_;
  std::string name_;
};

// What their answers mean.
Asked askedBy(const io::HttpResponse& response);
Reported reportedBy(const io::HttpResponse& response);

// `permit` of a remedy.
config::Kind permitKind();

}  // namespace heald::outbox
