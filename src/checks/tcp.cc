#include "checks/tcp.h"

#include "checks/request_check.h"
#include "io/address.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

std::string addressProblem(const std::string& text) {
  return io::parseHostPort(text)
             ? ""
             : "is not host:port (examples: 127.0.0.1:5432, db.example.org:5432, [::1]:5432)";
}

CheckResult judge(const io::HttpResponse& response) {
  return response.end == io::HttpEnd::kAnswered ? CheckResult{CheckStatus::kOk, "connected", {}}
                                                : judgeUnanswered(response);
}

class TcpCheck : public Check {
 public:
  explicit TcpCheck(io::HostPort address) : address_(std::move(address)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    services.http.connect(
        address_.host, address_.port, run.timeout, run.cancel,
        [done = std::move(done)](const io::HttpResponse& response) { done(judge(response)); });
  }

 private:
  const io::HostPort address_;
};

}  // namespace

config::Kind tcpKind() {
  return {"tcp", "a TCP connection", [](config::Fields& f) {
            std::string address;
            f.text("address", address, {.required = true, .check = addressProblem},
                   "host:port to connect to");
            return std::make_shared<const TcpCheck>(
                io::parseHostPort(address).value_or(io::HostPort{}));
          }};
}

}  // namespace heald::checks
