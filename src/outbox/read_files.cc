#include "outbox/read_files.h"

#include <sys/stat.h>

#include "io/file.h"

namespace heald::outbox {
namespace {

std::string problemOf(const ReadFile& file) {
  const auto fd = io::openRegularFile(file.path);
  if (!fd) return fd.error().message;
  struct stat status {};
  const bool everybody = fstat(fd->get(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
  if (!file.secret || !everybody) return "";
  return file.path + ": may be read by everybody, and is a secret (chmod o= " + file.path + ")";
}

}  // namespace

std::vector<ReadFile> filesOf(const io::HttpRequest& request, const io::HttpAccess& access) {
  return {{"headers_file", access.headers_file},
          {"bearer_token_file", access.bearer_token_file},
          {"authorization.credentials_file", access.credentials_file},
          {"basic_auth.password_file", access.password_file},
          {"tls_config.key_file", access.key_file},
          {"tls_config.cert_file", access.cert_file, false},
          {"tls_config.ca_file", request.ca_file, false}};
}

std::vector<config::HostProblem> problemsOfFiles(const std::vector<ReadFile>& files) {
  std::vector<config::HostProblem> problems;
  for (const ReadFile& file : files) {
    std::string problem = file.path.empty() ? "" : problemOf(file);
    if (!problem.empty()) problems.push_back({"", file.key, std::move(problem)});
  }
  return problems;
}

}  // namespace heald::outbox
