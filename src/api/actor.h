#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace heald::api {

// Who acts, as log and history have it, in one text: what is proven, and behind " as " what the
// caller says (the header X-Heald-Actor; one line, at most 64 bytes):
//
//   token ci from 192.0.2.7 as alice@host      user root as root@host
//   certificate ci.example from 192.0.2.7      api from 127.0.0.1 (nothing is proven)
std::string actorOf(const http::Request& request);

// The two halves of such a text; also of one that an older heald has written.
struct ActorParts {
  std::string_view proven;
  std::string_view claimed;  // may be ""
};
ActorParts partsOfActor(std::string_view actor);

}  // namespace heald::api
