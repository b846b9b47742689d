#pragma once

#include <string>

#include "io/address.h"
#include "io/http_client.h"
#include "io/services.h"

namespace heald::io {

// Who heald is to the other side of a request, and what it sends that is not for everybody's eyes:
// all of it in files, under the names that Prometheus has for them. They are read anew for each
// request, so that what is rotated takes effect. Empty: there is none.
struct HttpAccess {
  std::string headers_file;       // lines "Name: value"; blank lines and # comments are skipped
  std::string body_file;          // bytes, at most 1 MiB
  std::string bearer_token_file;  // "Authorization: Bearer …"
  std::string authorization_type = "Bearer";
  std::string credentials_file;  // "Authorization: TYPE …"
  std::string username;
  std::string password_file;        // "Authorization: Basic …"
  std::string cert_file, key_file;  // PEM: heald's own certificate
};

// As HttpClient::send, with what the files hold. They are read on a worker, and have to be files
// that heald may obey (see trusted_file.h). One that cannot be had ends as kNotSent, with the
// reason; no text anywhere holds what is in them. `done` comes from the client's thread or a
// worker, or from the caller's when the pool takes no more.
void sendWithAccess(Services& services, HttpRequest request, const HttpAccess& access,
                    CancelToken cancel, HttpClient::Done done);

// What is wrong with a user name for basic_auth, or the name of an authorization, or "".
std::string basicUserProblem(const std::string& name);
std::string authorizationTypeProblem(const std::string& type);

// Describes the keys of both in a configuration (config::Fields, which has the same rank as this
// room). To be called when `headers` has been read. `when` tells when files are read: "each run".
template <class Fields>
void describeHttpAccess(Fields& f, HttpRequest& request, HttpAccess& access,
                        const std::string& when) {
  f.text("headers_file", access.headers_file, {},
         "file with more request headers, one 'Name: value' a line, read at " + when);
  f.text("bearer_token_file", access.bearer_token_file, {},
         "file with the token for an Authorization header, read at " + when);
  f.section("authorization", false, "another Authorization header", [&](Fields& section) {
    section.text("type", access.authorization_type, {.check = authorizationTypeProblem},
                 "the first word of the header");
    section.text("credentials_file", access.credentials_file, {.required = true},
                 "file with the rest of the header, read at " + when);
  });
  f.section("basic_auth", false, "basic authentication", [&](Fields& section) {
    section.text("username", access.username, {.required = true, .check = basicUserProblem},
                 "the user");
    section.text("password_file", access.password_file, {.required = true},
                 "file with the password, read at " + when);
  });
  std::string ca_file;
  f.text("ca_file", ca_file, {}, "PEM file of the certificates to trust; as tls_config.ca_file");
  f.section("tls_config", false, "what TLS is like", [&](Fields& section) {
    section.text("ca_file", request.ca_file, {}, "PEM file of the certificates to trust");
    section.text("cert_file", access.cert_file, {},
                 "PEM file of heald's own certificate, read at " + when);
    section.text("key_file", access.key_file, {}, "PEM file of its key, without a passphrase");
    section.text("server_name", request.server_name, {.check = serverNameProblem},
                 "the name to ask for (SNI) and to verify, instead of the URL's");
    section.boolean("insecure_skip_verify", request.insecure_skip_verify,
                    "whether any certificate of the other side will do");
    if (access.cert_file.empty() != access.key_file.empty()) {
      section.fail(access.cert_file.empty() ? "key_file" : "cert_file",
                   "is half of a pair (give it cert_file and key_file)");
    }
  });
  if (!ca_file.empty() && !request.ca_file.empty()) {
    f.fail("ca_file", "stands in tls_config as well (give it once)");
  }
  if (!ca_file.empty()) request.ca_file = ca_file;
  if (request.follow_redirects && !request.server_name.empty()) {
    f.fail("follow_redirects", "cannot be with tls_config.server_name, which is for one server");
  }
  std::string first;
  for (const auto& [name, value] : request.headers) {
    if (headerIs(name, "Authorization")) first = "headers";
  }
  for (const char* key : {"bearer_token_file", "authorization", "basic_auth"}) {
    if (!f.has(key)) continue;
    if (!first.empty()) {
      f.fail(key, "makes an Authorization header, as " + first + " does (give it one of them)");
    }
    first = key;
  }
}

}  // namespace heald::io
