#pragma once

#include "heald/result.h"
#include "http/message.h"

namespace heald::api {

// Whether a request wants the document instead of JSON: `?format=markdown` or `json` decides, else
// `Accept`, where text/markdown must weigh more than application/json, or be alone. An
// Error{kInvalid} for any other format.
Result<bool> markdownWanted(const http::Request& request);

}  // namespace heald::api
