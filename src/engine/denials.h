#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/remedy.h"
#include "engine/step.h"

namespace heald::engine {

// Tells the history that an attempt was denied, by the guard's word or another. Only another word
// than the last one is told: a remedy that is held back asks again and again.
void tellDenial(Remedy& remedy, std::string_view word, std::string message,
                std::optional<core::BootTime> until, Step& step);

}  // namespace heald::engine
