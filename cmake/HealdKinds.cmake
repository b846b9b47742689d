# heald_kinds(checks http tcp ...)
#   The kinds of a room, in the order in which help and schema have them. For each there are KIND.h, which declares
#   KINDKind(), KIND.cc and tests/ROOM/KIND_test.cc. Sets `kind_sources`, and `kinds_source`, which is that of ROOM::kinds()
#   (ROOM/kinds.h), and the global property ROOM_kind_tests.
function(heald_kinds room)
  set(includes "")
  set(calls "")
  set(sources "")
  set(tests "")
  foreach(kind ${ARGN})
    string(APPEND includes "#include \"${room}/${kind}.h\"\n")
    string(APPEND calls "      ${kind}Kind(),\n")
    list(APPEND sources ${kind}.cc)
    list(APPEND tests ${kind}_test.cc)
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/kinds.cc @ONLY CONTENT "// Made by cmake/HealdKinds.cmake.
#include \"@room@/kinds.h\"

@includes@
namespace heald::@room@ {

std::vector<config::Kind> kinds() {
  return {
@calls@  };
}

}  // namespace heald::@room@
")
  set(kind_sources ${sources} PARENT_SCOPE)
  set(kinds_source ${CMAKE_CURRENT_BINARY_DIR}/kinds.cc PARENT_SCOPE)
  set_property(GLOBAL PROPERTY ${room}_kind_tests ${tests})
endfunction()
