#pragma once

#include "core/time.h"
#include "ctl/console.h"
#include "ctl/token.h"

namespace heald::ctl {

// Why there cannot be a watch here, or "": it needs a terminal on stdin and stdout that can be
// drawn upon.
std::string watchProblem(const Lookup& environment);

// `healdctl watch`: the status, again and again, on a screen of its own, until `q`, Ctrl-C or a
// signal. A heald that is away is waited for; the last that it has said stays. Returns 0, or 128
// and the signal.
int watch(const Console& console, core::Duration interval);

}  // namespace heald::ctl
