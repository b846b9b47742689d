#pragma once

#include <string>

#include "core/plain_text.h"
#include "core/time.h"

namespace heald::io {

using core::clip;
using core::firstLine;
using core::kMessageBytes;
using core::oneLine;
using core::toValidUtf8;
using core::trim;

// "5s", "1.5s", "250ms", "2m", "1h": in the largest unit that keeps it short. Pure.
std::string shortDuration(core::Duration duration);

}  // namespace heald::io
