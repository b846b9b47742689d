#pragma once

#include <string>

#include "io/http_client.h"
#include "io/services.h"

namespace heald::io {

// As HttpClient::send, with "Authorization: Bearer …" from a file that is read anew for each
// request, so that a rotated token takes effect; an empty path adds nothing. The file is read on a
// worker. A token that cannot be had ends as kNotSent; no text anywhere holds it. `done` comes from
// the client's thread or a worker, or from the caller's when the pool takes no more.
void sendWithBearer(Services& services, HttpRequest request, const std::string& token_file,
                    CancelToken cancel, HttpClient::Done done);

}  // namespace heald::io
