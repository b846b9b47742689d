#pragma once

#include "config/fields.h"

namespace heald::remedies {

// `http`: one request. Ok when its status is as expected; the body of the answer is the output. The
// headers X-Heald-Check, X-Heald-Remedy, X-Heald-Attempt and X-Heald-Reason tell the other side
// why. Redirects are not followed. Address and body may hold placeholders (request_template.h).
config::Kind httpKind();

}  // namespace heald::remedies
