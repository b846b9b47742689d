#include "engine/task_commands.h"

namespace heald::engine {

Result<Reply> registerTask(BackgroundTasks& tasks, const RegisterTask& command,
                           core::BootTime now) {
  if (isBuiltIn(command.id)) {
    return Error{ErrorCode::kConflict, "background task \"" + command.id + "\" is heald's own"};
  }
  const auto added = tasks.add(command, now);
  if (!added) {
    return added.error();
  }
  return Reply{"registered", added->install, added->waits};
}

Result<Reply> removeTask(BackgroundTasks& tasks, const RemoveTask& command) {
  if (isBuiltIn(command.id)) {
    return Error{ErrorCode::kConflict,
                 "background task \"" + command.id + "\" is heald's own: switch its feature off"};
  }
  const auto removed = tasks.remove(command.id);
  return removed ? Result<Reply>(Reply{"removed"}) : Result<Reply>(removed.error());
}

}  // namespace heald::engine
