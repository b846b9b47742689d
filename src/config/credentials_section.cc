#include "config/names.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

void readGrant(Fields& fields, Grant& grant) {
  std::string role;
  fields.text("role", role, {.required = true, .one_of = allRoleNames()},
              "what it may do: docs/http-api.md says of each call which role it needs");
  fields.texts("governors", grant.governors, {},
               "of the role permits: the governors whose permits may be asked for");
  const auto named = roleNamed(role);
  if (!named) return;
  grant.role = *named;
  if (const std::string fault = grantFault(grant); !fault.empty()) {
    fields.fail(fields.has("governors") ? "governors" : "role", fault);
  }
}

}  // namespace

void readCredentials(Fields& fields, WebOptions& web) {
  TakenNames names;
  fields.sections("tokens", {.empty_allowed = true},
                  "tokens that are in files of yours, beside those of healdctl token create",
                  [&](Fields& token) {
                    TokenOption& option = web.tokens.emplace_back();
                    readName(token, option.name, names, "its name, for log and history");
                    if (option.name == "control") {
                      token.fail("name", "\"control\" is the token of token_file");
                    }
                    readGrant(token, option.grant);
                    token.text("file", option.file, {.required = true, .check = filePathFault},
                               "file with the token, at least 32 characters; read at the start");
                  });
  fields.sections("client_roles", {.empty_allowed = true},
                  "roles of client certificates that the client CA vouches for; the first that "
                  "fits counts",
                  [&](Fields& rule) {
                    ClientRole& role = web.client_roles.emplace_back();
                    rule.text("san", role.san, {.required = true},
                              "a name of the certificate: a DNS name, a URI, an address or a mail "
                              "address, as it is there");
                    readGrant(rule, role.grant);
                  });
}

}  // namespace heald::config
