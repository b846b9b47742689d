#include "fake_kinds.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace heald::config {
namespace {

std::shared_ptr<const Part> made(std::string word) {
  auto part = std::make_shared<FakePart>();
  part->word = std::move(word);
  return part;
}

std::shared_ptr<const Part> readTcp(Fields& fields) {
  std::string address;
  fields.text("address", address, {.required = true}, "host:port to connect to");
  return made(address);
}

std::shared_ptr<const Part> readEnv(Fields& fields) {
  std::string file;
  fields.text("file", file, {.required = true}, "a file that must not be empty");
  return made(file);
}

std::shared_ptr<const Part> readHttp(Fields& fields) {
  std::string url;
  std::string method = "GET";
  std::vector<int> status = {200};
  std::vector<std::pair<std::string, std::string>> headers;
  bool redirects = false;
  fields.text("url", url, {.required = true}, "the address");
  fields.text("method", method, {.one_of = {"GET", "HEAD", "POST"}}, "the method");
  fields.integers("expect_status", status, {}, {.min = 100, .max = 599}, "good status codes");
  fields.textMap("headers", headers, "request headers");
  fields.boolean("follow_redirects", redirects, "whether to follow redirects");
  return made(method + " " + url);
}

std::shared_ptr<const Part> readExec(Fields& fields) {
  std::vector<std::string> command;
  core::Duration timeout = std::chrono::seconds(30);
  fields.texts("command", command, {.required = true}, "program and arguments");
  fields.duration("timeout", timeout, {}, "the longest run");
  return made(command.empty() ? "" : command.front());
}

struct FakePermit : PermitPart {
  engine::FleetPermit asked;
  core::Duration lasts = std::chrono::minutes(15);
  engine::FleetPermit asks() const override { return asked; }
  core::Duration deadline() const override { return lasts; }
};

// With the keys of the real one.
std::shared_ptr<const Part> readPermit(Fields& fields) {
  auto part = std::make_shared<FakePermit>();
  std::string file;
  fields.text("server", part->asked.server, {.required = true}, "the address");
  fields.text("governor", part->asked.governor, {.required = true}, "the fleet's governor");
  fields.text("member", part->asked.member, {}, "as whom");
  fields.text("token_file", file, {.required = true}, "file with a token");
  fields.text("ca_file", file, {}, "PEM file");
  fields.duration("deadline", part->lasts, {}, "for the attempt");
  return part;
}

}  // namespace

Kinds fakeKinds() {
  return {{{"http", "one request", readHttp},
           {"tcp", "one connection", readTcp},
           {"exec", "a command", readExec},
           {"env", "a value that must be there", readEnv}},
          {{"exec", "a command", readExec}, {"http", "one request", readHttp}},
          {},
          {{"webhook", "an address", readHttp}},
          {},
          {"permit", "a permit of a fleet", readPermit}};
}

Lookup environmentOf(std::map<std::string, std::string> variables) {
  return [all = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string problemsOf(const std::string& text, const std::string& file,
                       const Lookup& environment) {
  std::string lines;
  for (const Problem& problem : readConfig(text, file, fakeKinds(), environment).problems) {
    lines += toString(problem) + "\n";
  }
  return lines;
}

Config validConfig(const std::string& text, const Lookup& environment) {
  ReadResult result = readConfig(text, "heald.yml", fakeKinds(), environment);
  for (const Problem& problem : result.problems) ADD_FAILURE() << toString(problem);
  return std::move(result.config);
}

std::string contentOf(const std::string& path) {
  std::ifstream input(path, std::ios::binary);
  std::ostringstream content;
  content << input.rdbuf();
  return content.str();
}

}  // namespace heald::config
