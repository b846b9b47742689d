#include "checks/env.h"

#include <cstdlib>

#include "checks/check.h"
#include "checks/look.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

constexpr std::size_t kKeyFileLimit = 1024 * 1024;

std::string variableProblem(const std::string& name) {
  return name.find('=') == std::string::npos ? "" : "is not the name of a variable (example: KEY)";
}

CheckResult judgeValue(const std::string& what, std::string_view value) {
  if (io::trim(value).empty()) return {CheckStatus::kCritical, io::oneLine(what + " is blank")};
  return {CheckStatus::kOk, io::oneLine(what + " is set")};
}

CheckResult lookAtVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value) return {CheckStatus::kCritical, io::oneLine("variable " + name + " is not set")};
  return judgeValue("variable " + name, value);
}

CheckResult lookAtFile(const std::string& path) {
  const auto content = io::readSmallFile(path, kKeyFileLimit);
  if (content) return judgeValue("file " + path, *content);
  const bool absent = content.error().code == ErrorCode::kNotFound;
  return {absent ? CheckStatus::kCritical : CheckStatus::kUnknown,
          io::oneLine("file " + content.error().message)};
}

class VariableCheck : public Check {
 public:
  explicit VariableCheck(std::string variable) : variable_(std::move(variable)) {}

  void start(io::Services&, const CheckRun&, Done done) const override {
    done(lookAtVariable(variable_));  // which takes no time
  }

 private:
  const std::string variable_;
};

class KeyFileCheck : public Check {
 public:
  explicit KeyFileCheck(std::string file) : file_(std::move(file)) {}

  void start(io::Services& services, const CheckRun& run, Done done) const override {
    startLook(services, look_, run, std::move(done), [file = file_] { return lookAtFile(file); });
  }

 private:
  const std::string file_;
  const io::Looks::Place look_;
};

}  // namespace

config::Kind envKind() {
  return {"env", "an environment variable or a file that must not be blank",
          [](config::Fields& f) -> std::shared_ptr<const config::Part> {
            std::string variable, file;
            f.text("variable", variable, {.check = variableProblem},
                   "variable of heald's own environment that must be set and not blank");
            f.text("file", file, {}, "file that must be there and not blank");
            f.exactlyOne("place to look", {"variable", "file"});
            if (file.empty()) return std::make_shared<const VariableCheck>(std::move(variable));
            return std::make_shared<const KeyFileCheck>(std::move(file));
          }};
}

}  // namespace heald::checks
