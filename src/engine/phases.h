#pragma once

#include "engine/snapshot.h"

namespace heald::engine {

// How an attempt may go on, and what takes it there. Everything else is a broken invariant
// (Healing::enter).
//
//   from \ to     waiting  queued   prechecking  acting   settling    verifying   reporting  idle
//   idle          denied,  denied,  wanted       wanted   a last      –           –          –
//                 for a    for an                (no      process's
//                 time     attempt               check)
//   waiting       –        –        due          due      –           –           –          given
//   up queued        –        –        a free slot  a free   –           –           – given up
//                                                slot
//   prechecking   too      –        –            still    –           –           –          not
//                 early                          needed                                      needed
//   acting        –        –        –            –        ended well  ended well, ended      its
//   commit
//                                                         (check)     by alert    badly      failed
//   settling      –        –        –            –        –           looked at   an alert   –
//                                                                                 that told
//   verifying     –        –        –            –        not yet     –           known      –
//   reporting     –        –        –            –        –           –           – durable
//
// A phase may be entered again. "Given up": paused, held back by a dependency, recovered, resolved,
// denied by another guard (then it waits or is queued from idle), or heald stops.
bool mayFollow(Phase from, Phase to);

}  // namespace heald::engine
