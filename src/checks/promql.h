#pragma once

#include "config/fields.h"

namespace heald::checks {

// `promql`: an instant query to a Prometheus, and numbers that are too bad. One series that meets
// `critical` makes it critical, otherwise one that meets `warning` a warning; the message names the
// worst. Without any series `no_data` decides. Everything that leaves it open is unknown: NaN and
// infinite numbers (a division by zero says nothing), a refused query, an answer with warnings, one
// that is no answer or longer than 1 MiB, a Prometheus that is not there or too slow. That
// Prometheus itself is healthy is for a check of its own.
config::Kind promqlKind();

}  // namespace heald::checks
