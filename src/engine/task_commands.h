#pragma once

#include "core/time.h"
#include "engine/background_tasks.h"
#include "engine/event.h"
#include "engine/output.h"

namespace heald::engine {

// What embedding programs ask of background tasks. heald's own are not theirs.
Result<Reply> registerTask(BackgroundTasks& tasks, const RegisterTask& command, core::BootTime now);
Result<Reply> removeTask(BackgroundTasks& tasks, const RemoveTask& command);

}  // namespace heald::engine
