# find_package(heald) gives heald::heald: the daemon inside a program (heald/daemon.h).
include("${CMAKE_CURRENT_LIST_DIR}/HealdLibraries.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/healdTargets.cmake")
