#pragma once

#include <openssl/types.h>

#include <functional>
#include <memory>
#include <string>

#include "door/tls_source.h"
#include "door/web_config.h"
#include "heald/result.h"

namespace heald::door {

struct ContextDeleter {
  void operator()(SSL_CTX* context) const;
};
using ContextPointer = std::unique_ptr<SSL_CTX, ContextDeleter>;

// What OpenSSL makes of the TLS part of a web configuration; the files it names are read. An
// Error{kInvalid} says which of them is missing, is no PEM, or does not fit the others. The
// allowed SANs are for whoever ends the handshake to compare.
Result<ContextPointer> contextOf(const WebConfig::Tls& tls);

}  // namespace heald::door
